import MCP

/// `resources/read`: from the URI to the strategy.
extension Loop {
  func readResource(_ request: Request) throws(MCPError) {
    throw .methodNotFound(Method.resourcesRead.name.description)
  }
}
