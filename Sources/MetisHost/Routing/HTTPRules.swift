import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// Streamable HTTP: what is decided by verb, target and fields, before and around the message.
///
/// Source: "Transports", Streamable HTTP, of 2026-07-28 and of 2025-03-26 to 2025-11-25. Routing: no
/// `MCP-Protocol-Version` or a legacy one goes the legacy way, anything else the modern one.
extension Loop {
  func receiveHTTP(_ message: UnsafePointer<metis_message_v1>) {
    let exchange = message.pointee.exchange
    let fields = HTTPFields(of: message)
    guard takes(host: fields.host) else {
      return refuse(exchange, .http(421, "Host is not one that this server answers for"))
    }
    guard fields.origin == nil || policyAccepts(origin: fields.origin) else {
      return refuse(exchange, .http(403, "Origin is not allowed"))
    }
    let target = message.pointee.target.raw
    guard let endpoint = endpoint(target) else {
      return refuse(
        exchange, .http(404, "Not found: the MCP endpoint is \(core.endpoints.streamable)"))
    }
    guard !fields.isAmbiguous else {
      return refuse(
        exchange, .headerMismatch("A header that decides where the message goes stands twice"))
    }
    var principal: [UInt8] = []
    if !snapshot._withUnsafeGuaranteedRef({ $0.isOpen }) {
      guard authenticate(message, &principal) else { return }
    }
    switch endpoint {
    case .streamable: break
    case .webSocket: return openWebSocket(message, fields, principal)
    case .events: return openEvents(message, fields, principal)
    case .messages: return receivePost(message, fields, principal)
    }
    let version = fields.protocolVersion.map { ProtocolRevision(utf8: $0) }
    if case .some(let named) = version, named?.isLegacy != true {
      receiveModern(message, fields, principal)
    } else {
      receiveLegacy(message, fields, version ?? nil, principal)
    }
  }

  /// Whether the server answers for a host: the policy itself, whose arrays are counted, is asked
  /// for names of other machines only.
  @inline(__always)
  private func takes(host: UnsafeRawBufferPointer?) -> Bool {
    if settings.takesEveryHost { return true }
    if settings.takesLoopback, let host, HostPolicy.isLoopback(host) { return true }
    return policyAccepts(host: host)
  }

  @inline(never)
  private func policyAccepts(host: UnsafeRawBufferPointer?) -> Bool {
    settings.hosts.accepts(host: host)
  }

  @inline(never)
  private func policyAccepts(origin: UnsafeRawBufferPointer?) -> Bool {
    settings.hosts.accepts(origin: origin)
  }

  private enum Endpoint {
    case streamable, webSocket, events, messages
  }

  /// What a request target names; nil for nothing that is served.
  @inline(__always)
  private func endpoint(_ target: UnsafeRawBufferPointer) -> Endpoint? {
    if core.isStreamable(target) { return .streamable }
    return otherEndpoint(target)
  }

  @inline(never)
  private func otherEndpoint(_ target: UnsafeRawBufferPointer) -> Endpoint? {
    func names(_ path: String?) -> Bool { path.map { Endpoints.isPath($0, target) } ?? false }
    if names(core.endpoints.webSocket) { return .webSocket }
    if names(core.endpoints.events) { return .events }
    return core.endpoints.events != nil && names(core.endpoints.messages) ? .messages : nil
  }

  /// The message that a POST of either era brings; refuses and returns nil where its fields or its
  /// text do not fit.
  @inline(__always)
  private func posted(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields
  ) -> Envelope? {
    let exchange = message.pointee.exchange
    do throws(MCPError) {
      try Loop.checkPost(fields)
      return try decode(message.pointee.body.raw)
    } catch {
      refuse(exchange, error)
      return nil
    }
  }

  @inline(__always)
  private static func checkPost(_ fields: HTTPFields) throws(MCPError) {
    guard fields.hasJSONContent else {
      throw .http(400, "Content-Type must be application/json")
    }
    guard fields.acceptsJSON, fields.acceptsEventStream else {
      throw .http(406, "Accept must list application/json and text/event-stream")
    }
  }

  // MARK: 2026-07-28

