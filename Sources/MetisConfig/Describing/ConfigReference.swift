/// The reference of all keys, as a page of Markdown.
public enum ConfigReference {
  /// The page: how files are found, read and laid over each other, then a table of keys for each
  /// table of `root`, with what is shared by several of them and what has no effect yet at the end.
  public static func markdown(of root: TableDeclaration = .root) -> String {
    var page = ReferencePage(root)
    page.write()
    return page.text
  }
}

/// The making of a page.
private struct ReferencePage {
  private let root: TableDeclaration
  private(set) var text = ""

  /// How many keys lead to each table, by its path.
  private var uses: [String: Int] = [:]

  /// The paths of the tables that have a section.
  private var written: Set<String> = []

  /// Tables that several keys share, in the order in which the page first speaks of them.
  private var shared: [TableDeclaration] = []

  init(_ root: TableDeclaration) {
    self.root = root
    count(root)
  }

  private mutating func count(_ table: TableDeclaration) {
    uses[table.path, default: 0] += 1
    guard uses[table.path] == 1 else { return }
    for inner in table.inner { count(inner) }
  }

  mutating func write() {
    text = ReferenceProse.opening
    let plain = root.keys.filter { $0.kind.tables.isEmpty && $0.effect != .later }
    text += "\n" + rows(plain.map { ("", $0) }, of: root)
    let tables = root.keys.filter { !$0.kind.tables.isEmpty }
    for key in tables where key.effect != .later {
      for table in key.kind.tables { section(table, level: 2) }
    }
    while !shared.isEmpty {
      let table = shared.removeFirst()
      if !written.contains(table.path) { section(table, level: 2) }
    }
    let later = root.keys.filter { $0.effect == .later }
    guard !later.isEmpty else { return }
    text += "\n" + ReferenceProse.later + "\n"
    let known = later.filter { $0.kind.tables.isEmpty }
    if !known.isEmpty {
      text += "\n" + rows(known.map { ("", $0) }, of: root, showsEffect: false)
    }
    for key in later {
      for table in key.kind.tables { section(table, level: 3, showsEffect: false) }
    }
  }

  /// The section of a table and those of the tables in it.
  private mutating func section(_ table: TableDeclaration, level: Int, showsEffect: Bool = true) {
    guard written.insert(table.path).inserted else { return }
    let marks = String(repeating: "#", count: level)
    text += "\n\(marks) \(Self.heading(of: table))\n\n\(Markdown.prose(table.summary))\n"
    if let twin = twin(of: table) {
      text += "\nThe keys are those of \(Self.link(twin)).\n"
    } else {
      var listed: [(String, KeyDeclaration)] = []
      var below: [TableDeclaration] = []
      list(table, "", into: &listed, &below)
      if !listed.isEmpty { text += "\n" + rows(listed, of: table, showsEffect: showsEffect) }
      text += ReferenceProse.notes[table.path].map { "\n\($0)\n" } ?? ""
      for inner in below {
        if isPart(inner, of: table) {
          section(inner, level: min(level + 1, 4), showsEffect: showsEffect)
        } else if !shared.contains(where: { $0.path == inner.path }) {
          shared.append(inner)
        }
      }
    }
  }

  /// The rows of a table: small tables in it are rows of their own, `tools.list_changed`.
  private func list(
    _ table: TableDeclaration, _ prefix: String, into listed: inout [(String, KeyDeclaration)],
    _ below: inout [TableDeclaration]
  ) {
    for key in table.keys {
      if key.aliasOf.map({ table[$0] != nil }) == true { continue }
      if case .table(let inner) = key.kind, isSmall(inner) {
        list(inner, "\(prefix)\(key.name).", into: &listed, &below)
        continue
      }
      listed.append((prefix, key))
      below += key.kind.tables
    }
    if case .each(let kind) = table.others { below += kind.tables }
  }

  private func isSmall(_ table: TableDeclaration) -> Bool {
    guard uses[table.path] == 1, case .refused = table.others, table.inner.isEmpty else {
      return false
    }
    return table.keys.count { $0.aliasOf == nil } <= 3 && ReferenceProse.notes[table.path] == nil
  }

  /// Whether `inner` belongs to `table` alone, as its path says.
  private func isPart(_ inner: TableDeclaration, of table: TableDeclaration) -> Bool {
    let base = table.path.hasSuffix("[]") ? String(table.path.dropLast(2)) : table.path
    return inner.path.hasPrefix(base + ".") || inner.path.hasPrefix(base + "[]")
  }

  /// The table with the same keys that has a section already.
  private func twin(of table: TableDeclaration) -> String? {
    guard table.path == "resource_templates[]", let resource = root["resources"]?.kind.tables.first,
      resource.keys.map(\.name) == table.keys.map(\.name)
    else { return nil }
    return resource.path
  }

  private func rows(
    _ keys: [(prefix: String, key: KeyDeclaration)], of table: TableDeclaration,
    showsEffect: Bool = true
  ) -> String {
    var lines = ["| Key | Type | Default | Meaning |", "|---|---|---|---|"]
    for (prefix, key) in keys {
      let cells = [
        "`\(prefix)\(key.name)`", type(of: key.kind), fallback(of: key),
        meaning(of: key, aliases(of: key, prefix, table), showsEffect),
      ]
      lines.append("| " + cells.joined(separator: " | ") + " |")
    }
    return lines.joined(separator: "\n").replacing("|  |", with: "| |") + "\n"
  }

