import MCP

/// `resources/subscribe` and `resources/unsubscribe` of the handshake era.
extension Loop {
  func subscribe(_ method: Method, _ request: Request) throws(MCPError) {
    guard settings.subscribe, let session = request.session else {
      throw .methodNotFound(method.name.description)
    }
    guard let uri = request.parameters.pointee.uri?.decoded, !uri.isEmpty else {
      throw .invalidParams("params.uri is missing; expected a resource's URI")
    }
    guard uri.utf8.count <= SubscriptionFilter.maximumURILength else {
      throw .invalidParams(
        "params.uri has \(uri.utf8.count) bytes; expected at most "
          + "\(SubscriptionFilter.maximumURILength)")
    }
    let answer = try filtered(method, Array("{}".utf8))
    if method == .resourcesSubscribe {
      guard session.subscribe(uri) else {
        throw .invalidParams(
          "Too many subscriptions of this session: \(Session.maximumURIs) is the limit; "
            + "resources/unsubscribe ends one")
      }
      core.subscriptions.subscribe(session.subscriber, uri)
      // Another loop may have ended the session since it was found: nobody else would forget this.
      if !session.id.isEmpty, !core.sessions.isLive(session) { core.forget(session) }
    } else {
      session.unsubscribe(uri)
      core.subscriptions.unsubscribe(session.subscriber, uri)
    }
    answerOwn(request, answer)
  }
}
