import MCP

/// `subscriptions/listen` of 2026-07-28.
extension Loop {
  func listen(_ request: Request) throws(MCPError) {
    throw .methodNotFound(Method.listen.name.description)
  }
}
