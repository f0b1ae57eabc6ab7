/// Decodes a section, or throws a ``ConfigError`` that names the culprit. Members that the type never
/// asks for are refused: a misspelt setting must not go unseen.
@usableFromInline
func decodeSection<T: Decodable>(_ type: T.Type, _ section: JSONValue) throws(ConfigError) -> T {
  do throws(JSONCodingError) {
    return try JSONValueDecoder(unknownKeys: .fail).decode(type, from: section)
  } catch {
    guard let unknown = error.unknownKeys.first else {
      throw ConfigError(steps(error.path), error.message)
    }
    let known = unknown.known.isEmpty ? "no members" : unknown.known.joined(separator: ", ")
    throw ConfigError(
      steps(unknown.path) + [unknown.key], "found an unknown member, expected one of: \(known)")
  }
}

/// The steps of a normalised JSONPath (RFC 9535) such as `$.tools[2]["a b"]`.
func steps(_ path: String) -> [String] {
  var steps: [String] = []
  var rest = path.utf8.dropFirst()
  while let first = rest.popFirst() {
    if first == UInt8(ascii: ".") {
      let name = rest.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") }
      steps.append(String(Substring(name)))
      rest = rest.dropFirst(name.count)
    } else if rest.first == UInt8(ascii: "\"") {
      // A JSON string, closed by the first quote that no backslash escapes.
      var isEscaped = false
      let body = rest.dropFirst().prefix { byte in
        defer { isEscaped = !isEscaped && byte == UInt8(ascii: "\\") }
        return isEscaped || byte != UInt8(ascii: "\"")
      }
      let text = "\"\(Substring(body))\""
      steps.append((try? JSONValue(json: text))?.string ?? text)
      rest = rest.dropFirst(body.count + 3)
    } else {
      let index = rest.prefix { $0 != UInt8(ascii: "]") }
      steps.append(String(Substring(index)))
      rest = rest.dropFirst(index.count + 1)
    }
  }
  return steps
}
