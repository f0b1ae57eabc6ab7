import MetisKit
import MetisPluginAPI
import Synchronization

/// The services of a host, kept in memory for the whole test process.
enum FakeHost {
  static let lines = Mutex<[String]>([])
  static let store = Mutex<[String: [UInt8]]>([:])
  static let samples = Mutex<[String]>([])
  static let notices = Mutex<[String]>([])

  static func table() -> metis_host_v1 {
    metis_host_v1(
      size: UInt32(MemoryLayout<metis_host_v1>.size), abi: UInt32(METIS_ABI_VERSION),
      context: nil,
      service: { _, id in FakeHost.tables[string(id)].flatMap { UnsafeRawPointer(bitPattern: $0) } }
    )
  }

  /// Addresses of the tables by their id. Allocated once and kept.
  private static let tables: [String: UInt] = [
    METIS_HOST_LOG_V1: keep(log), METIS_HOST_CLOCK_V1: keep(clock),
    METIS_HOST_STATE_V1: keep(state), METIS_HOST_METRICS_V1: keep(metrics),
    METIS_HOST_SECRET_V1: keep(secret), METIS_HOST_NOTIFY_V1: keep(notify),
    METIS_HOST_CALL_V1: keep(call), METIS_HOST_TIMER_V1: keep(timer),
    METIS_HOST_FLOW_V1: keep(flow),
  ]

  private static func keep<Table>(_ table: Table) -> UInt {
    let storage = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    storage.initialize(to: table)
    return UInt(bitPattern: storage)
  }

  private static func size<Table>(_ type: Table.Type) -> UInt32 {
    UInt32(MemoryLayout<Table>.size)
  }

  private static var log: metis_host_log_v1 {
    metis_host_log_v1(
      size: size(metis_host_log_v1.self), reserved: 0,
      enabled: { _, level in level >= METIS_LOG_INFO },
      log: { _, level, message, fields in
        let line = "\(level) \(string(message)) \(string(fields))"
        FakeHost.lines.withLock { $0.append(line) }
      })
  }

  private static var clock: metis_host_clock_v1 {
    metis_host_clock_v1(
      size: size(metis_host_clock_v1.self), reserved: 0, monotonic: { _ in 1_234 },
      wall: { _ in 1_700_000_000_000_000_000 })
  }

  private static var state: metis_host_state_v1 {
    metis_host_state_v1(
      size: size(metis_host_state_v1.self), reserved: 0,
      get: { _, scope, call, key, sink in
        let name = "\(scope)/\(string(key))"
        guard let value = FakeHost.store.withLock({ $0[name] }) else { return METIS_NOT_FOUND }
        return value.withUnsafeBufferPointer { value in
          sink!.pointee.write(
            sink!.pointee.context, metis_slice_v1(bytes: value.baseAddress, count: value.count))
        }
      },
      set: { _, scope, call, key, value in
        let name = "\(scope)/\(string(key))"
        guard name.utf8.count < 200 else { return METIS_LIMIT }
        let bytes = Array(string(value).utf8)
        FakeHost.store.withLock { $0[name] = bytes.isEmpty ? nil : bytes }
        return METIS_OK
      },
      add: { _, scope, call, key, delta, result in
        let name = "\(scope)/\(string(key))"
        result!.pointee = FakeHost.store.withLock { store in
          let old = store[name].flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
          store[name] = Array(String(old + delta).utf8)
          return old + delta
        }
        return METIS_OK
      })
  }

  private static var metrics: metis_host_metrics_v1 {
    metis_host_metrics_v1(
      size: size(metis_host_metrics_v1.self), reserved: 0,
      series: { _, kind, name, labels, count in
        var text = "\(kind) \(string(name))"
        for index in 0..<count {
          text += " \(string(labels![index].name))=\(string(labels![index].value))"
        }
        let line = text
        FakeHost.samples.withLock { $0.append(line) }
        return string(name).contains(" ") ? 0 : 5
      },
      record: { _, series, value in FakeHost.samples.withLock { $0.append("\(series) \(value)") } })
  }

  private static var secret: metis_host_secret_v1 {
    metis_host_secret_v1(
      size: size(metis_host_secret_v1.self), reserved: 0,
      get: { _, name, sink in
        guard string(name) == "token" else { return METIS_NOT_FOUND }
        return withSlice("hush") { sink!.pointee.write(sink!.pointee.context, $0) }
      })
  }

  private static var notify: metis_host_notify_v1 {
    metis_host_notify_v1(
      size: size(metis_host_notify_v1.self), reserved: 0,
      list_changed: { _, kind in
        FakeHost.notices.withLock { $0.append("list \(kind)") }
        return METIS_OK
      },
      resource_updated: { _, uri in
        let uri = string(uri)
        FakeHost.notices.withLock { $0.append("resource \(uri)") }
        return METIS_OK
      })
  }

  /// Knows one target, `upper`, which gives its arguments back as a result; `broken` fails.
  private static var call: metis_host_call_v1 {
    metis_host_call_v1(
      size: size(metis_host_call_v1.self), reserved: 0,
      call: { _, _, _, target, arguments, done, user in
        switch string(target) {
        case "upper":
          withSlice(#"{"echo":\#(string(arguments))}"#) { done?(user, 0, $0) }
          return METIS_OK
        case "broken":
          withSlice("it broke") { done?(user, -32_000, $0) }
          return METIS_OK
        default: return METIS_NOT_FOUND
        }
      })
  }

  /// Every client is writable at once; one whose call has ended is late.
  private static var flow: metis_host_flow_v1 {
    metis_host_flow_v1(
      size: size(metis_host_flow_v1.self), reserved: 0,
      when_writable: { _, call, callback, user in
        guard Recorder.change(call, { $0.endings.isEmpty }) else { return METIS_LATE }
        callback?(user)
        return METIS_OK
      })
  }

  /// Runs what has a delay of 0 at once; keeps nothing else.
  private static var timer: metis_host_timer_v1 {
    metis_host_timer_v1(
      size: size(metis_host_timer_v1.self), reserved: 0,
      after: { _, delay, callback, user in
        if delay == 0 { callback?(user) }
        return delay == .max ? 0 : 9
      },
      cancel: { _, _ in METIS_OK })
  }
}
