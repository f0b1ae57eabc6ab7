public import JSON

/// The `ui` table of a tool: the user interface that belongs to it (MCP Apps, the extension
/// `io.modelcontextprotocol/ui`).
public struct ToolUI: Sendable, Hashable {
  /// The resource that holds the interface; its scheme is `ui`.
  public var resourceURI: String?

  /// Where ``resourceURI`` stands.
  var place: ConfigPlace?

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

extension ToolUI {
  /// Reads the `ui` table of a tool.
  static func decode(_ reader: TableReader) -> ToolUI {
    var ui = ToolUI()
    if let uri = reader.name("resource_uri"), let value = reader.value("resource_uri") {
      if uri.lowercased().hasPrefix("ui://") {
        ui.resourceURI = uri
        ui.place = value.place
      } else {
        reader.report.error(
          "found another scheme, expected a URI that begins with ui://", at: value.place,
          path: reader.path("resource_uri"))
      }
    }
    ui.visibility = reader.choices("visibility")
    return ui
  }
}
