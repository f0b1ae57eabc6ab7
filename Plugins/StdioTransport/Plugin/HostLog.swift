import MetisPluginAPI

/// The host's log; silent where the host has none. [any-thread]
struct HostLog: @unchecked Sendable {
  let table: UnsafePointer<metis_host_log_v1>?
  let context: UnsafeMutableRawPointer?

  func write(_ level: UInt32, _ text: String) {
    guard let table, let enabled = table.pointee.enabled, let log = table.pointee.log,
      enabled(context, level)
    else { return }
    var line = text
    line.withUTF8 { bytes in
      log(
        context, level, metis_slice_v1(bytes: bytes.baseAddress, count: bytes.count),
        metis_slice_v1())
    }
  }
}
