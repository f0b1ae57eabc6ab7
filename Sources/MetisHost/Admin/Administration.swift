import MCP
import MetisPluginAPI

/// The admin endpoint behind its door: from a message of a transport to the control thread and back.
final class Administration: @unchecked Sendable {
  private let router: AdminRouter
  private let control: ControlThread
  private let operations: Host

  init(
    router: AdminRouter, control: ControlThread, operations: Host
  ) {
    self.router = router
    self.control = control
    self.operations = operations
  }

  /// Answers a request: refusals at once, the rest from the control thread. `reply` runs once, on
  /// any thread.
  func handle(_ request: AdminRequest, reply: @escaping @Sendable (AdminResponse) -> Void) {
    switch router.route(request) {
    case .respond(let response): reply(response)
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
        } else if name.equalsIgnoringCase("content-type") {
          request.contentType = first[index].value.text
        }
      }
    }
    request.body = [UInt8](message.pointee.body.raw)
    open[exchange] = .admin
    administration.handle(request) { [self] response in
      post(.run { $0.answerAdmin(exchange, response) })
    }
  }

  /// Sends an admin answer, unless the peer is gone by now.
  private func answerAdmin(_ exchange: UInt64, _ response: AdminResponse) {
    guard open.removeValue(forKey: exchange) != nil else { return }
    let texts = [response.contentType] + response.fields.flatMap { [$0.name, $0.value] }
    let bytes = texts.map { Array($0.utf8) }
    let lent = bytes.map { text in
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, text.count), alignment: 1)
      copy.copyBytes(from: text)
      return metis_slice_v1(UnsafeRawBufferPointer(rebasing: copy[..<text.count]))
    }
    defer { for slice in lent { UnsafeMutableRawPointer(mutating: slice.bytes)?.deallocate() } }
    fields[0] = metis_field_v1(name: metis_slice_v1("content-type"), value: lent[0])
    let count = min(response.fields.count, Loop.maximumFields - 1)
    for index in 0..<count {
      fields[1 + index] = metis_field_v1(name: lent[1 + 2 * index], value: lent[2 + 2 * index])
    }
    response.body.withUnsafeBytes { body in
      parts[0] = metis_slice_v1(body)
      var head = metis_response_v1()
      head.size = UInt32(MemoryLayout<metis_response_v1>.size)
      head.status = UInt32(clamping: response.status)
      head.fields = UnsafePointer(fields)
      head.field_count = 1 + count
      head.parts = UnsafePointer(parts)
      head.part_count = 1
      _ = door.table.pointee.respond(door.instance, exchange, &head)
    }
  }
}
