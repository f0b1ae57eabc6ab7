import Foundation
import MetisPluginAPI
import Synchronization
import Testing

@testable import MetisHost

/// Keeps lines of the log in memory.
final class MemoryLogSink: LogSink {
  private let kept = Locked<[String]>([])
  let isTerminal: Bool
  private let takes: Bool

  init(isTerminal: Bool = false, takes: Bool = true) {
    self.isTerminal = isTerminal
    self.takes = takes
  }

  func write(_ line: UnsafeRawBufferPointer) -> Bool {
    kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    return takes
  }

  func reopen() throws(LogSinkError) {}

  var lines: [String] { kept.withLock { $0 } }
}

/// Waits until `condition` holds, at most `seconds`; says whether it does.
func eventually(_ seconds: Double = 10, _ condition: () -> Bool) -> Bool {
  let end = SystemClock().monotonic + UInt64(seconds * 1e9)
  while !condition() {
    if SystemClock().monotonic > end { return false }
    usleep(500)
  }
  return true
}

/// CLOCK_MONOTONIC in that many seconds.
func inSeconds(_ seconds: Double) -> UInt64 {
  SystemClock().monotonic + UInt64(seconds * 1e9)
}

/// A count that threads add to.
final class Tally: Sendable {
  private let number = Atomic<Int>(0)
  func add(_ count: Int = 1) { number.add(count, ordering: .sequentiallyConsistent) }
  var value: Int { number.load(ordering: .sequentiallyConsistent) }
}

/// A gate that threads wait at until it is opened; who waits for more than a minute fails its test.
final class Gate: @unchecked Sendable {
  private let lock = Lock()
  private let changed = Condition()
  private var isOpen = false

  func open() {
    lock.withLock {
      isOpen = true
      changed.broadcast()
    }
  }

  func wait() {
    let deadline = inSeconds(60)
    let isPassed = lock.withLock {
      while !isOpen, changed.wait(lock, until: deadline) {}
      return isOpen
    }
    if !isPassed { Issue.record("nobody opened the gate in a minute") }
  }
}

/// A plugin's view: a context, its tables, and sinks.
struct PluginView {
  let context: PluginContext
  var host: UnsafeMutableRawPointer { context.hostTable.pointee.context }

  init(
    _ services: HostServices, id: String = "org.example.test", grants: Set<String> = [],
    secrets: [String: String] = [:]
  ) {
    context = PluginContext(id: id, grants: grants, secrets: secrets, services: services)
  }

  func table<Table>(_ id: String, _ type: Table.Type) -> UnsafePointer<Table>? {
    metis_slice_v1.withText(id) { context.hostTable.pointee.service(host, $0) }?
      .assumingMemoryBound(to: type)
  }

  var log: metis_host_log_v1 { table(METIS_HOST_LOG_V1, metis_host_log_v1.self)!.pointee }
  var metrics: metis_host_metrics_v1 {
    table(METIS_HOST_METRICS_V1, metis_host_metrics_v1.self)!.pointee
  }
  var clock: metis_host_clock_v1 { table(METIS_HOST_CLOCK_V1, metis_host_clock_v1.self)!.pointee }
  var timer: metis_host_timer_v1 { table(METIS_HOST_TIMER_V1, metis_host_timer_v1.self)!.pointee }
  var state: metis_host_state_v1 { table(METIS_HOST_STATE_V1, metis_host_state_v1.self)!.pointee }
  var secret: metis_host_secret_v1 {
    table(METIS_HOST_SECRET_V1, metis_host_secret_v1.self)!.pointee
  }
  var call: metis_host_call_v1 { table(METIS_HOST_CALL_V1, metis_host_call_v1.self)!.pointee }
  var notify: metis_host_notify_v1 {
    table(METIS_HOST_NOTIFY_V1, metis_host_notify_v1.self)!.pointee
  }
  var engine: metis_host_engine_v1 {
    table(METIS_HOST_ENGINE_V1, metis_host_engine_v1.self)!.pointee
  }
}

/// A slice over bytes that are null but counted: what a faulty plugin hands over.
var nullSlice: metis_slice_v1 { metis_slice_v1(bytes: nil, count: 7) }
var emptySlice: metis_slice_v1 { metis_slice_v1(bytes: nil, count: 0) }

/// Runs `body` with a slice of raw bytes.
func withBytes<Result>(_ bytes: [UInt8], _ body: (metis_slice_v1) -> Result) -> Result {
  bytes.withUnsafeBufferPointer { body(metis_slice_v1(bytes: $0.baseAddress, count: $0.count)) }
}

/// Runs `body` with a sink and returns its code and what was written.
func collecting(_ body: (UnsafePointer<metis_sink_v1>) -> Int32) -> (code: Int32, text: String) {
  var bytes: [UInt8] = []
  let code = withUnsafeMutablePointer(to: &bytes) { place in
    var sink = metis_sink_v1(
      size: UInt32(MemoryLayout<metis_sink_v1>.size), reserved: 0, context: place,
      write: { context, slice in
        context!.assumingMemoryBound(to: [UInt8].self).pointee
          .append(contentsOf: UnsafeBufferPointer(start: slice.bytes, count: slice.count))
        return METIS_OK
      })
    return body(&sink)
  }
  return (code, String(decoding: bytes, as: UTF8.self))
}

/// Services on a manual clock that log into memory.
struct TestServices {
  let clock = ManualClock(monotonic: 5_000, wall: 1_767_323_045_678_000_000)
  let sink = MemoryLogSink()
  let services: HostServices

  init(level: LogLevel = .trace) {
    services = HostServices(
      log: Log(level: level, format: .compact, sink: sink, clock: clock), clock: clock)
  }
}
