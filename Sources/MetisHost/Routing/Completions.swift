import MCP

/// `completion/complete`.
extension Loop {
  func complete(_ request: Request) throws(MCPError) {
    throw .methodNotFound(Method.complete.name.description)
  }
}
