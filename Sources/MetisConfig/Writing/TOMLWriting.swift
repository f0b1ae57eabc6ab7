import JSON

/// Builds a TOML text: in each table what fits a line first, then tables with headers of their own.
struct TOMLWriting {
  private(set) var out = ""
  private(set) var errors: [ConfigError] = []

  /// How wide a line may get before an array is broken or a table gets a header.
  private static let width = 80

  mutating func root(_ entries: [ConfigEntry]) {
    table(entries, header: "", path: "")
  }

  private mutating func table(_ entries: [ConfigEntry], header: String, path: String) {
    let isTop = header.isEmpty
    for entry in entries where !hasHeader(entry.value, isTop: isTop) {
      let key = Self.key(entry.key)
      out += key + " = "
      line(entry.value, column: key.utf8.count + 3, path: Self.path(path, entry.key))
      out += "\n"
    }
    for entry in entries where hasHeader(entry.value, isTop: isTop) {
      let name = isTop ? Self.key(entry.key) : header + "." + Self.key(entry.key)
      let path = Self.path(path, entry.key)
      for (index, element) in (entry.value.array ?? []).enumerated() {
        begin("[[\(name)]]")
        table(element.table ?? [], header: name, path: "\(path)[\(index)]")
      }
      if let inner = entry.value.table {
        // A table that holds nothing but tables is there by their headers.
        if inner.isEmpty || inner.contains(where: { !hasHeader($0.value, isTop: false) }) {
          begin("[\(name)]")
        }
        table(inner, header: name, path: path)
      }
    }
  }

  private mutating func begin(_ header: String) {
    if !out.isEmpty { out += "\n" }
    out += header + "\n"
  }

  /// Tables at the top always have a header; others where they do not fit a line.
  private func hasHeader(_ value: ConfigValue, isTop: Bool) -> Bool {
    switch value.content {
    case .table: return isTop || !fits(value)
    case .array(let elements):
      guard !elements.isEmpty, elements.allSatisfy({ $0.table != nil }) else { return false }
      return isTop || !fits(value)
    default: return false
    }
  }

  /// Whether a value is small enough to stand in a line with its key.
  private func fits(_ value: ConfigValue) -> Bool {
    var left = Self.width - 16
    return Self.measure(value, depth: 0, left: &left)
  }

  private static func measure(_ value: ConfigValue, depth: Int, left: inout Int) -> Bool {
    left -= 2
    switch value.content {
    case .table(let entries):
      guard depth < 2, entries.count <= 4 else { return false }
      for entry in entries {
        left -= entry.key.utf8.count + 3
        guard left >= 0, measure(entry.value, depth: depth + 1, left: &left) else { return false }
      }
    case .array(let elements):
      for element in elements {
        guard left >= 0, measure(element, depth: depth + 1, left: &left) else { return false }
      }
    case .string(let text), .datetime(let text):
      guard text.utf8.count <= left, !text.utf8.contains(UInt8(ascii: "\n")) else { return false }
      left -= text.utf8.count + 2
    case .number(let number): left -= number.description.utf8.count
    case .bool, .null: left -= 5
    }
    return left >= 0
  }

  /// A value after its key, which may go on over more lines.
  private mutating func line(_ value: ConfigValue, column: Int, path: String) {
    switch value.content {
    case .string(let text) where Self.isReadableInLines(text): out += Self.lines(text)
    case .array(let elements) where !elements.isEmpty:
      let text = inline(value, path: path)
      guard column + text.utf8.count > Self.width else {
        out += text
        return
      }
      out += "[\n"
      for (index, element) in elements.enumerated() {
        // What was wrong with an element was told when the whole was written in one line.
        let known = errors
        out += "  " + inline(element, path: "\(path)[\(index)]") + ",\n"
        errors = known
      }
      out += "]"
    default: out += inline(value, path: path)
    }
  }

  /// A value in one line.
  private mutating func inline(_ value: ConfigValue, path: String) -> String {
    switch value.content {
    case .null: return refused(value, path, "null", "leave the key out")
    case .bool(let value): return value ? "true" : "false"
    case .number(let number): return self.number(number, value, path)
    case .string(let text): return Self.quoted(text)
    case .datetime(let text):
      guard ConfigDatetimeKind(text) != nil else {
        return refused(value, path, "a date that is none", "write it as a string")
      }
      return text
    case .array(let elements):
      var parts: [String] = []
      for (index, element) in elements.enumerated() {
        parts.append(inline(element, path: "\(path)[\(index)]"))
      }
      return "[" + parts.joined(separator: ", ") + "]"
    case .table(let entries):
      guard !entries.isEmpty else { return "{}" }
      var parts: [String] = []
      for entry in entries {
        let text = inline(entry.value, path: Self.path(path, entry.key))
        parts.append(Self.key(entry.key) + " = " + text)
      }
      return "{ " + parts.joined(separator: ", ") + " }"
    }
  }

  private mutating func number(
    _ number: JSONNumber, _ value: ConfigValue, _ path: String
  ) -> String {
    let text = number.description
    if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }) {
      guard number.int != nil else {
        return refused(value, path, "an integer of more than 64 bits", "write it as a string")
      }
    } else if number.double == nil {
      return refused(value, path, "a number beyond the range of 64 bits", "write it as a string")
    }
    return text
  }

  private mutating func refused(
    _ value: ConfigValue, _ path: String, _ what: String, _ hint: String
  ) -> String {
    errors.append(
      ConfigError(
        at: value.place, keyPath: path, message: "found \(what), which TOML cannot say", hint: hint)
    )
    return "\"\""
  }

  private static func path(_ path: String, _ key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }
}

extension TOMLWriting {
  /// A key, in quotes where it is no bare one.
  static func key(_ key: String) -> String {
    QuotedText.isBareKey(key) ? key : basic(key)
  }

  /// A string in one line, without escapes where backslashes or quotes would need many.
  static func quoted(_ text: String) -> String {
    let needsEscape = text.utf8.contains {
      $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"")
    }
    let isLiteral = text.utf8.allSatisfy {
      $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "'")
    }
    return needsEscape && isLiteral ? "'" + text + "'" : basic(text)
  }

  private static func basic(_ text: String) -> String {
    QuotedText.quoted(text, where: isControl)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.value == 0x7f
  }

  /// Whether a text reads better between three quotes: it has lines, and little to escape.
  static func isReadableInLines(_ text: String) -> Bool {
    guard text.utf8.contains(UInt8(ascii: "\n")) else { return false }
    guard text.utf8.contains(where: { $0 > 0x20 }) else { return false }
    return text.utf8.allSatisfy {
      ($0 >= 0x20 && $0 != 0x7f) || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\t")
    }
  }

  /// A text between three quotes; the line break after the first three is no part of it.
  static func lines(_ text: String) -> String {
    var out = "\"\"\"\n"
    var quotes = 0
    for scalar in text.unicodeScalars {
      quotes = scalar == "\"" ? quotes + 1 : 0
      if scalar == "\n" || scalar == "\t" || (scalar == "\"" && quotes < 3) {
        out.unicodeScalars.append(scalar)
      } else {
        QuotedText.escape(scalar, into: &out, where: isControl)
        quotes = 0
      }
    }
    if quotes > 0 {
      // A quote before the three that close the text would be read as one of them.
      out.unicodeScalars.removeLast()
      out += "\\\""
    }
    return out + "\"\"\""
  }
}
