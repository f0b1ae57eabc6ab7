/// Builds a YAML text in block style.
struct YAMLWriting {
  private(set) var out = ""

  /// A key that is longer than this in Unicode scalars gets a `?`: keys without one have at most
  /// 1024, quotes and escapes included.
  private static let longestPlainKey = 1000

  mutating func root(_ entries: [ConfigEntry]) {
    if entries.isEmpty { out = "{}\n" } else { table(entries, indent: 0) }
  }

  /// The entries, one below the other; the first where the text stands already at its column.
  private mutating func table(_ entries: [ConfigEntry], indent: Int, isOpen: Bool = true) {
    for (index, entry) in entries.enumerated() {
      if index > 0 || isOpen { pad(indent) }
      let key = Self.scalar(entry.key)
      if key.unicodeScalars.count > Self.longestPlainKey {
        out += "? " + key + "\n"
        pad(indent)
      } else {
        out += key
      }
      out += ":"
      value(entry.value, indent: indent)
    }
  }

  /// What follows `:`, up to the end of the line and beyond.
  private mutating func value(_ value: ConfigValue, indent: Int) {
    switch value.content {
    case .table(let entries) where !entries.isEmpty:
      out += "\n"
      table(entries, indent: indent + 2)
    case .array(let elements) where !elements.isEmpty:
      out += "\n"
      array(elements, indent: indent + 2)
    default: leaf(value, indent: indent)
    }
  }

  private mutating func array(_ elements: [ConfigValue], indent: Int, isOpen: Bool = true) {
    for (index, element) in elements.enumerated() {
      if index > 0 || isOpen { pad(indent) }
      out += "-"
      switch element.content {
      case .table(let entries) where !entries.isEmpty:
        out += " "
        table(entries, indent: indent + 2, isOpen: false)
      case .array(let inner) where !inner.isEmpty:
        out += " "
        array(inner, indent: indent + 2, isOpen: false)
      default: leaf(element, indent: indent)
      }
    }
  }

  private mutating func leaf(_ value: ConfigValue, indent: Int) {
    out += " "
    switch value.content {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .number(let number): out += number.description
    case .table: out += "{}"
    case .array: out += "[]"
    case .datetime(let text):
      // Readers of YAML 1.1 see the same date; a time of day would be a number to them.
      out += YAMLVersions.isTimestamp(text) ? text : Self.scalar(text)
    case .string(let text):
      if let header = Self.blockHeader(text) {
        block(text, header, indent: indent + 2)
        return
      }
      out += Self.scalar(text)
    }
    out += "\n"
  }

  private mutating func block(_ text: String, _ header: String, indent: Int) {
    out += header + "\n"
    var lines = text.split(separator: "\n" as Unicode.Scalar)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines {
      if !line.isEmpty { pad(indent) }
      out += line
      out += "\n"
    }
  }

  private mutating func pad(_ indent: Int) { out += String(repeating: " ", count: indent) }
}

extension YAMLWriting {
  /// A string that stands in one line: without quotes where readers of YAML 1.1 and 1.2 alike see
  /// the same string.
  static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    guard first != 0x20, last != 0x20, last != UInt8(ascii: ":") else { return false }
    guard !"-?:,[]{}#&*!|>'\"%@`".utf8.contains(first) else { return false }
    guard text != "<<", !text.hasPrefix("...") else { return false }
    guard text.unicodeScalars.allSatisfy({ isPrintable($0) && $0 != "\t" && $0 != "\n" }) else {
      return false
    }
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == 0x20, previous == UInt8(ascii: ":") { return false }
      if byte == UInt8(ascii: "#"), previous == 0x20 { return false }
      previous = byte
    }
    guard case .string = YAMLScalar.meaning(of: text) else { return false }
    return YAMLVersions.agree(on: text) && !YAMLVersions.isTimestamp(text)
  }

  /// Whether a character may stand in a file and means the same to every reader.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", " "..."~": true
    case "\u{0}"..."\u{9f}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{ffff}": false
    default: true
    }
  }

  private static func quoted(_ text: String) -> String {
    QuotedText.quoted(text) { !isPrintable($0) }
  }

  /// What begins a text in lines: `|` with what its indentation and its end need; nil where a text
  /// has no lines, or lines that cannot stand so.
  private static func blockHeader(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "\n")) else { return nil }
    guard text.unicodeScalars.allSatisfy(isPrintable) else { return nil }
    let lines = text.split(separator: "\n" as Unicode.Scalar)
    // Lines of nothing but white space are read in different ways.
    let isBlank = { (line: Substring) in
      !line.isEmpty && line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }
    guard lines.contains(where: { !$0.isEmpty }), !lines.contains(where: isBlank) else {
      return nil
    }
    let first = lines.first { !$0.isEmpty }?.utf8.first
    let indentation = first == 0x20 || first == 0x09 ? "2" : ""
    let end = text.hasSuffix("\n\n") ? "+" : text.utf8.last == UInt8(ascii: "\n") ? "" : "-"
    return "|" + indentation + end
  }
}

extension String {
  /// The parts between a scalar, empty ones included: a line break that belongs to a greater
  /// character parts as well.
  fileprivate func split(separator: Unicode.Scalar) -> [Substring] {
    unicodeScalars.split(separator: separator, omittingEmptySubsequences: false).map(Substring.init)
  }
}
