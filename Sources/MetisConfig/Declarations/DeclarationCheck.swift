import JSON

/// Holds a tree against the declarations and reports all that does not fit: wrong kinds, ranges,
/// choices, unknown and missing keys, two spellings of one key, and keys without an effect yet.
///
/// Checked trees are read without further reports of this sort. Used by one thread.
struct DeclarationCheck {
  /// What leads from the top to the value that is looked at. Key paths are only put together for
  /// what is wrong.
  private enum Step {
    case key(String)
    case index(Int)
  }

  let report: ConfigReport
  private let base: String
  private var trail: [Step] = []
  /// Whether something above has no effect yet, and was said to have none.
  private var isLater = false

  /// A check of a value at `path`.
  init(_ report: ConfigReport, path: String = "") {
    self.report = report
    base = path
  }

  /// Checks the table `value`.
  mutating func check(_ value: ConfigValue, against table: TableDeclaration) {
    guard let entries = value.table else {
      return mismatch(value, expected: "a table")
    }
    var misspelled: [String] = []
    for entry in entries {
      trail.append(.key(entry.key))
      defer { trail.removeLast() }
      if let key = table[entry.key] {
        check(entry, against: key, of: table, in: value)
      } else if let near = checkOther(entry, of: table) {
        misspelled.append(near)
      }
    }
    for key in table.keys where key.isRequired && value[key.name] == nil {
      guard !table.keys.contains(where: { $0.aliasOf == key.name && value[$0.name] != nil })
      else { continue }
      // Where another key was probably meant to be this one, one report is enough.
      guard !misspelled.contains(key.name) else { continue }
      missing(key, of: table, in: value)
    }
  }

  /// Checks an entry that is declared.
  private mutating func check(
    _ entry: ConfigEntry, against key: KeyDeclaration, of table: TableDeclaration,
    in value: ConfigValue
  ) {
    if let name = key.aliasOf, value[name] != nil {
      report.error(
        "found here beside \(name)", at: entry.place, path: path, hint: "keep one of the two")
    }
    let wasLater = isLater
    if key.effect == .later, !isLater {
      isLater = true
      let section =
        if case .table(let own) = key.kind { own.path } else { "\(table.path).\(key.name)" }
      report.notAvailable(section, at: entry.place, path: path)
    }
    check(entry.value, against: key.kind)
    isLater = wasLater
  }

  /// Checks an entry that is not declared; gives the declared key that was probably meant.
  private mutating func checkOther(_ entry: ConfigEntry, of table: TableDeclaration) -> String? {
    switch table.others {
    case .plugin, .each(.any):
      return nil
    case .each(let kind) where kind.resembles(entry.value):
      check(entry.value, against: kind)
      return nil
    case .each, .refused:
      let near = nearest(to: entry.key, among: table.keys.map(\.name))
      report.error(
        "unknown key", at: entry.place, path: path,
        hint: near.map { "did you mean \"\($0)\"?" } ?? known(table))
      return near
    }
  }

  /// The keys that have an effect, in the order of letters.
  private func known(_ table: TableDeclaration) -> String {
    let names = table.keys.filter { $0.effect != .later && $0.aliasOf == nil }.map(\.name).sorted()
    let list = names.isEmpty ? table.keys.map(\.name).sorted() : names
    let others =
      if case .each(.section) = table.others {
        " and a table by the name of each plugin"
      } else {
        ""
      }
    return "known here: \(list.joined(separator: ", "))\(others)"
  }

  /// Reports a key that has to be there.
  private func missing(
    _ key: KeyDeclaration, of table: TableDeclaration, in value: ConfigValue
  ) {
    // A key of a plugin's is not unknown, unless it stands in place of this one.
    if case .plugin = table.others, let entries = value.table,
      let near = nearest(
        to: key.name, among: entries.map(\.key).filter { table[$0] == nil }),
      let entry = entries.first(where: { $0.key == near })
    {
      report.error(
        "\(key.name) is missing, and this key stands here", at: entry.place,
        path: path.isEmpty ? near : "\(path).\(near)", hint: "did you mean \"\(key.name)\"?")
      return
    }
    var hint = key.example.map { "add \(key.name) = \($0)" }
    if case .table(let own) = key.kind {
      let keys = own.keys.filter(\.isRequired).compactMap { key in
        key.example.map { "\(key.name) = \($0)" }
      }
      let header = header.isEmpty ? key.name : "\(header).\(key.name)"
      hint = "add a table [\(header)] with \(keys.joined(separator: ", "))"
    }
    report.error("\(key.name) is missing: \(key.summary)", at: value.place, path: path, hint: hint)
  }

