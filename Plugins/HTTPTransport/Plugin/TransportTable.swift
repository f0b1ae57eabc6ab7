import HTTPEngine
import MetisPluginAPI

/// The table of METIS_TRANSPORT_V1, in memory that is never freed.
func makeTransportTable() -> UnsafePointer<metis_transport_v1> {
  var table = metis_transport_v1()
  table.size = UInt32(MemoryLayout<metis_transport_v1>.size)
  table.flags = METIS_TRANSPORT_LISTENS
  table.create = create
  table.start = start
  table.drain = drain
  table.destroy = destroy
  table.respond = respond
  table.begin = begin
  table.send = send
  table.finish = finish
  table.abort = abort
  table.wake = wake
  table.reload = reload
  let memory = UnsafeMutablePointer<metis_transport_v1>.allocate(capacity: 1)
  memory.initialize(to: table)
  return UnsafePointer(memory)
}

/// The instance behind a pointer that `create` gave out.
@inline(__always)
private func server(_ instance: UnsafeMutableRawPointer?) -> Unmanaged<HTTPServer> {
  // The host passes what `create` gave it; null would be a fault of the host.
  Unmanaged<HTTPServer>.fromOpaque(instance.unsafelyUnwrapped)
}

/// Writes the message of an error into the host's memory, cut where it is too long.
func fail(
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

private func create(
  _ plugin: UnsafeMutableRawPointer?, _ setup: UnsafePointer<metis_transport_setup_v1>?,
  _ error: UnsafeMutablePointer<metis_error_v1>?,
  _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  guard let plugin, let setup = setup?.pointee, let host = setup.host, let out else {
    return fail(error, METIS_INVALID, "the setup of the transport lacks its host")
  }
  let log = Unmanaged<PluginState>.fromOpaque(plugin)._withUnsafeGuaranteedRef { $0.log }
  let listeners = UnsafeBufferPointer(start: setup.listeners, count: setup.listener_count)
  do throws(EngineError) {
    let settings = try EngineSettings(
      json: UnsafeRawBufferPointer(start: setup.config.bytes, count: setup.config.count),
      directory: String(
        decoding: UnsafeBufferPointer(
          start: setup.directory.bytes, count: setup.directory.count), as: UTF8.self))
    let server = try HTTPServer(
      settings: settings, loops: Int(setup.loops),
      listeners: listeners.map { ($0.fd, Int($0.loop)) }, host: host,
      hostContext: setup.host_context, log: log)
    out.pointee = Unmanaged.passRetained(server).toOpaque()
    return METIS_OK
  } catch let problem {
    return fail(error, METIS_INVALID, problem.message)
  }
}

private func start(
  _ instance: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<metis_error_v1>?
) -> Int32 {
  do throws(EngineError) {
    try server(instance).takeUnretainedValue().start()
    return METIS_OK
  } catch let problem {
    return fail(error, METIS_FAILED, problem.message)
  }
}

private func destroy(_ instance: UnsafeMutableRawPointer?) {
  let server = server(instance).takeRetainedValue()
  server.stop()
}

private func drain(
  _ instance: UnsafeMutableRawPointer?, _ deadline: UInt64, _ flags: UInt32
) {
  let closesIdle = flags & METIS_DRAIN_CLOSE_IDLE != 0
  server(instance)._withUnsafeGuaranteedRef {
    $0.drain(deadline: deadline, closesIdle: closesIdle)
  }
}

private func respond(
  _ instance: UnsafeMutableRawPointer?, _ exchange: UInt64,
  _ response: UnsafePointer<metis_response_v1>?
) -> Int32 {
  guard let response else { return METIS_INVALID }
  return server(instance)._withUnsafeGuaranteedRef { $0.respond(exchange, response) }
}

private func begin(
  _ instance: UnsafeMutableRawPointer?, _ exchange: UInt64,
  _ head: UnsafePointer<metis_response_v1>?
) -> Int32 {
  guard let head else { return METIS_INVALID }
  return server(instance)._withUnsafeGuaranteedRef { $0.begin(exchange, head) }
}

private func send(
  _ instance: UnsafeMutableRawPointer?, _ exchange: UInt64,
  _ parts: UnsafePointer<metis_slice_v1>?, _ count: Int
) -> Int32 {
  server(instance)._withUnsafeGuaranteedRef { $0.send(exchange, parts, count) }
}

private func finish(_ instance: UnsafeMutableRawPointer?, _ exchange: UInt64) -> Int32 {
  server(instance)._withUnsafeGuaranteedRef { $0.finish(exchange) }
}

private func abort(_ instance: UnsafeMutableRawPointer?, _ exchange: UInt64) {
  server(instance)._withUnsafeGuaranteedRef { $0.abort(exchange) }
}

private func wake(_ instance: UnsafeMutableRawPointer?, _ loop: UInt32) {
  server(instance)._withUnsafeGuaranteedRef { $0.wake(loop) }
}

private func reload(
  _ instance: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<metis_error_v1>?
) -> Int32 {
  do throws(EngineError) {
    try server(instance).takeUnretainedValue().reload()
    return METIS_OK
  } catch let problem {
    return fail(error, METIS_FAILED, problem.message)
  }
}
