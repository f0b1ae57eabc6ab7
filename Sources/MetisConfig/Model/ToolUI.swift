public import JSON

/// The `ui` table of a tool: the user interface that belongs to it (MCP Apps, the extension
/// `io.modelcontextprotocol/ui`).
public struct ToolUI: Sendable, Hashable {
  /// The resource that holds the interface; its scheme is `ui`.
  public var resourceURI: String?

  /// Who may call the tool: `model`, `app` or both; nil says nothing.
  public var visibility: [String]?

  /// `_meta.ui`.
  public var meta: JSONObject {
    var object = JSONObject()
    object["resourceUri"] = resourceURI.map(JSONValue.string)
    object["visibility"] = visibility.map { .array($0.map(JSONValue.string)) }
    return object
  }
}
