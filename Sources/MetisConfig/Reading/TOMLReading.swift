import CTOML
import JSON

extension ConfigSource {
  /// Parses TOML 1.1. Numbers that are not finite are errors.
  static func parseTOML(_ bytes: [UInt8], file: String) throws(ConfigErrors) -> ConfigValue {
    let document = try readTOML(bytes, file: file)
    guard document.notFinite.isEmpty else {
      throw ConfigErrors(
        errors: document.notFinite.map {
          ConfigError(at: $0.place, message: "found inf or nan, expected a finite number")
        })
    }
    return document.root
  }

  /// All that TOML can say: the tree has null where a number is not finite, which TOML has not.
  static func readTOML(_ bytes: [UInt8], file: String) throws(ConfigErrors) -> TOMLDocument {
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
        ConfigError(
          at: place, message: "not TOML: \(withoutValues(message))", hint: hintOnKeys(message))
      ])
    }
    var count = 0
    guard let nodes = ctoml_document_nodes(document, &count), count > 0 else {
      return TOMLDocument(root: ConfigValue(.table([]), at: ConfigPlace(file: file)))
    }
    var reading = TOMLReading(
      nodes: UnsafeBufferPointer(start: nodes, count: count), origin: ConfigPlace(file: file))
    let root = reading.next()
    return TOMLDocument(root: root, notFinite: reading.notFinite)
  }

  /// What to do where the parser met a character in a key that only quotes allow.
  private static func hintOnKeys(_ message: String) -> String? {
    guard message.contains("expected keys") || message.contains("expected '=', saw"),
      message.hasSuffix("'"), let seen = message.dropLast().unicodeScalars.last,
      !seen.isASCII || seen == "+"
    else { return nil }
    return "put a key of other characters than A-Z, a-z, 0-9, _ and - in quotes"
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

/// What a TOML text says.
struct TOMLDocument {
  var root: ConfigValue

  /// `inf`, `-inf` and `nan`, which a ``ConfigValue`` cannot hold, and where they stand.
  var notFinite: [(place: ConfigPlace, value: Double)] = []
}

/// Builds the tree from nodes in pre-order. The parser bounds the depth.
private struct TOMLReading {
  let nodes: UnsafeBufferPointer<ctoml_node>
  /// The file as a whole.
  let origin: ConfigPlace
  var position = 0
  var notFinite: [(place: ConfigPlace, value: Double)] = []

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
        notFinite.append((place, node.real))
      }
    default: content = .bool(node.boolean)
    }
    return ConfigValue(content, at: place, isInline: node.is_inline)
  }

  private func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
