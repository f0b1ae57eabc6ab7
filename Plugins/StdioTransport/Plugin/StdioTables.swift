import Glibc
import MetisPluginAPI

/// The table of METIS_TRANSPORT_V1, in memory that is never freed.
func makeTransportTable() -> UnsafePointer<metis_transport_v1> {
  var table = metis_transport_v1()
  table.size = UInt32(MemoryLayout<metis_transport_v1>.size)
  table.create = create
  table.start = start
  table.drain = { instance, deadline, _ in
    loop(instance)._withUnsafeGuaranteedRef { $0.drain(deadline) }
  }
  table.destroy = { loop($0).takeRetainedValue().stop() }
  table.respond = { instance, _, response in
    guard let response = response?.pointee else { return METIS_INVALID }
    return loop(instance)._withUnsafeGuaranteedRef { $0.send(response.parts, response.part_count) }
  }
  // A message is one line: there is nothing to begin.
  table.begin = { _, _, _ in METIS_UNSUPPORTED }
  table.send = { instance, _, parts, count in
    loop(instance)._withUnsafeGuaranteedRef { $0.send(parts, count) }
  }
  table.finish = { instance, _ in loop(instance)._withUnsafeGuaranteedRef { $0.finish() } }
  table.abort = { instance, _ in loop(instance)._withUnsafeGuaranteedRef { $0.abort() } }
  table.wake = { instance, _ in loop(instance)._withUnsafeGuaranteedRef { $0.wake() } }
  let memory = UnsafeMutablePointer<metis_transport_v1>.allocate(capacity: 1)
  memory.initialize(to: table)
  return UnsafePointer(memory)
}

/// The table of METIS_CONFIG_V1, in memory that is never freed.
func makeConfigTable() -> UnsafePointer<metis_config_v1> {
  var table = metis_config_v1()
  table.size = UInt32(MemoryLayout<metis_config_v1>.size)
  table.schema = { _, section in
    section == METIS_SECTION_TRANSPORT ? slice(StdioSettings.schema) : metis_slice_v1()
  }
  table.check = { _, section, config, _, error in
    if section != METIS_SECTION_TRANSPORT { return METIS_OK }
    do throws(StdioSettings.Problem) {
      _ = try StdioSettings(json: UnsafeRawBufferPointer(start: config.bytes, count: config.count))
      return METIS_OK
    } catch let problem {
      return fail(error, METIS_INVALID, problem.message)
    }
  }
  let memory = UnsafeMutablePointer<metis_config_v1>.allocate(capacity: 1)
  memory.initialize(to: table)
  return UnsafePointer(memory)
}

/// The instance behind a pointer that `create` gave out.
private func loop(_ instance: UnsafeMutableRawPointer?) -> Unmanaged<StdioLoop> {
  // The host passes what `create` gave it; null would be a fault of the host.
  Unmanaged<StdioLoop>.fromOpaque(instance.unsafelyUnwrapped)
}

private func create(
  _ plugin: UnsafeMutableRawPointer?, _ setup: UnsafePointer<metis_transport_setup_v1>?,
  _ error: UnsafeMutablePointer<metis_error_v1>?,
  _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  guard let plugin, let setup = setup?.pointee, let host = setup.host, let out else {
    return fail(error, METIS_INVALID, "the setup of the transport lacks its host")
  }
  let log = Unmanaged<PluginState>.fromOpaque(plugin)._withUnsafeGuaranteedRef { $0.log }
  do throws(StdioSettings.Problem) {
    let settings = try StdioSettings(
      json: UnsafeRawBufferPointer(start: setup.config.bytes, count: setup.config.count))
    for (key, fd) in [("input_fd", settings.input), ("output_fd", settings.output)]
    where fcntl(fd, F_GETFD) < 0 {
      return fail(error, METIS_INVALID, "\(key): descriptor \(fd) is not open")
    }
    guard
      let loop = StdioLoop(
        settings: settings, host: host, hostContext: setup.host_context, log: log)
    else { return fail(error, METIS_FAILED, "no eventfd: \(String(cString: strerror(errno)))") }
    out.pointee = Unmanaged.passRetained(loop).toOpaque()
    return METIS_OK
  } catch let problem {
    return fail(error, METIS_INVALID, problem.message)
  }
}

private func start(
  _ instance: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<metis_error_v1>?
) -> Int32 {
  let status = loop(instance)._withUnsafeGuaranteedRef { $0.start() }
  if status == 0 { return METIS_OK }
  return fail(
    error, METIS_FAILED,
    "the thread of the stdio transport cannot be started: \(String(cString: strerror(status)))")
}

/// Writes the message of an error into the host's memory, cut where it is too long.
private func fail(
  _ error: UnsafeMutablePointer<metis_error_v1>?, _ code: Int32, _ message: String
) -> Int32 {
  guard let error else { return code }
  error.pointee.code = code
  withUnsafeMutableBytes(of: &error.pointee.text) { text in
    // Cut at a character, so that what stays is UTF-8.
    var count = 0
    for character in message.unicodeScalars {
      let width = UTF8.width(character)
      if count + width > text.count { break }
      count += width
    }
    text.copyBytes(from: message.utf8.prefix(count))
    error.pointee.length = UInt32(count)
  }
  return code
}
