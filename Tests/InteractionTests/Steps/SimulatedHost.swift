import Foundation
import Interaction
import MetisKit
import MetisPluginAPI

/// A host of one plugin with a clock that stands still until it is moved: timers, flow and notices of
/// one test alone. Its context pointer leads back here.
final class SimulatedHost: @unchecked Sendable {
  private struct Timer {
    let number: UInt64
    let due: UInt64
    let callback: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
    let user: UnsafeMutableRawPointer?
  }

  private let lock = NSLock()
  private var timers: [Timer] = []
  private var nextTimer: UInt64 = 1
  private(set) var now: UInt64 = 0
  private var sent: [String] = []

  private var table = metis_plugin_v1()
  private var plugin: UnsafeMutableRawPointer?
  private let host = UnsafeMutablePointer<metis_host_v1>.allocate(capacity: 1)
  private let timerTable = UnsafeMutablePointer<metis_host_timer_v1>.allocate(capacity: 1)
  private let flowTable = UnsafeMutablePointer<metis_host_flow_v1>.allocate(capacity: 1)
  private var counters: [String: Int64] = [:]
  private let stateTable = UnsafeMutablePointer<metis_host_state_v1>.allocate(capacity: 1)
  private let notifyTable = UnsafeMutablePointer<metis_host_notify_v1>.allocate(capacity: 1)

  struct Refused: Error, CustomStringConvertible { let description: String }

  init() {
    fillTables()
    table.size = UInt32(MemoryLayout<metis_plugin_v1>.size)
    _ = Plugin.enter(InteractionStrategy.self, UInt32(METIS_ABI_VERSION), &table)
    var error = metis_error_v1()
    _ = slice("{}") { table.`init`(table.context, host, $0, &error, &plugin) }
  }

  // The tables live as long as the process: the plugin's own are never released either.

  private static func of(_ context: UnsafeMutableRawPointer?) -> SimulatedHost {
    Unmanaged<SimulatedHost>.fromOpaque(context!).takeUnretainedValue()
  }

  private func fillTables() {
    timerTable.initialize(
      to: metis_host_timer_v1(
        size: 24, reserved: 0,
        after: { SimulatedHost.of($0).after($1, $2, $3) },
        cancel: { SimulatedHost.of($0).cancel($1) }))
    flowTable.initialize(
      to: metis_host_flow_v1(
        size: 16, reserved: 0,
        when_writable: { _, call, callback, user in
          SimulatedCall.of(call).whenWritable(callback, user)
        }))
    notifyTable.initialize(
      to: metis_host_notify_v1(
        size: 24, reserved: 0,
        list_changed: { SimulatedHost.of($0).note("list \($1)") },
        resource_updated: { SimulatedHost.of($0).note("resource \(text($1))") }))
    stateTable.initialize(
      to: metis_host_state_v1(
        size: UInt32(MemoryLayout<metis_host_state_v1>.size), reserved: 0,
        get: { _, _, _, _, _ in METIS_NOT_FOUND },
        set: { _, _, _, _, _ in METIS_OK },
        add: { context, _, _, key, delta, result in
          result!.pointee = SimulatedHost.of(context).count(text(key), delta)
          return METIS_OK
        }))
    host.initialize(
      to: metis_host_v1(
        size: UInt32(MemoryLayout<metis_host_v1>.size), abi: UInt32(METIS_ABI_VERSION),
        context: Unmanaged.passUnretained(self).toOpaque(),
        service: { context, id in
          let host = SimulatedHost.of(context)
          return switch text(id) {
          case METIS_HOST_TIMER_V1: UnsafeRawPointer(host.timerTable)
          case METIS_HOST_FLOW_V1: UnsafeRawPointer(host.flowTable)
          case METIS_HOST_STATE_V1: UnsafeRawPointer(host.stateTable)
          case METIS_HOST_NOTIFY_V1: UnsafeRawPointer(host.notifyTable)
          default: nil
          }
        }))
  }

  private func note(_ line: String) -> Int32 {
    lock.withLock { sent.append(line) }
    return METIS_OK
  }

  private func count(_ key: String, _ delta: Int64) -> Int64 {
    lock.withLock {
      counters[key, default: 0] += delta
      return counters[key, default: 0]
    }
  }

  var notices: [String] { lock.withLock { sent } }

  // MARK: Time

  private func after(
    _ delay: UInt64, _ callback: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?,
    _ user: UnsafeMutableRawPointer?
  ) -> UInt64 {
    lock.withLock {
      nextTimer += 1
      timers.append(Timer(number: nextTimer, due: now + delay, callback: callback, user: user))
      return nextTimer
    }
  }

  private func cancel(_ number: UInt64) -> Int32 {
    lock.withLock {
      guard let place = timers.firstIndex(where: { $0.number == number }) else { return METIS_LATE }
      timers.remove(at: place)
      return METIS_OK
    }
  }

  var waiting: Int { lock.withLock { timers.count } }

  /// Moves the clock by `milliseconds` and runs what falls due, in order.
  func pass(_ milliseconds: UInt64) {
    let end = lock.withLock { now + milliseconds * 1_000_000 }
    while let timer = takeNext(until: end) { timer.callback?(timer.user) }
    lock.withLock { now = end }
  }