  private func aliases(
    of key: KeyDeclaration, _ prefix: String, _ table: TableDeclaration
  ) -> [String] {
    var holder = table
    for part in prefix.split(separator: ".") {
      if let inner = holder[String(part)]?.kind.tables.first { holder = inner }
    }
    return holder.keys.filter { $0.aliasOf == key.name }.map(\.name)
  }

  private func fallback(of key: KeyDeclaration) -> String {
    guard let fallback = key.fallback else { return key.isRequired ? "needed" : "" }
    if key.fallbackValue != nil { return Markdown.cell(code: fallback) }
    let isPath = fallback.contains(".") && !fallback.contains(" ")
    return isPath ? Markdown.cell(code: fallback) : Markdown.prose(fallback)
  }

  private func meaning(
    of key: KeyDeclaration, _ aliases: [String], _ showsEffect: Bool
  ) -> String {
    var text = Markdown.prose(key.summary)
    if let target = key.aliasOf { text += "; another spelling of `\(target)`" }
    if !aliases.isEmpty {
      text += "; also `" + aliases.joined(separator: "`, `") + "`"
    }
    if let example = key.example, key.fallbackValue == nil {
      text += "; such as \(Markdown.cell(code: example))"
    }
    if key.isSecret { text += "; a **secret**" }
    switch key.effect {
    case .reload: break
    case .restart: text += "; **at the next start**"
    case .later: if showsEffect { text += "; **no effect yet**" }
    }
    return text
  }

  private func type(of kind: KeyDeclaration.Kind) -> String {
    switch kind {
    case .boolean: return "boolean"
    case .integer(let range): return Self.range(range)
    case .unsigned: return "integer from 0"
    case .number(let range, let isAbove):
      let high = Self.number(range.upperBound)
      let low = Self.number(range.lowerBound)
      if isAbove { return "number above \(low), up to \(high)" }
      return "number \(low)…\(high)"
    case .text: return "text"
    case .anyText: return "text, also `\"\"`"
    case .choice(let choices):
      return choices.map { Markdown.cell(code: "\"\($0)\"") }.joined(separator: ", ")
    case .path: return "path"
    case .dateTime: return "date, time or both"
    case .array(let kind):
      if case .choice = kind { return "array of \(type(of: kind))" }
      return "array of \(plural(type(of: kind)))"
    case .table(let table): return Self.link("table", table.path)
    case .tables(let table): return "array of \(Self.link("tables", table.path))"
    case .map(let kind):
      if case .any = kind { return "table" }
      if case .table(let table) = kind { return "table of \(Self.link("tables", table.path))" }
      return "table, each: \(type(of: kind))"
    case .section: return "table of a plugin"
    case .any: return "anything"
    case .oneOf(let kinds):
      // An array of texts or one text: the array tells all.
      if kinds.count == 2, case .array = kinds[0], case let one = type(of: kinds[1]),
        type(of: kinds[0]).hasSuffix(one) || type(of: kinds[0]).hasSuffix(one + "s")
      {
        return "\(type(of: kinds[0])), or one alone"
      }
      return kinds.map(type).joined(separator: "; or ")
    }
  }

  private func plural(_ type: String) -> String {
    switch type {
    case "text": "texts"
    case "path": "paths"
    case "table": "tables"
    case "table of a plugin": "tables of a plugin"
    case "anything": "anything"
    default: type
    }
  }

  private static func range(_ range: ClosedRange<Int64>) -> String {
    let limit: Int64 = 1 << 53 - 1
    if range.lowerBound <= -limit, range.upperBound >= limit { return "integer" }
    if range.upperBound >= limit { return "integer from \(range.lowerBound)" }
    if range.lowerBound <= -limit { return "integer up to \(range.upperBound)" }
    return "\(range.lowerBound)…\(range.upperBound)"
  }

  private static func number(_ value: Double) -> String {
    Int64(exactly: value).map(String.init) ?? "\(value)"
  }

  /// The heading of a table: `[server.tls]`, `[[tools]]`, or a word for a table without a place of
  /// its own.
  private static func heading(of table: TableDeclaration) -> String {
    if let title = ReferenceProse.titles[table.path] { return title }
    return "`\(header(of: table.path))`"
  }

  private static func header(of path: String) -> String {
    let name = path.replacing("[]", with: "")
    return path.hasSuffix("[]") ? "[[\(name)]]" : "[\(name)]"
  }

  private static func link(_ path: String) -> String {
    link(ReferenceProse.titles[path] ?? "`\(header(of: path))`", path)
  }

  private static func link(_ words: String, _ path: String) -> String {
    let title = ReferenceProse.titles[path] ?? header(of: path)
    // The anchor of a heading: small letters, spaces as hyphens, no other signs.
    let anchor = title.lowercased().compactMap { character -> Character? in
      if character == " " { return "-" }
      return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
    }
    return "[\(words)](#\(String(anchor)))"
  }
}
