import MCP

/// `resources/subscribe` and `resources/unsubscribe` of the handshake era.
extension Loop {
  func subscribe(_ method: Method, _ request: Request) throws(MCPError) {
    throw .methodNotFound(method.name.description)
  }
}
