import MCP

/// `logging/setLevel` of the handshake era.
extension Loop {
  func setLevel(_ request: Request) throws(MCPError) {
    throw .methodNotFound(Method.setLevel.name.description)
  }
}