  private func takeNext(until end: UInt64) -> Timer? {
    lock.withLock {
      guard let place = timers.indices.min(by: { timers[$0].due < timers[$1].due }),
        timers[place].due <= end
      else { return nil }
      now = max(now, timers[place].due)
      return timers.remove(at: place)
    }
  }

  // MARK: Targets

  private var strategy: metis_strategy_v1 {
    slice("metis.strategy/1") { table.query(plugin, $0) }!
      .assumingMemoryBound(to: metis_strategy_v1.self).pointee
  }

  var flags: UInt32 { strategy.flags }

  /// The target that a section describes, written as JSON.
  func target(
    _ section: String, _ kind: Target.Kind = .tool, name: String = "tool",
    definition: String = "{}", directory: String = "/", seed: UInt64 = 7
  ) throws -> SimulatedTarget {
    var error = metis_error_v1()
    error.size = UInt32(MemoryLayout<metis_error_v1>.size)
    var out: UnsafeMutableRawPointer?
    let strategy = strategy
    let status = slice(section) { section in
      slice(name) { name in
        slice(definition) { definition in
          slice(directory) { directory in
            var setup = metis_instance_v1(
              size: UInt32(MemoryLayout<metis_instance_v1>.size), kind: kind.rawValue,
              target: name, config: section, definition: definition, directory: directory,
              seed: seed)
            return strategy.create(plugin, &setup, &error, &out)
          }
        }
      }
    }
    guard status == METIS_OK else {
      throw Refused(
        description: withUnsafeBytes(of: error.text) {
          String(decoding: $0.prefix(Int(error.length)), as: UTF8.self)
        })
    }
    return SimulatedTarget(host: self, strategy: strategy, instance: out, kind: kind, name: name)
  }

  /// The target of `steps`, a JSON array.
  func steps(_ steps: String, _ kind: Target.Kind = .tool, name: String = "tool") throws
    -> SimulatedTarget
  {
    try target(#"{"steps":\#(steps)}"#, kind, name: name)
  }

  func destroy(_ instance: UnsafeMutableRawPointer?) { strategy.destroy(instance) }
}

/// An instance of the strategy.
final class SimulatedTarget {
  let host: SimulatedHost
  private let strategy: metis_strategy_v1
  private let instance: UnsafeMutableRawPointer?
  private let kind: Target.Kind
  private let name: String

  init(
    host: SimulatedHost, strategy: metis_strategy_v1, instance: UnsafeMutableRawPointer?,
    kind: Target.Kind, name: String
  ) {
    self.host = host
    self.strategy = strategy
    self.instance = instance
    self.kind = kind
    self.name = name
  }

  deinit { host.destroy(instance) }

  /// Begins a call and gives it as it stands when the strategy has returned.
  @discardableResult
  func call(
    _ arguments: String = "{}", state: String = "", inputs: String = "",
    capabilities: String = #"{"elicitation":{},"sampling":{},"roots":{}}"#, uri: String? = nil,
    seed: UInt64 = 99, ordinal: UInt64 = 0, _ change: (SimulatedCall) -> Void = { _ in }
  ) -> SimulatedCall {
    let call = SimulatedCall(capabilities: capabilities)
    change(call)
    self.call(
      arguments, state: state, inputs: inputs, uri: uri, seed: seed, ordinal: ordinal, using: call)
    return call
  }

  /// The same for a call that a test has made.
  func call(
    _ arguments: String, state: String = "", inputs: String = "", uri: String? = nil,
    seed: UInt64 = 99, ordinal: UInt64 = 0, using call: SimulatedCall
  ) {
    var reply = SimulatedCall.table
    let status = slice(arguments) { arguments in
      slice(uri ?? name) { target in
        slice(state) { state in
          slice(inputs) { inputs in
            var request = metis_request_v1(
              size: UInt32(MemoryLayout<metis_request_v1>.size), kind: kind.rawValue,
              call: call.number, target: target, arguments: arguments, state: state,
              inputs: inputs, seed: seed, ordinal: ordinal, deadline: .max)
            return strategy.call(instance, &request, &reply)
          }
        }
      }
    }
    if status != METIS_OK { call.end(.fail(status, "returned", "")) }
  }

  /// Resumes the call that ended with questions, as the same client.
  func resume(
    _ asked: SimulatedCall, _ inputs: String, _ arguments: String = "{}", seed: UInt64 = 100,
    ordinal: UInt64 = 1
  ) -> SimulatedCall {
    call(
      arguments, state: asked.state, inputs: inputs, capabilities: asked.capabilities, seed: seed,
      ordinal: ordinal)
  }
}

func text(_ slice: metis_slice_v1) -> String {
  String(decoding: UnsafeBufferPointer(start: slice.bytes, count: slice.count), as: UTF8.self)
}

func slice<Result>(_ text: String, _ body: (metis_slice_v1) throws -> Result) rethrows -> Result {
  var text = text
  return try text.withUTF8 { try body(metis_slice_v1(bytes: $0.baseAddress, count: $0.count)) }
}