  /// Checks a value of any kind.
  mutating func check(_ value: ConfigValue, against kind: KeyDeclaration.Kind) {
    switch kind {
    case .any: break
    case .table(let table): check(value, against: table)
    case .section: if value.table == nil { mismatch(value, expected: "a table") }
    case .tables(let table):
      guard let elements = value.array else {
        return mismatch(value, expected: "an array of tables, [[\(header)]]")
      }
      for (index, element) in elements.enumerated() {
        trail.append(.index(index))
        check(element, against: table)
        trail.removeLast()
      }
    case .array(let kind):
      guard let elements = value.array else {
        return mismatch(value, expected: "an array of \(kind.plural)")
      }
      for (index, element) in elements.enumerated() {
        trail.append(.index(index))
        check(element, against: kind)
        trail.removeLast()
      }
    case .map(let kind):
      guard let entries = value.table else { return mismatch(value, expected: "a table") }
      for entry in entries {
        trail.append(.key(entry.key))
        check(entry.value, against: kind)
        trail.removeLast()
      }
    case .oneOf(let kinds): check(value, againstOneOf: kinds)
    default: checkScalar(value, against: kind)
    }
  }

  /// The alternative without an error counts, else the one that comes nearest: the fewest elements
  /// of another form, the first of them as late as possible, the fewest errors.
  private mutating func check(_ value: ConfigValue, againstOneOf kinds: [KeyDeclaration.Kind]) {
    var best: (rank: (Int, Int, Int), kind: KeyDeclaration.Kind)?
    for kind in kinds where kind.resembles(value) {
      let scratch = ConfigReport()
      var check = DeclarationCheck(scratch, path: base)
      check.trail = trail
      check.isLater = isLater
      check.check(value, against: kind)
      let misfits = (value.array ?? []).indices.filter { index in
        !(kind.element?.resembles(value.array?[index] ?? value) ?? true)
      }
      let rank = (misfits.count, -(misfits.first ?? 0), scratch.errors(in: []).count)
      if best.map({ rank < $0.rank }) ?? true { best = (rank, kind) }
    }
    guard let best else {
      return mismatch(value, expected: KeyDeclaration.Kind.oneOf(kinds).expectation)
    }
    check(value, against: best.kind)
  }

  private func checkScalar(_ value: ConfigValue, against kind: KeyDeclaration.Kind) {
    guard kind.resembles(value) else { return mismatch(value, expected: kind.expectation) }
    let found = value.isSubstituted ? "a value from the environment" : nil
    switch kind {
    case .boolean: break
    case .integer, .unsigned, .number:
      guard let number = value.number, !kind.contains(number) else { return }
      report.error(
        "found \(found ?? "\(number)"), expected \(kind.expectation)", at: value.place, path: path)
    case .text, .path:
      guard value.string?.isEmpty == true else { return }
      let expected = if case .path = kind { "a path" } else { "a text" }
      report.error("found an empty string, expected \(expected)", at: value.place, path: path)
    case .choice(let choices):
      guard let text = value.text, !choices.contains(text) else { return }
      let near = value.isSubstituted ? nil : nearest(to: text, among: choices)
      report.error(
        "found \(found ?? "\"\(text.prefix(80))\""), expected \(kind.expectation)",
        at: value.place, path: path, hint: near.map { "did you mean \"\($0)\"?" })
    case .dateTime:
      guard let text = value.string, !DateSyntax.isDateOrTime(text) else { return }
      report.error(
        "found \(found ?? "\"\(text.prefix(80))\""), expected \(kind.expectation)",
        at: value.place, path: path)
    default: break
    }
  }

  private func mismatch(_ value: ConfigValue, expected: String) {
    report.error("found \(value.kind), expected \(expected)", at: value.place, path: path)
  }

  /// The key path of the value that is looked at: `tools[2].mock.strategy`.
  private var path: String {
    var path = base
    for step in trail {
      switch step {
      case .key(let key): path += path.isEmpty ? key : ".\(key)"
      case .index(let index): path += "[\(index)]"
      }
    }
    return path
  }

  /// The same as it stands in a header of TOML, without indices.
  private var header: String {
    let keys = trail.compactMap { step in if case .key(let key) = step { key } else { nil } }
    let start = String(base.prefix { $0 != "[" })
    return (start.isEmpty ? keys : [start] + keys).joined(separator: ".")
  }
}
