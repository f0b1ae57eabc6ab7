import CBarrier
import MetisPluginAPI
import Synchronization

/// One instance of a transport plugin as the host drives it: its loops, its life.
///
/// A door is made on the control thread, carries messages on the transport's threads, drains when
/// its plugin is replaced or the host ends, and is destroyed on the control thread.
final class Door: @unchecked Sendable {
  /// What comes in through the door.
  enum Kind: Sendable {
    case mcp
    case admin
  }

  let kind: Kind
  let generation: PluginGeneration
  let table: UnsafePointer<metis_transport_v1>
  let core: HostCore
  let administration: Administration?
  /// What the transport made: null where it needs nothing.
  private(set) var instance: UnsafeMutableRawPointer?
  /// Between `create` and `destroy`. Control thread only.
  private var isAlive = false
  let loops: UnsafeMutablePointer<Unmanaged<Loop>?>
  let loopCount: Int
  /// Called once when the last connection of a draining door is gone. [any-thread]
  var onDrained: @Sendable () -> Void = {}
  /// Called when the one peer of a transport without listeners is gone. [any-thread]
  var onEnded: @Sendable () -> Void = {}
  private let hasDrained = Atomic<Bool>(false)

  /// Makes the transport's instance; nothing runs yet. [main-thread]
  init(
    kind: Kind, generation: PluginGeneration, core: HostCore, administration: Administration?,
    config: [UInt8], directory: String, listeners: [metis_listener_v1], loops count: Int
  ) throws(PluginError) {
    guard let table = generation.transport else {
      throw PluginError(
        .adoption, "offers no \(METIS_TRANSPORT_V1); expected a transport", plugin: generation.id)
    }
    self.kind = kind
    self.generation = generation
    self.table = table
    self.core = core
    self.administration = administration
    loopCount = count
    loops = .allocate(capacity: count)
    loops.initialize(repeating: nil, count: count)
    var error = metis_error_v1.empty
    var made: UnsafeMutableRawPointer?
    let code = config.withSlice { config in
      directory.withSlice { directory in
        listeners.withUnsafeBufferPointer { listeners in
          var setup = metis_transport_setup_v1()
          setup.size = UInt32(MemoryLayout<metis_transport_setup_v1>.size)
          setup.loops = UInt32(count)
          setup.config = config
          setup.directory = directory
          setup.listeners = listeners.baseAddress
          setup.listener_count = listeners.count
          setup.host = Door.hostTable
          setup.host_context = Unmanaged.passUnretained(self).toOpaque()
          return metis_barrier_transport_create(
            table.pointee.create, generation.plugin, &setup, &error, &made)
        }
      }
    }
    guard code == METIS_OK else {
      throw PluginError(
        .adoption,
        "the transport refuses its configuration: "
          + StrategyCalls.reason(code, error, of: "create"), plugin: generation.id)
    }
    instance = made
    isAlive = true
    generation.calls.wrappingAdd(1, ordering: .relaxed)
  }

  deinit { loops.deallocate() }

  /// Starts the loops. [main-thread]
  func start() throws(PluginError) {
    var error = metis_error_v1.empty
    let code = metis_barrier_transport_start(table.pointee.start, instance, &error)
    guard code == METIS_OK else {
      throw PluginError(
        .adoption,
        "the transport does not start: " + StrategyCalls.reason(code, error, of: "start"),
        plugin: generation.id)
    }
  }

  /// Stops accepting and lets what is open come to its end until `deadline`. [main-thread]
  /// `closesIdle`: nobody takes over, idle connections end at once.
  func drain(deadline: UInt64, closesIdle: Bool) {
    table.pointee.drain(instance, deadline, closesIdle ? METIS_DRAIN_CLOSE_IDLE : 0)
    // Streams of sessions have no end of their own: their clients come again, to the successor.
    for index in 0..<loopCount {
      loops[index]?._withUnsafeGuaranteedRef { $0.post(.run { $0.drainStreams() }) }
    }
  }

