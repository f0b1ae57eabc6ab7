import JSON
import MetisPluginAPI
import Synchronization

// metis.host.log/1, metis.host.metrics/1 and metis.host.clock/1.
extension ServiceTables {
  static var logTable: metis_host_log_v1 {
    metis_host_log_v1(
      size: size(metis_host_log_v1.self), reserved: 0,
      enabled: { host, level in
        host?.withContext { ServiceTables.isEnabled($0, level) } ?? false
      },
      log: { host, level, message, fields in
        host?.withContext { ServiceTables.log($0, level, message, fields) }
      })
  }

  private static func isEnabled(_ context: PluginContext, _ level: UInt32) -> Bool {
    guard level <= METIS_LOG_ERROR, let level = LogLevel(rawValue: UInt8(level)) else {
      return false
    }
    return context.services.log.isEnabled(level)
  }

  private static func log(
    _ context: PluginContext, _ level: UInt32, _ message: metis_slice_v1, _ fields: metis_slice_v1
  ) {
    guard isEnabled(context, level), let level = LogLevel(rawValue: UInt8(level)),
      let message = message.checkedBytes, let fields = fields.checkedBytes
    else { return }
    // A line shows the first 8 KiB: a larger message is not copied first. What is no UTF-8 is
    // repaired with U+FFFD, since losing a line would hide an error.
    let bound = LogLine.longest
    let text = String(decoding: message.prefix(bound), as: UTF8.self)
    context.services.log.write(level, context.id, text, logFields(fields, bound))
  }

  private static func logFields(_ bytes: UnsafeRawBufferPointer, _ bound: Int) -> LogLine.Fields {
    if bytes.isEmpty { return .pairs(LogFields()) }
    if bytes.count <= bound,
      let object = try? JSONCursor.validate(bytes, limits: JSONLimits(bytes: bound)),
      object.kind == .object
    {
      return .json(object.text)
    }
    // Shown as text, so that the author sees what is wrong with it.
    let text = String(decoding: bytes.prefix(1 << 10), as: UTF8.self)
    return .pairs(["malformed_fields": .string(text)])
  }

  static var metricsTable: metis_host_metrics_v1 {
    metis_host_metrics_v1(
      size: size(metis_host_metrics_v1.self), reserved: 0,
      series: { host, kind, name, labels, count in
        host?.withContext {
          ServiceTables.series($0, kind, name, labels, Int(clamping: count))
        } ?? 0
      },
      record: { host, series, value in
        host?.withContext { $0.services.metrics.record($0.metricsOwner, series, value) }
      })
  }

  private static func series(
    _ context: PluginContext, _ kind: UInt32, _ name: metis_slice_v1,
    _ labels: UnsafePointer<metis_field_v1>?, _ count: Int
  ) -> UInt64 {
    guard let kind = MetricKind(rawValue: kind), let name = name.checkedText(limit: 200),
      count <= 16, labels != nil || count == 0
    else { return 0 }
    var pairs: [(String, String)] = []
    for index in 0..<count {
      guard let field = labels?[index], let label = field.name.checkedText(limit: 200),
        let value = field.value.checkedText(limit: 1024)
      else { return 0 }
      pairs.append((label, value))
    }
    switch context.services.metrics.makeSeries(context.metricsOwner, kind, name, pairs) {
    case .success(let number): return number
    case .failure(let refusal):
      // Once: a plugin may ask again with every call.
      if !context.warnedOfSeries.exchange(true, ordering: .relaxed) {
        context.services.log.warn(
          "a metric series of a plugin was refused; later refusals are not logged",
          ["plugin": .string(context.id), "series": .string(name), "reason": "\(refusal)"])
      }
      return 0
    }
  }

  static var clockTable: metis_host_clock_v1 {
    metis_host_clock_v1(
      size: size(metis_host_clock_v1.self), reserved: 0,
      monotonic: { host in host?.withContext { $0.services.clock.monotonic } ?? 0 },
      wall: { host in host?.withContext { $0.services.clock.wall } ?? 0 })
  }
}
