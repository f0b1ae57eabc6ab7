import JSON
import MCP
import MetisPluginAPI

/// Connections that begin as an exchange of HTTP: WebSocket, and HTTP+SSE of 2024-11-05.
///
/// Host, origin and sender were checked as of every request; who sends is kept with the connection.
extension Loop {
  // MARK: WebSocket

  /// A handshake, which the transport has checked (RFC 6455 section 4.2.1). One message is one frame
  /// of text; the subprotocol is `mcp`.
  func openWebSocket(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields, _ principal: [UInt8]
  ) {
    let exchange = message.pointee.exchange
    guard message.pointee.verb.raw.equals("GET") else {
      return refuse(exchange, .http(405, "Method not allowed: GET is"), allow: "GET")
    }
    guard fields.upgradesToWebSocket else {
      self.fields[1] = metis_field_v1(
        name: metis_slice_v1("upgrade"), value: metis_slice_v1("websocket"))
      return refuse(
        exchange, .http(426, "This endpoint speaks WebSocket: send Upgrade: websocket"),
        extraFields: 1)
    }
    guard !fields.offersSubprotocols || fields.offersMCP else {
      return refuse(
        exchange,
        .http(400, "Sec-WebSocket-Protocol offers no \"mcp\", the subprotocol of this endpoint"))
    }
    self.fields[0] = metis_field_v1(
      name: metis_slice_v1("sec-websocket-protocol"), value: metis_slice_v1("mcp"))
    let code = respond(
      exchange, status: 101, partCount: 0, fieldCount: fields.offersSubprotocols ? 1 : 0)
    guard code == METIS_OK || code == METIS_BUSY else { return }
    let connection = add(Connection(exchange, .webSocket, principal: principal))
    if code == METIS_BUSY { pauseConnection(connection) }
  }

  /// A connection of this loop from now on.
  @discardableResult
  func add(_ connection: Connection) -> Connection {
    var old: StreamReader?
    _ = connection.stream.attach(
      StreamReader(loop: self, exchange: connection.exchange), after: nil, old: &old)
    connections[connection.exchange] = connection
    return connection
  }

  // MARK: HTTP+SSE

  /// GET: opens the stream, whose first event says where to post.
  func openEvents(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields, _ principal: [UInt8]
  ) {
    let exchange = message.pointee.exchange
    guard message.pointee.verb.raw.equals("GET") else {
      return refuse(exchange, .http(405, "Method not allowed: GET is"), allow: "GET")
    }
    guard fields.acceptsEventStream else {
      return refuse(exchange, .http(406, "Accept must list text/event-stream"))
    }
    guard settings.newestLegacy != nil else {
      return refuse(exchange, .http(404, "HTTP+SSE serves older revisions, which are switched off"))
    }
    let id = core.sessions.newID()
    let box = PostBox(self, exchange, owner: Principal.id(principal))
    guard core.postBoxes.add(box, id) else {
      return refuse(
        exchange, .http(503, "Too many connections of HTTP+SSE: \(PostBoxes.capacity)"))
    }
    guard beginEvents(exchange) == METIS_OK else { return core.postBoxes.remove(id) }
    add(Connection(exchange, .sse, principal: principal, postID: id))
    let path = core.endpoints.messages ?? ""
    let code = "event: endpoint\ndata: \(path)?sessionId=\(id)\n\n".withSlice { text in
      parts[0] = text
      return door.table.pointee.send(door.instance, exchange, parts, 1)
    }
    if code == METIS_BUSY, let connection = connections[exchange] { pauseConnection(connection) }
  }

  /// POST: a message for a stream, which carries the answer.
  func receivePost(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields, _ principal: [UInt8]
  ) {
    let exchange = message.pointee.exchange
    guard message.pointee.verb.raw.equals("POST") else {
      return refuse(exchange, .http(405, "Method not allowed: POST is"), allow: "POST")
    }
    guard fields.hasJSONContent else {
      return refuse(exchange, .http(400, "Content-Type must be application/json"))
    }
    guard let id = Loop.query("sessionId", of: message.pointee.target.raw) else {
      return refuse(
        exchange, .invalidRequest("sessionId is missing in the query; the endpoint event has it"))
    }
    guard let box = core.postBoxes.find(id, owner: Principal.id(principal)) else {
      return refuse(
        exchange, .invalidRequest("Session not found: open the stream again", status: 404))
    }
    let body = message.pointee.body.raw
    do {
      _ = try JSONCursor.validate(body, limits: core.limits.json)
    } catch {
      return refuse(exchange, .parse("\(error)"))
    }
    guard box.post(Framing.oneLine([UInt8](body)), limit: core.limits.posted) else {
      return refuse(
        exchange,
        .http(503, "Over \(core.limits.posted) bytes of earlier messages wait; try again later"))
    }
    accepted(exchange)
  }

  /// The value of a parameter of a target's query; nil where it has none.
  static func query(_ name: StaticString, of target: UnsafeRawBufferPointer) -> String? {
    guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else { return nil }
    for pair in target[(mark + 1)...].split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1)
      guard parts.count == 2, UnsafeRawBufferPointer(rebasing: parts[0]).equals(name) else {
        continue
      }
      return String(decoding: parts[1], as: UTF8.self)
    }
    return nil
  }
}
