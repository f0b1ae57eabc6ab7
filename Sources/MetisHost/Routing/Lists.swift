import JSON
import MCP

/// The lists: tools, resources, resource templates, prompts.
extension Loop {
  /// Answers one of the four list methods.
  func list(_ method: Method, _ request: Request) throws(MCPError) {
    guard method == .toolsList else { throw .methodNotFound(method.name.description) }
    if let cursor = request.parameters.pointee.cursor {
      throw .invalidParams(
        "Invalid cursor: \(cursor.decoded.prefix(64)); this list has one page and gives none")
    }
    try answerEncoded(.toolsList, request) { $0.toolsList(request.revision) }
  }
}
