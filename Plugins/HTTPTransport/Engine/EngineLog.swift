import MetisPluginAPI

/// The host's log as the engine uses it; silent where the host has none. [any-thread]
public struct EngineLog: @unchecked Sendable {
  private let table: UnsafePointer<metis_host_log_v1>?
  private let context: UnsafeMutableRawPointer?

  /// Logs to the service `table` of the host whose context is `context`; both live as long as the
  /// plugin.
  public init(
    _ table: UnsafePointer<metis_host_log_v1>? = nil, context: UnsafeMutableRawPointer? = nil
  ) {
    self.table = table
    self.context = context
  }

  func error(_ text: @autoclosure () -> String) { write(METIS_LOG_ERROR, text) }

  func warn(_ text: @autoclosure () -> String) { write(METIS_LOG_WARN, text) }

  func debug(_ text: @autoclosure () -> String) { write(METIS_LOG_DEBUG, text) }

  private func write(_ level: UInt32, _ text: () -> String) {
    guard let table, let enabled = table.pointee.enabled, let log = table.pointee.log,
      enabled(context, level)
    else { return }
    var line = text()
    line.withUTF8 { bytes in
      log(
        context, level, metis_slice_v1(bytes: bytes.baseAddress, count: bytes.count),
        metis_slice_v1())
    }
  }
}
