import JSON

/// Icons of the server and of definitions (MCP 2025-11-25, `Icon`).
enum Icons {
  /// `[{src, mime_type?, sizes?, theme?}]` in MCP's form; nil with errors.
  static func decode(_ value: ConfigValue, path: String, report: ConfigReport) -> JSONValue? {
    guard let elements = value.array else {
      report.error("found \(value.kind), expected an array of tables", at: value.place, path: path)
      return nil
    }
    var icons: [JSONValue] = []
    for (index, element) in elements.enumerated() {
      guard let reader = TableReader(element, path: "\(path)[\(index)]", report: report) else {
        continue
      }
      var icon = JSONObject()
      if let source = reader.name("src") {
        icon["src"] = .string(source)
      } else if reader.value("src") == nil {
        report.error("an icon needs src, a URL", at: element.place, path: reader.path)
      }
      let type = reader.name("mime_type")
      icon["mimeType"] = (type ?? reader.name("mimeType")).map(JSONValue.string)
      if let sizes = reader.value("sizes") {
        let list = sizes.string.map { [ConfigValue(.string($0), at: sizes.place)] } ?? sizes.array
        if let list, list.allSatisfy({ $0.string != nil }) {
          icon["sizes"] = .array(list.map { $0.toJSON() })
        } else {
          reader.mismatch("sizes", sizes, expected: "an array of strings such as [\"48x48\"]")
        }
      }
      icon["theme"] = reader.choice("theme", ["light", "dark"]).map(JSONValue.string)
      reader.finish()
      icons.append(.object(icon))
    }
    return .array(icons)
  }
}