  private func receiveModern(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields, _ principal: [UInt8]
  ) {
    let exchange = message.pointee.exchange
    guard message.pointee.verb.raw.equals("POST") else {
      return refuse(
        exchange, .http(405, "Method not allowed: POST is"), allow: "POST")
    }
    guard let envelope = posted(message, fields) else { return }
    guard envelope.kind == .request, let id = envelope.id, let method = envelope.method else {
      guard envelope.kind == .notification else {
        return refuse(
          exchange, .invalidRequest("A client sends requests and notifications, no responses"))
      }
      return accepted(exchange)
    }
    var request = Request(
      answerer: .exchange(exchange, isFrame: false), id: id.bytes, revision: .july2026,
      parameters: parameters)
    if !principal.isEmpty { request.principal = principal }
    request.fields = UnsafeBufferPointer(
      start: message.pointee.fields,
      count: message.pointee.fields == nil ? 0 : message.pointee.field_count)
    request.method = method.raw
    do throws(MCPError) {
      try checkModern(fields, method)
      guard let known = Method(method), modern.knows(known) else {
        throw MCPError.methodNotFound(method.decoded)
      }
      try checkName(known, fields)
      perform(known, request, envelope.params)
    } catch {
      answer(request, error)
    }
  }

  /// Holds the fields against the parameters.
  private func checkModern(
    _ fields: HTTPFields, _ method: JSONStringSlice
  ) throws(MCPError) {
    try Loop.checkStateless(parameters)
    guard let named = parameters.pointee.meta.protocolVersion, let header = fields.protocolVersion,
      named.equals(header)
    else {
      throw .headerMismatch(
        "MCP-Protocol-Version and params._meta['io.modelcontextprotocol/protocolVersion'] differ")
    }
    guard header.equals(ProtocolRevision.july2026.name), settings.offers(.july2026) else {
      throw .unsupportedVersion(requested: header.text, supported: settings.offered)
    }
    guard let field = fields.method, method.equals(field) else {
      throw .headerMismatch("Mcp-Method and the message's method differ")
    }
  }

  /// `Mcp-Name` repeats the parameter that says what a method is about.
  private func checkName(_ method: Method, _ fields: HTTPFields) throws(MCPError) {
    switch method {
    case .toolsCall, .promptsGet: try checkName(fields, parameters.pointee.name, "name")
    case .resourcesRead: try checkName(fields, parameters.pointee.uri, "uri")
    case .tasksGet, .tasksUpdate, .tasksCancel:
      // Older clients of the extension leave it out.
      if fields.name != nil { try checkName(fields, parameters.pointee.taskID, "taskId") }
    default: break
    }
  }

  /// Holds `Mcp-Name` against one parameter.
  private func checkName(
    _ fields: HTTPFields, _ value: JSONStringSlice?, _ parameter: StaticString
  ) throws(MCPError) {
    guard let value else {
      throw .invalidParams("params.\(parameter) is missing; expected a string")
    }
    guard let field = fields.name else {
      throw .headerMismatch("Mcp-Name is missing; expected params.\(parameter)")
    }
    if !value.hasEscapes, !HeaderValue.isEncoded(field) {
      guard value.equals(field) else {
        throw .headerMismatch("Mcp-Name and params.\(parameter) differ")
      }
      return
    }
    guard HeaderValue.matches(field, value.decoded) else {
      throw .headerMismatch("Mcp-Name and params.\(parameter) differ")
    }
  }

  // MARK: 2025-03-26 to 2025-11-25

  private func receiveLegacy(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields,
    _ version: ProtocolRevision?, _ principal: [UInt8]
  ) {
    let exchange = message.pointee.exchange
    let verb = message.pointee.verb.raw
    guard settings.newestLegacy != nil else {
      return refuseLegacy(message, fields, version)
    }
    if verb.equals("POST") {
      receiveLegacyPost(message, fields, version, principal)
    } else if verb.equals("GET") {
      guard fields.acceptsEventStream else {
        return refuse(exchange, .http(406, "Accept must list text/event-stream"))
      }
      guard let session = session(fields, version, exchange, principal) else { return }
      session.touch(now)
      openStream(exchange, session, fields.lastEventID)
    } else if verb.equals("DELETE") {
      guard let session = session(fields, version, exchange, principal) else { return }
      core.end(session)
      answerEmpty(exchange, status: 200)
    } else {
      refuse(
        exchange, .http(405, "Method not allowed: GET, POST and DELETE are"),
        allow: "GET, POST, DELETE")
    }
  }

  /// The handshake era is switched off: what it sends is told which revisions there are.
  private func refuseLegacy(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields, _ version: ProtocolRevision?
  ) {
    let exchange = message.pointee.exchange
    guard message.pointee.verb.raw.equals("POST") else {
      return refuse(exchange, .http(405, "Method not allowed: POST is"), allow: "POST")
    }
    guard let envelope = posted(message, fields) else { return }
    let asked =
      version?.name.description ?? parameters.pointee.protocolVersion?.decoded
      ?? "2025-03-26, by the absence of MCP-Protocol-Version"
    refuse(
      exchange, .unsupportedVersion(requested: asked, supported: settings.offered),
      id: envelope.kind == .request ? envelope.id : nil)
  }

