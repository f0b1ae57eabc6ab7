import MCP

/// `prompts/get`: from the name to the strategy.
extension Loop {
  func getPrompt(_ request: Request) throws(MCPError) {
    throw .methodNotFound(Method.promptsGet.name.description)
  }
}
