import CLinux
import Glibc
import MetisPluginAPI
import Synchronization

/// An instance of the transport: its loops and their threads. Made, started, drained and ended on
/// the host's main thread; exchanges belong to the loop that received them.
public final class HTTPServer {
  private let shared: ServerState
  private let tls: TLSSource?
  /// The loops at a fixed address, for the calls of exchanges. Each holds one reference.
  private let loops: UnsafeMutableBufferPointer<Unmanaged<EventLoop>>
  private var threads: [pthread_t] = []

  /// The stack of a loop's thread: the host's strategies and validations run on it. Committed as it
  /// is used.
  private static let stackSize = 2 << 20

  /// Makes an instance; nothing runs yet. `listeners` are non-blocking listening sockets, each
  /// with the loop that accepts from it. `host` lives until the instance is destroyed.
  public init(
    settings: EngineSettings, loops count: Int, listeners: [(fd: Int32, loop: Int)],
    host: UnsafePointer<metis_host_transport_v1>, hostContext: UnsafeMutableRawPointer?,
    log: EngineLog = EngineLog()
  ) throws(EngineError) {
    guard (1...ExchangeID.maximumLoops).contains(count) else {
      throw EngineError("found \(count) loops; expected 1 to \(ExchangeID.maximumLoops)")
    }
    for listener in listeners where !(0..<count).contains(listener.loop) {
      throw EngineError(
        "listening socket \(listener.fd) is of loop \(listener.loop); there are \(count)")
    }
    let shared = ServerState(
      loops: count, maxConnections: settings.maxConnections, heldLimit: settings.partialLimit)
    let tls = try settings.tls.map { settings throws(EngineError) in try TLSSource(settings) }
    var made: [Unmanaged<EventLoop>] = []
    do throws(EngineError) {
      for index in 0..<count {
        let loop = try EventLoop(
          index: UInt32(index), settings: settings, shared: shared, tls: tls, log: log,
          host: host, hostContext: hostContext,
          listeners: listeners.filter { $0.loop == index }.map(\.fd))
        made.append(Unmanaged.passRetained(loop))
      }
    } catch {
      for loop in made { loop.release() }
      throw error
    }
    self.shared = shared
    self.tls = tls
    loops = .allocate(capacity: count)
    _ = loops.initialize(from: made)
  }

  deinit {
    for loop in loops { loop.release() }
    loops.deallocate()
  }

  /// Starts the threads and waits until each has attached to the host.
  public func start() throws(EngineError) {
    for index in loops.indices {
      let launch = LoopLaunch(loops[index])
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, Self.stackSize)
      var thread = pthread_t()
      let argument = Unmanaged.passRetained(launch)
      let status = pthread_create(&thread, &attributes, runLoop, argument.toOpaque())
      pthread_attr_destroy(&attributes)
      guard status == 0 else {
        argument.release()
        stop()
        throw EngineError(
          "the thread of loop \(index) cannot be started: \(String(cString: strerror(status)))")
      }
      threads.append(thread)
      let attached = launch.wait()
      guard attached == METIS_OK else {
        stop()
        throw EngineError("the host did not take the thread of loop \(index): code \(attached)")
      }
    }
  }

  /// Stops accepting and lets connections end; the host's `drained` tells when the last is gone.
  /// `deadline` is ns of CLOCK_MONOTONIC. `closesIdle`: idle connections do not get to make one
  /// more request.
  public func drain(deadline: UInt64, closesIdle: Bool = false) {
    shared.beginDrain(deadline, closesIdle: closesIdle)
    for loop in loops { loop._withUnsafeGuaranteedRef { $0.wake() } }
  }

  /// Ends the loops at once and joins their threads.
  public func stop() {
    shared.stop()
    for loop in loops { loop._withUnsafeGuaranteedRef { $0.wake() } }
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  /// Reads certificate and key again, for new connections.
  public func reload() throws(EngineError) { try tls?.reload() }

  /// Makes a loop call the host's `poll` soon. [any-thread]
  public func wake(_ loop: UInt32) {
    guard Int(loop) < loops.count else { return }
    loops[Int(loop)]._withUnsafeGuaranteedRef { $0.wake() }
  }

  @inline(__always)
  private func loop(_ exchange: UInt64) -> Unmanaged<EventLoop>? {
    let index = Int(ExchangeID.loop(exchange))
    return index < loops.count ? loops[index] : nil
  }

  /// Answers an exchange: METIS_OK, METIS_LATE, METIS_INVALID for a status or field that may not
  /// stand in an answer, METIS_LIMIT for a head over 64 KB. Status 101 takes a handshake of
  /// WebSocket. Sends one message where the exchange is a WebSocket: METIS_BUSY and METIS_LIMIT as
  /// with `send`. [loop-thread]
  @inline(__always)
  public func respond(_ exchange: UInt64, _ head: UnsafePointer<metis_response_v1>) -> Int32 {
    guard let loop = loop(exchange) else { return METIS_LATE }
    return loop._withUnsafeGuaranteedRef { $0.respond(exchange, head) }
  }

  /// Begins an answer whose body follows. [loop-thread]
  public func begin(_ exchange: UInt64, _ head: UnsafePointer<metis_response_v1>) -> Int32 {
    guard let loop = loop(exchange) else { return METIS_LATE }
    return loop._withUnsafeGuaranteedRef { $0.begin(exchange, head) }
  }

  /// Sends a piece of a body: METIS_BUSY over the high watermark (it was taken), METIS_LIMIT where
  /// it does not fit (it was not). Either is followed by one `writable`. [loop-thread]
  public func send(
    _ exchange: UInt64, _ parts: UnsafePointer<metis_slice_v1>?, _ count: Int
  ) -> Int32 {
    guard let loop = loop(exchange) else { return METIS_LATE }
    return loop._withUnsafeGuaranteedRef { $0.send(exchange, parts, count) }
  }

  /// Ends a body, or closes a WebSocket in order. [loop-thread]
  public func finish(_ exchange: UInt64) -> Int32 {
    guard let loop = loop(exchange) else { return METIS_LATE }
    return loop._withUnsafeGuaranteedRef { $0.finish(exchange) }
  }

  /// Cuts the connection of an exchange. [loop-thread]
  public func abort(_ exchange: UInt64) {
    loop(exchange)?._withUnsafeGuaranteedRef { $0.abort(exchange) }
  }
}

/// What a thread needs to begin, and how it tells that it has.
private final class LoopLaunch: @unchecked Sendable {
  let loop: Unmanaged<EventLoop>
  private var attached: Int32 = METIS_OK
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init(_ loop: Unmanaged<EventLoop>) {
    self.loop = loop
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func tell(_ status: Int32) {
    attached = status
    sem_post(semaphore)
  }

  func wait() -> Int32 {
    while sem_wait(semaphore) != 0 {}
    return attached
  }
}

/// The main function of a loop's thread.
private func runLoop(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let launch = Unmanaged<LoopLaunch>.fromOpaque(argument).takeRetainedValue()
  // Signals are the host's main thread's.
  clinux_block_signals()
  launch.loop._withUnsafeGuaranteedRef { loop in
    clinux_name_thread("http-\(loop.index)")
    let host = loop.host
    let status = host.pointee.attach?(loop.hostContext, loop.index) ?? METIS_OK
    launch.tell(status)
    guard status == METIS_OK else { return }
    loop.run()
    host.pointee.detach?(loop.hostContext, loop.index)
  }
  return nil
}
