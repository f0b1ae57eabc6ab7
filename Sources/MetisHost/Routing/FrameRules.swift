import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// Connections that last (stdio, WebSocket, HTTP+SSE): one message a frame, both eras on one
/// connection.
///
/// A request whose `_meta` names a revision is of the stateless era; others belong to the session
/// that `initialize` opened on the connection. Source: "Transports", stdio.
extension Loop {
  func receiveFrame(_ message: UnsafePointer<metis_message_v1>) {
    let exchange = message.pointee.exchange
    // The first frame of stdio makes the connection known.
    let connection = connections[exchange] ?? add(Connection(exchange, .stdio))
    receive(connection, message.pointee.body.raw)
  }

  /// A message came in on a connection.
  func receive(_ connection: Connection, _ body: UnsafeRawBufferPointer) {
    let exchange = connection.exchange
    if let first = body.first, first <= 0x20 || first == UInt8(ascii: "["), Batch.isBatch(body),
      let session = connection.session, TransportTraits.of(session.revision).hasBatches
    {
      return receiveBatch(body, exchange, isFrame: true, session, connection.principal)
    }
    let envelope: Envelope
    do throws(MCPError) {
      envelope = try decode(body)
    } catch {
      return answerFrame(exchange, error)
    }
    switch envelope.kind {
    case .response, .errorResponse: return takeResponse(envelope, connection.session)
    case .notification: return takeNotification(envelope, connection)
    case .request: break
    }
    guard let id = envelope.id, let method = envelope.method else { return }
    var request = Request(
      answerer: .exchange(exchange, isFrame: true), id: id.bytes,
      revision: connection.session?.revision ?? .newest, parameters: parameters)
    request.principal = connection.principal
    request.method = method.raw
    let known = Method(method)
    if request.parameters.pointee.meta.protocolVersion != nil || known == .discover {
      receiveStateless(request, known, method, envelope.params, connection)
    } else if known == .initialize {
      initialize(connection, request, envelope.params)
    } else if let session = connection.session {
      request.session = session
      dispatchLegacy(request, method, envelope.params)
    } else if known == .ping {
      request.revision = .newestLegacy
      answerEmptyResult(request)
    } else {
      request.revision = .newestLegacy
      answer(
        request,
        .invalidRequest(
          "No initialize yet, and params._meta names no revision: send one of them first"))
    }
  }

  private func takeNotification(_ envelope: Envelope, _ connection: Connection) {
    guard envelope.method.flatMap({ Method($0) }) == .cancelled,
      let id = parameters.pointee.requestID
    else { return takeNotification(envelope, parameters.pointee, connection.session) }
    if endListen(connection, id.bytes) { return }
    takeNotification(envelope, parameters.pointee, connection.session(pending: id.bytes))
  }

  private func receiveStateless(
    _ request: Request, _ known: Method?, _ method: JSONStringSlice, _ params: JSONSlice?,
    _ connection: Connection
  ) {
    var request = request
    request.revision = .july2026
    // A place for cancellation; nothing else is remembered between requests.
    request.session = connection.stateless
    guard !isRepeated(request) else { return }
    do throws(MCPError) {
      try Loop.checkStateless(request.parameters)
      if let version = request.parameters.pointee.meta.protocolVersion,
        !(version == ProtocolRevision.july2026.name) || !settings.offers(.july2026)
      {
        throw MCPError.unsupportedVersion(
          requested: version.decoded, supported: settings.offered)
      }
      guard let known, RevisionTraits.of(.july2026).knows(known) else {
        throw MCPError.methodNotFound(method.decoded)
      }
      perform(known, request, params)
    } catch {
      answer(request, error)
    }
  }

  private func initialize(_ connection: Connection, _ request: Request, _ params: JSONSlice?) {
    var request = request
    request.revision = .newestLegacy
    guard connection.session == nil else {
      return answer(request, .invalidRequest("initialize may be sent once on a connection"))
    }
    do throws(MCPError) {
      request.revision = try checkInitialize(request.parameters.pointee, params)
    } catch {
      return answer(request, error)
    }
    let session = Session(
      id: "", revision: request.revision,
      client: request.parameters.pointee.clientInfo.map { [UInt8]($0.bytes) } ?? [],
      capabilities: request.parameters.pointee.capabilities.map { [UInt8]($0.bytes) } ?? [],
      now: now, transport: connection.transport)
    connection.session = session
    core.opened(session)
    answerInitialize(request, nil)
    attach(session.subscriber, connection.stream, connection.exchange)
  }

  /// The client's revision where it is an offered one of the handshake era, else the newest of
  /// those. Throws where none is offered.
  func negotiate(_ parameters: borrowing RequestParameters) throws(MCPError) -> ProtocolRevision {
    guard let newest = settings.newestLegacy else {
      throw .unsupportedVersion(
        requested: parameters.protocolVersion?.decoded ?? "", supported: settings.offered)
    }
    guard let asked = parameters.protocolVersion, !asked.hasEscapes,
      let revision = ProtocolRevision(utf8: asked.raw), revision.isLegacy,
      settings.offers(revision)
    else { return newest }
    return revision
  }
}
