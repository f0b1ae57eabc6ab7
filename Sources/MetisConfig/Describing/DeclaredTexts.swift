import JSON

/// What generators make of the texts of a declaration.
extension KeyDeclaration {
  /// ``fallback`` as a value, where it is one and not words.
  var fallbackValue: JSONValue? { fallback.flatMap(Self.value) }

  /// ``example`` as a value.
  var exampleValue: JSONValue? { example.flatMap(Self.value) }

  /// The unit that the name ends with: `timeout_ms`.
  var unit: String? {
    let units = [
      ("_ms", "milliseconds"), ("_sec", "seconds"), ("_bytes", "bytes"), ("_mb", "mebibytes"),
    ]
    return units.first { name.hasSuffix($0.0) }?.1
  }

  /// The text of a TOML value as JSON.
  private static func value(_ text: String) -> JSONValue? {
    let source = Array("v = \(text)\n".utf8)
    guard let root = try? ConfigSource.parse(source, as: "toml", file: "declaration"),
      root.table?.count == 1
    else { return nil }
    return root["v"]?.toJSON()
  }
}

extension KeyDeclaration.Kind {
  /// The tables in it that have known keys.
  var tables: [TableDeclaration] {
    switch self {
    case .table(let table), .tables(let table): [table]
    case .array(let kind), .map(let kind): kind.tables
    case .oneOf(let kinds): kinds.flatMap(\.tables)
    default: []
    }
  }
}

extension TableDeclaration {
  /// The tables that keys of this one lead to, in order.
  var inner: [TableDeclaration] {
    var kinds = keys.map(\.kind)
    if case .each(let kind) = others { kinds.append(kind) }
    return kinds.flatMap(\.tables)
  }
}

/// Markdown of the short texts of declarations.
enum Markdown {
  /// `text` with what belongs to a file set as code: keys, headers of tables, values in quotes,
  /// `<name>`; the rest escaped.
  static func prose(_ text: String) -> String {
    var words: [String] = []
    var span: (words: [String], close: Character)?
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init) {
      if var open = span {
        open.words.append(word)
        span = open
        guard core(of: word).middle.last == open.close else { continue }
        words.append(code(open.words.joined(separator: " ")))
        span = nil
        continue
      }
      let middle = core(of: word).middle
      let closes: [Character: Character] = ["\"": "\"", "{": "}"]
      if let first = middle.first, let close = closes[first],
        middle.last != close
          || middle.count == 1
      {
        span = ([word], close)
      } else {
        words.append(isCode(middle) ? code(word) : escaped(word))
      }
    }
    if let span { words += span.words.map(escaped) }
    return words.joined(separator: " ")
  }

  /// `text` as the code of a cell of a table.
  static func cell(code text: String) -> String {
    "`\(text.replacing("|", with: "\\|"))`"
  }

  /// A sentence of a phrase.
  static func sentence(_ phrase: String) -> String {
    guard let first = phrase.first else { return "" }
    let end = ".!?".contains(phrase.last ?? " ") ? "" : "."
    return first.uppercased() + phrase.dropFirst() + end
  }

  private static func core(
    of word: String
  ) -> (before: String, middle: String, after: String) {
    var middle = word[...]
    let before = middle.prefix { $0 == "(" }
    middle = middle.dropFirst(before.count)
    var after = ""
    while let last = middle.last, ",.;:)".contains(last), middle.count > 1 {
      after = String(last) + after
      middle.removeLast()
    }
    return (String(before), String(middle), after)
  }

  private static func isCode(_ word: String) -> Bool {
    guard let first = word.first, word.count > 1 else { return false }
    if first == "[" || first == "\"" || first == "{" || first == "$" || first == "-" { return true }
    if word.contains("_") || word.contains("<") { return true }
    // `tools/list`, `ui://…`; not `and/or`.
    return word.contains("/") && !word.contains("+") && word != "and/or"
      && word.allSatisfy { $0 == "/" || $0 == ":" || $0 == "…" || $0.isLetter }
  }

  private static func code(_ text: String) -> String {
    let parts = core(of: text)
    return escaped(parts.before) + "`\(parts.middle.replacing("|", with: "\\|"))`"
      + escaped(parts.after)
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("<", with: "&lt;").replacing("|", with: "\\|").replacing("*", with: "\\*")
  }
}
