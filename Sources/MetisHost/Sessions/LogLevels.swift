import MCP

/// `logging/setLevel` of the handshake era.
extension Loop {
  func setLevel(_ request: Request) throws(MCPError) {
    guard settings.logging else { throw .methodNotFound(Method.setLevel.name.description) }
    let level = try MCP.LogLevel(setLevel: request.parameters.pointee)
    request.session?.logLevel = level
    answerOwn(request, try filtered(.setLevel, Array("{}".utf8)))
  }

  /// The least severe level that the client of a call wants to hear; nil: it wants none.
  ///
  /// In the handshake era a client that has not said gets everything, as from the official servers.
  func wantedLevel(_ call: Call) -> MCP.LogLevel? {
    guard settings.logging else { return nil }
    guard let session = call.session, session.revision.isLegacy else { return call.logLevel }
    return session.logLevel ?? .debug
  }
}
