import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// Framed connections (stdio): one message a frame, both eras on one connection.
///
/// A request whose `_meta` names a revision is of the stateless era; others belong to the session
/// that `initialize` opened on the connection. Source: "Transports", stdio.
extension Loop {
  func receiveFrame(_ message: UnsafePointer<metis_message_v1>) {
    let connection = message.pointee.exchange
    let envelope: Envelope
    do throws(MCPError) {
      envelope = try decode(message.pointee.body.raw)
    } catch {
      return answerFrame(connection, error)
    }
    let session = connections[connection]
    switch envelope.kind {
    case .response, .errorResponse: return takeResponse(envelope, session)
    case .notification: return takeNotification(envelope, parameters.pointee, session)
    case .request: break
    }
    guard let id = envelope.id, let method = envelope.method else { return }
    let answerer = Call.Answerer.exchange(connection, isFrame: true)
    var request = Request(
      answerer: answerer, id: id.bytes, revision: session?.revision ?? .newest,
      parameters: parameters)
    request.method = method.raw
    let known = Method(method)
    if request.parameters.pointee.meta.protocolVersion != nil || known == .discover {
      receiveStateless(request, known, method, envelope.params, connection)
    } else if known == .initialize {
      initializeConnection(connection, request, session, envelope.params)
    } else if let session {
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

  private func receiveStateless(
    _ request: Request, _ known: Method?, _ method: JSONStringSlice, _ params: JSONSlice?,
    _ connection: UInt64
  ) {
    var request = request
    request.revision = .july2026
    // A place for cancellation; nothing else is remembered between requests.
    request.session = statelessSession(connection)
    do throws(MCPError) {
      try Loop.checkStateless(request.parameters.pointee)
      if let version = request.parameters.pointee.meta.protocolVersion,
        !(version == ProtocolRevision.july2026.name)
      {
        throw MCPError.unsupportedVersion(requested: version.decoded)
      }
      guard let known, RevisionTraits.of(.july2026).knows(known) else {
        throw MCPError.methodNotFound(method.decoded)
      }
      perform(known, request, params)
    } catch {
      answer(request, error)
    }
  }

  private func statelessSession(_ connection: UInt64) -> Session {
    if let session = connections[connection] { return session }
    let session = Session(
      id: "", revision: .july2026, client: [], capabilities: [], now: now)
    connections[connection] = session
    return session
  }

  private func initializeConnection(
    _ connection: UInt64, _ request: Request, _ old: Session?, _ params: JSONSlice?
  ) {
    var request = request
    request.revision = .newestLegacy
    guard old == nil || old?.revision == .july2026 else {
      return answer(request, .invalidRequest("initialize may be sent once on a connection"))
    }
    do throws(MCPError) {
      try checkInitialize(request.parameters.pointee, params)
    } catch {
      return answer(request, error)
    }
    request.revision = negotiate(request.parameters.pointee)
    let session = Session(
      id: "", revision: request.revision,
      client: request.parameters.pointee.clientInfo.map { [UInt8]($0.bytes) } ?? [],
      capabilities: request.parameters.pointee.capabilities.map { [UInt8]($0.bytes) } ?? [],
      now: now)
    _ = session.attach(SessionStream(loop: self, exchange: connection, isFrame: true))
    connections[connection] = session
    core.connected(session)
    answerInitialize(request, nil)
  }
}
