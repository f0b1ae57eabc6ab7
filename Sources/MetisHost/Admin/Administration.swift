import MCP
import MetisPluginAPI

/// The admin endpoint behind its door: from a message of a transport to the control thread and back.
final class Administration: @unchecked Sendable {
  private let router: AdminRouter
  private let control: ControlThread
  private let operations: Host
  /// For those who listen.
  let events: AdminEvents

  init(
    router: AdminRouter, control: ControlThread, operations: Host, events: AdminEvents
  ) {
    self.router = router
    self.control = control
    self.operations = operations
    self.events = events
  }

  /// Whether a request asks for the stream of events; its events come after the one of this id, nil
  /// for those to come alone.
  func listens(_ request: AdminRequest) -> (after: UInt64?, Void)? {
    guard case .listen(let after) = router.route(request) else { return nil }
    return (after, ())
  }

  /// Answers a request: refusals at once, the rest from the control thread. `reply` runs once, on
  /// any thread.
  func handle(_ request: AdminRequest, reply: @escaping @Sendable (AdminResponse) -> Void) {
    switch router.route(request) {
    case .respond(let response): reply(response)
    // Streams are begun by the loop.
    case .listen: break
    case .perform(let operation):
      let isQueued = control.async { [operations] in
        operation.perform(on: operations, instance: request.path, reply: reply)
      }
      if !isQueued {
        reply(Problem(.unavailable, "the host is shutting down").response(instance: request.path))
      }
    }
  }
}

extension Loop {
  /// A message at the admin door.
  func receiveAdmin(_ message: UnsafePointer<metis_message_v1>) {
    let exchange = message.pointee.exchange
    guard let administration = door.administration else {
      return answerEmpty(exchange, status: 404)
    }
    let target = message.pointee.target.text
    let mark = target.firstIndex(of: "?")
    var request = AdminRequest(
      verb: message.pointee.verb.text, path: String(target[..<(mark ?? target.endIndex)]))
    if let mark { request.query = String(target[target.index(after: mark)...]) }
    if let first = message.pointee.fields {
      for index in 0..<message.pointee.field_count {
        let name = first[index].name.raw
        if name.equalsIgnoringCase("host") {
          request.host = first[index].value.text
        } else if name.equalsIgnoringCase("authorization") {
          request.authorization = first[index].value.text
        } else if name.equalsIgnoringCase("last-event-id") {
          request.lastEventID = first[index].value.text
        } else if name.equalsIgnoringCase("content-type") {
          request.contentType = first[index].value.text
        }
      }
    }
    request.body = [UInt8](message.pointee.body.raw)
    if let (after, _) = administration.listens(request) {
      return beginEvents(exchange, administration.events, after: after)
    }
    open[exchange] = .admin
    administration.handle(request) { [self] response in
      post(.run { $0.answerAdmin(exchange, response) })
    }
  }

  /// Sends an admin answer, unless the peer is gone by now.
  func answerAdmin(_ exchange: UInt64, _ response: AdminResponse) {
    guard open.removeValue(forKey: exchange) != nil else { return }
    let fields = [("content-type", response.contentType)] + response.fields
    _ = withResponse(fields, status: response.status, body: response.body) {
      door.table.pointee.respond(door.instance, exchange, $0)
    }
  }

  /// Lends a response to `body`; fields beyond ``maximumFields`` are left out.
  func withResponse(
    _ given: [(name: String, value: String)], status: Int, body: [UInt8]? = nil,
    _ use: (UnsafePointer<metis_response_v1>) -> Int32
  ) -> Int32 {
    let count = min(given.count, Loop.maximumFields)
    let lent = given.prefix(count).flatMap { [$0.name, $0.value] }.map { text in
      let copy = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(1, text.utf8.count), alignment: 1)
      copy.copyBytes(from: text.utf8)
      return metis_slice_v1(UnsafeRawBufferPointer(rebasing: copy[..<text.utf8.count]))
    }
    defer { for slice in lent { UnsafeMutableRawPointer(mutating: slice.bytes)?.deallocate() } }
    for index in 0..<count {
      fields[index] = metis_field_v1(name: lent[2 * index], value: lent[2 * index + 1])
    }
    var head = metis_response_v1()
    head.size = UInt32(MemoryLayout<metis_response_v1>.size)
    head.status = UInt32(clamping: status)
    head.fields = UnsafePointer(fields)
    head.field_count = count
    guard let body else { return use(&head) }
    return body.withUnsafeBytes { bytes in
      parts[0] = metis_slice_v1(bytes)
      head.parts = UnsafePointer(parts)
      head.part_count = 1
      return use(&head)
    }
  }
}
