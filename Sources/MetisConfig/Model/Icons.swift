import JSON

/// Icons of the server and of definitions (MCP 2025-11-25, `Icon`).
enum Icons {
  /// The `icons` of a table in MCP's form: `[{src, mimeType?, sizes?, theme?}]`.
  static func decode(_ reader: TableReader) -> JSONValue? {
    guard reader.value("icons") != nil else { return nil }
    let icons = reader.tables("icons").map { reader in
      var icon = JSONObject()
      icon["src"] = reader.name("src").map(JSONValue.string)
      icon["mimeType"] = reader.name(reader.spelling("mime_type", "mimeType"))
        .map(JSONValue.string)
      if let sizes = reader.value("sizes") {
        icon["sizes"] = .array((sizes.array ?? [sizes]).map { $0.toJSON() })
      }
      icon["theme"] = reader.name("theme").map(JSONValue.string)
      return JSONValue.object(icon)
    }
    return .array(icons)
  }
}