  /// Runs something on every loop that has introduced itself; returns how many those are.
  /// [main-thread]
  @discardableResult
  func onLoops(_ body: @escaping @Sendable (Loop) -> Void) -> Int {
    var count = 0
    for index in 0..<loopCount {
      guard let loop = loops[index] else { continue }
      loop._withUnsafeGuaranteedRef { $0.post(.run(body)) }
      count += 1
    }
    return count
  }

  /// Joins the loops and frees the instance. [main-thread]
  func destroy() {
    guard isAlive else { return }
    isAlive = false
    _ = metis_barrier_destroy(table.pointee.destroy, instance)
    instance = nil
    generation.calls.wrappingSubtract(1, ordering: .releasing)
  }

  /// Has the certificates read again. [main-thread]
  func reload() throws(PluginError) {
    guard let reload = table.pointee.reload else { return }
    var error = metis_error_v1.empty
    let code = metis_barrier_transport_start(reload, instance, &error)
    guard code == METIS_OK else {
      throw PluginError(
        .adoption,
        "the transport could not reload: " + StrategyCalls.reason(code, error, of: "reload"),
        plugin: generation.id)
    }
  }

  /// Makes a loop poll. [any-thread]
  func wake(_ loop: Int) { table.pointee.wake(instance, UInt32(loop)) }

  // MARK: The host's table

  /// Immortal: what every transport calls.
  nonisolated(unsafe) static let hostTable: UnsafePointer<metis_host_transport_v1> = {
    let table = UnsafeMutablePointer<metis_host_transport_v1>.allocate(capacity: 1)
    table.initialize(
      to: metis_host_transport_v1(
        size: UInt32(MemoryLayout<metis_host_transport_v1>.size), reserved: 0,
        attach: { Door.attach($0, $1) },
        detach: { Door.detach($0, $1) },
        receive: { host, loop, message in
          guard let message else { return }
          Door.withLoop(host, loop) { $0.receive(message) }
        },
        closed: { host, loop, exchange in Door.withLoop(host, loop) { $0.closed(exchange) } },
        writable: { host, loop, exchange in Door.withLoop(host, loop) { $0.writable(exchange) } },
        poll: { host, loop, now in
          var next = UInt64.max
          Door.withLoop(host, loop) { next = $0.poll(now) }
          return next
        },
        drained: { host in
          guard let host else { return }
          Unmanaged<Door>.fromOpaque(host)._withUnsafeGuaranteedRef { door in
            if !door.hasDrained.exchange(true, ordering: .relaxed) { door.onDrained() }
          }
        },
        ended: { host in
          guard let host else { return }
          Unmanaged<Door>.fromOpaque(host)._withUnsafeGuaranteedRef { $0.onEnded() }
        }))
    return UnsafePointer(table)
  }()

  @inline(__always)
  private static func withLoop(
    _ host: UnsafeMutableRawPointer?, _ loop: UInt32, _ body: (Loop) -> Void
  ) {
    guard let host else { return }
    Unmanaged<Door>.fromOpaque(host)._withUnsafeGuaranteedRef { door in
      guard Int(loop) < door.loopCount, let found = door.loops[Int(loop)] else { return }
      found._withUnsafeGuaranteedRef { body($0) }
    }
  }

  private static func attach(_ host: UnsafeMutableRawPointer?, _ loop: UInt32) -> Int32 {
    guard let host else { return METIS_INVALID }
    return Unmanaged<Door>.fromOpaque(host)._withUnsafeGuaranteedRef { door in
      guard Int(loop) < door.loopCount, door.loops[Int(loop)] == nil else { return METIS_INVALID }
      guard let made = Loop(door: door, number: Int(loop), core: door.core) else {
        door.core.log(.error, "Too many loops at once: \(Epochs.capacity) is the limit")
        return METIS_LIMIT
      }
      door.loops[Int(loop)] = Unmanaged.passRetained(made)
      return METIS_OK
    }
  }

  private static func detach(_ host: UnsafeMutableRawPointer?, _ loop: UInt32) {
    guard let host else { return }
    Unmanaged<Door>.fromOpaque(host)._withUnsafeGuaranteedRef { door in
      guard Int(loop) < door.loopCount, let found = door.loops[Int(loop)] else { return }
      found._withUnsafeGuaranteedRef { $0.detach() }
      door.loops[Int(loop)] = nil
      found.release()
    }
  }
}
