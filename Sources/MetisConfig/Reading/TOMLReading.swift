import CTOML
import JSON

extension ConfigSource {
  /// Parses TOML 1.1.
  static func parseTOML(_ bytes: [UInt8], file: String) throws(ConfigErrors) -> ConfigValue {
    let document = bytes.withUnsafeBytes { raw in
      ctoml_parse(raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
    }
    guard let document else {
      throw ConfigErrors(errors: [
        ConfigError(at: ConfigPlace(file: file), message: "memory ran out while it was parsed")
      ])
    }
    defer { ctoml_document_free(document) }
    if let error = ctoml_document_error(document) {
      let place = ConfigPlace(
        file: file, line: Int(error.pointee.line), column: Int(error.pointee.column))
      let message = text(error.pointee.message, error.pointee.message_count)
      throw ConfigErrors(errors: [
        ConfigError(at: place, message: "not TOML: \(withoutValues(message))")
      ])
    }
    var count = 0
    guard let nodes = ctoml_document_nodes(document, &count), count > 0 else {
      return ConfigValue(.table([]), at: ConfigPlace(file: file))
    }
    var reading = TOMLReading(
      nodes: UnsafeBufferPointer(start: nodes, count: count), origin: ConfigPlace(file: file))
    let value = reading.next()
    guard reading.errors.isEmpty else { throw ConfigErrors(errors: reading.errors) }
    return value
  }

  /// A parser's message without the values that it quotes: they may be secrets. Names of keys, which
  /// stand after "existing", and single characters stay.
  static func withoutValues(_ message: String) -> String {
    var out = ""
    var quoted: String?
    for character in message {
      if character == "'" {
        if let inner = quoted {
          let isKey = out.contains("existing ") || out.contains("redefine ")
          let isWord = ["true", "false", "inf", "nan"].contains(inner)
          out += isKey || isWord || inner.count <= 2 ? "'\(inner)'" : "a value"
          quoted = nil
        } else {
          quoted = ""
        }
      } else if quoted != nil {
        quoted?.append(character)
      } else {
        out.append(character)
      }
    }
    return quoted == nil ? out : out + "a value"
  }

  private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

/// Builds the tree from nodes in pre-order. The parser bounds the depth.
private struct TOMLReading {
  let nodes: UnsafeBufferPointer<ctoml_node>
  /// The file as a whole.
  let origin: ConfigPlace
  var position = 0
  var errors: [ConfigError] = []

  mutating func next() -> ConfigValue {
    let node = nodes[position]
    position += 1
    let place = origin.at(line: Int(node.line), column: Int(node.column))
    let content: ConfigValue.Content
    switch node.kind {
    case ctoml_table:
      var entries: [ConfigEntry] = []
      entries.reserveCapacity(node.child_count)
      for _ in 0..<node.child_count {
        let child = nodes[position]
        let key = text(child.key, child.key_count)
        let keyPlace = origin.at(line: Int(child.key_line), column: Int(child.key_column))
        entries.append(ConfigEntry(key: key, at: keyPlace, value: next()))
      }
      content = .table(entries)
    case ctoml_array:
      var elements: [ConfigValue] = []
      elements.reserveCapacity(node.child_count)
      for _ in 0..<node.child_count { elements.append(next()) }
      content = .array(elements)
    case ctoml_string: content = .string(text(node.text, node.text_count))
    case ctoml_datetime: content = .datetime(text(node.text, node.text_count))
    case ctoml_integer: content = .number(JSONNumber(node.integer))
    case ctoml_float:
      if let number = JSONNumber(node.real) {
        content = .number(number)
      } else {
        content = .null
        errors.append(
          ConfigError(at: place, message: "found inf or nan, expected a finite number"))
      }
    default: content = .bool(node.boolean)
    }
    return ConfigValue(content, at: place, isInline: node.is_inline)
  }

  private func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
