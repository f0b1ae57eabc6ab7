import JSON

extension ParameterHeader {
  private static let keyword = "x-mcp-header"

  /// The keywords of JSON Schema whose values are data, not schemas.
  private static let data = ["const", "enum", "default", "examples"]

  /// Collects the `x-mcp-header` of an input schema, and reports those that no client could serve:
  /// under anything but plain `properties`, on another type than string, integer or boolean, with a
  /// name that is no token or stands twice.
  static func decode(
    _ schema: ConfigValue, path: String, report: ConfigReport
  ) -> [ParameterHeader] {
    var collection = Collection(report: report)
    collection.visit(schema, path: path, properties: [])
    return collection.headers
  }

  private struct Collection {
    let report: ConfigReport
    var headers: [ParameterHeader] = []

    /// `properties` are the names that lead to `value`; nil where something else than `properties`
    /// leads there. The depth is bounded by the parsers.
    mutating func visit(_ value: ConfigValue, path: String, properties: [String]?) {
      if let array = value.array {
        for (index, element) in array.enumerated() {
          visit(element, path: "\(path)[\(index)]", properties: nil)
        }
      }
      for entry in value.table ?? [] where !data.contains(entry.key) {
        let path = "\(path).\(entry.key)"
        if entry.key == keyword {
          add(entry, of: value, path: path, properties: properties)
        } else if entry.key == "properties" {
          // The names below are no keywords, whatever they are.
          for property in entry.value.table ?? [] {
            visit(
              property.value, path: "\(path).\(property.key)",
              properties: properties.map { $0 + [property.key] })
          }
        } else if ["$defs", "definitions", "patternProperties", "dependentSchemas"]
          .contains(entry.key)
        {
          for schema in entry.value.table ?? [] {
            visit(schema.value, path: "\(path).\(schema.key)", properties: nil)
          }
        } else {
          visit(entry.value, path: path, properties: nil)
        }
      }
    }

    private mutating func add(
      _ entry: ConfigEntry, of schema: ConfigValue, path: String, properties: [String]?
    ) {
      guard let properties, !properties.isEmpty else {
        report.error(
          "found where not only properties lead, expected in a property of the arguments or of an "
            + "object in them", at: entry.place, path: path)
        return
      }
      guard let name = entry.value.string else {
        report.error(
          "found \(entry.value.kind), expected the name that follows Mcp-Param-",
          at: entry.value.place, path: path)
        return
      }
      guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
        report.error(
          "found a name that is no token (RFC 9110, section 5.6.2), expected letters, digits and "
            + "!#$%&'*+-.^_`|~", at: entry.value.place, path: path)
        return
      }
      if let first = headers.first(where: { $0.name.lowercased() == name.lowercased() }) {
        report.error(
          "found a name that \(first.path.joined(separator: ".")) has as well; case does not count",
          at: entry.value.place, path: path, hint: "rename one of the two")
        return
      }
      guard let kind = kind(schema["type"]) else {
        report.error(
          "expected a property whose type is string, integer or boolean",
          at: schema["type"]?.place ?? entry.place, path: path)
        return
      }
      headers.append(ParameterHeader(name: name, path: properties, kind: kind))
    }

    /// The one type beside null.
    private func kind(_ type: ConfigValue?) -> Kind? {
      let names = (type?.array ?? type.map { [$0] } ?? []).map(\.string)
      let others = names.filter { $0 != "null" }
      return others.count == 1 ? others[0].flatMap(Kind.init) : nil
    }
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