  private func receiveLegacyPost(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields, _ version: ProtocolRevision?,
    _ principal: [UInt8]
  ) {
    let exchange = message.pointee.exchange
    if Batch.isBatch(message.pointee.body.raw) {
      return receivePostedBatch(message, fields, version, principal)
    }
    guard let envelope = posted(message, fields) else { return }
    if envelope.kind == .request, let id = envelope.id, let method = envelope.method,
      Method(method) == .initialize
    {
      return initializeSession(exchange, id.bytes, envelope.params, principal)
    }
    guard let session = session(fields, version, exchange, principal, envelope) else { return }
    session.touch(now)
    guard envelope.kind == .request, let id = envelope.id, let method = envelope.method else {
      if envelope.kind == .notification {
        takeNotification(envelope, parameters.pointee, session)
      } else {
        takeResponse(envelope, session)
      }
      return accepted(exchange)
    }
    var request = Request(
      answerer: .exchange(exchange, isFrame: false), id: id.bytes, revision: session.revision,
      parameters: parameters)
    request.session = session
    request.principal = principal
    dispatchLegacy(request, method, envelope.params)
  }

  /// A batch: sessions of 2025-03-26 have them.
  private func receivePostedBatch(
    _ message: UnsafePointer<metis_message_v1>, _ fields: HTTPFields, _ version: ProtocolRevision?,
    _ principal: [UInt8]
  ) {
    let exchange = message.pointee.exchange
    do throws(MCPError) {
      try Loop.checkPost(fields)
      // What is no JSON at all, and what is a batch where none may be.
      if fields.sessionID == nil { _ = try decode(message.pointee.body.raw) }
    } catch {
      return refuse(exchange, error)
    }
    guard let session = session(fields, version, exchange, principal) else { return }
    session.touch(now)
    guard TransportTraits.of(session.revision).hasBatches else {
      do throws(MCPError) {
        _ = try decode(message.pointee.body.raw)
      } catch {
        refuse(exchange, error)
      }
      return
    }
    receiveBatch(message.pointee.body.raw, exchange, isFrame: false, session, principal)
  }

  /// The session that the fields name; answers and returns nil where there is none.
  private func session(
    _ fields: HTTPFields, _ version: ProtocolRevision?, _ exchange: UInt64, _ principal: [UInt8],
    _ envelope: Envelope? = nil
  ) -> Session? {
    guard let id = fields.sessionID else {
      if envelope != nil, parameters.pointee.meta.protocolVersion != nil {
        refuse(
          exchange,
          .headerMismatch("MCP-Protocol-Version is missing; params._meta names a revision"),
          id: envelope?.id)
        return nil
      }
      refuse(
        exchange,
        .invalidRequest("Mcp-Session-Id is missing; initialize gives one"), id: envelope?.id)
      return nil
    }
    guard let session = core.sessions.find(id, owner: Principal.id(principal)) else {
      refuse(
        exchange, .invalidRequest("Session not found: initialize again", status: 404),
        id: envelope?.id)
      return nil
    }
    // Before 2025-06-18 the field means nothing; a client that leaves it out is in its session.
    if let version, TransportTraits.of(session.revision).hasVersionField,
      version != session.revision
    {
      refuse(
        exchange,
        .invalidRequest(
          "MCP-Protocol-Version is \(version.name); this session speaks \(session.revision.name)"),
        id: envelope?.id)
      return nil
    }
    return session
  }

  private func initializeSession(
    _ exchange: UInt64, _ id: UnsafeRawBufferPointer, _ params: JSONSlice?,
    _ principal: [UInt8]
  ) {
    var request = Request(
      answerer: .exchange(exchange, isFrame: false), id: id, revision: .newestLegacy,
      parameters: parameters)
    do throws(MCPError) {
      let revision = try checkInitialize(parameters.pointee, params)
      request.revision = revision
      guard
        let session = core.sessions.open(
          revision, client: parameters.pointee.clientInfo.map { [UInt8]($0.bytes) } ?? [],
          capabilities: parameters.pointee.capabilities.map { [UInt8]($0.bytes) } ?? [],
          owner: Principal.id(principal), now: now)
      else {
        throw MCPError.internalError(
          "Too many sessions (\(core.sessions.capacity)): end some by DELETE")
      }
      core.opened(session)
      answerInitialize(request, session.id)
    } catch {
      answer(request, error)
    }
  }
}

extension HTTPFields {
  /// The fields of a message.
  fileprivate init(of message: UnsafePointer<metis_message_v1>) {
    self.init()
    guard let first = message.pointee.fields else { return }
    for index in 0..<message.pointee.field_count {
      add(name: first[index].name.raw, value: first[index].value.raw)
    }
  }
}
