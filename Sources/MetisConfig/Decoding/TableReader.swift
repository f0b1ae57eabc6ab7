import JSON

/// Reads the entries of one table: each method asks for a key, reports a value of the wrong kind
/// and remembers the key as known. ``finish()`` then refuses what nobody asked for.
final class TableReader {
  let table: ConfigValue
  let path: String
  let report: ConfigReport
  private var known: [String] = []
  /// Those of ``known`` that have no effect yet.
  private var withoutEffect: Set<String> = []

  /// A reader of `value`; nil, with an error, where it is no table.
  init?(_ value: ConfigValue, path: String, report: ConfigReport) {
    self.table = value
    self.path = path
    self.report = report
    guard value.table != nil else {
      report.error("found \(value.kind), expected a table", at: value.place, path: path)
      return nil
    }
  }

  /// The key path of `key` in this table.
  func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Where this table stands.
  var place: ConfigPlace { table.place }

  /// The keys that nobody asked for yet, in order.
  var unread: [ConfigEntry] { (table.table ?? []).filter { !known.contains($0.key) } }

  /// The value of `key`, whatever it is.
  func value(_ key: String) -> ConfigValue? {
    if !known.contains(key) { known.append(key) }
    return table[key]
  }

  /// Reports that `value` is not what `key` expects.
  func mismatch(_ key: String, _ value: ConfigValue, expected: String) {
    report.error("found \(value.kind), expected \(expected)", at: value.place, path: path(key))
  }

  /// A string.
  func string(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    if let string = value.string { return string }
    mismatch(key, value, expected: "a string")
    return nil
  }

  /// A string that says something.
  func name(_ key: String) -> String? {
    guard let string = string(key) else { return nil }
    guard string.isEmpty, let value = value(key) else { return string }
    report.error("found an empty string, expected a text", at: value.place, path: path(key))
    return nil
  }

  /// A string, with the place to which relative paths in it belong.
  func file(_ key: String) -> String? {
    guard let string = name(key), let value = value(key) else { return nil }
    return FilePath.resolve(string, in: FilePath.directory(of: value.place.file))
  }

  /// One of `choices`.
  func choice(_ key: String, _ choices: [String]) -> String? {
    guard let string = string(key), let value = value(key) else { return nil }
    if choices.contains(string) { return string }
    let found = value.isSubstituted ? "a value from the environment" : "\"\(string)\""
    let near = value.isSubstituted ? nil : nearest(to: string, among: choices)
    report.error(
      "found \(found), expected one of \(choices.joined(separator: ", "))", at: value.place,
      path: path(key), hint: near.map { "did you mean \"\($0)\"?" })
    return nil
  }

  /// `true` or `false`; also as text that came from the environment.
  func bool(_ key: String) -> Bool? {
    guard let value = value(key) else { return nil }
    if case .bool(let bool) = value.content { return bool }
    if value.isSubstituted, let text = value.string {
      if let bool = Bool(text) { return bool }
    }
    mismatch(key, value, expected: "true or false")
    return nil
  }

  /// An integer in `range`; also as text that came from the environment.
  func integer<T: FixedWidthInteger>(_ key: String, in range: ClosedRange<T>) -> T? {
    guard let value = value(key) else { return nil }
    let expected = "an integer from \(range.lowerBound) to \(range.upperBound)"
    var number: JSONNumber?
    if case .number(let found) = value.content { number = found }
    if value.isSubstituted, let text = value.string { number = try? JSONNumber(text: text) }
    guard let number else {
      mismatch(key, value, expected: expected)
      return nil
    }
    let integer = number.int.flatMap { T(exactly: $0) } ?? number.uint.flatMap { T(exactly: $0) }
    if let integer, range.contains(integer) { return integer }
    let found = value.isSubstituted ? "a value from the environment" : "\(number)"
    report.error("found \(found), expected \(expected)", at: value.place, path: path(key))
    return nil
  }

  /// A time in seconds, above zero and at most `limit`; fractions are allowed.
  func seconds(_ key: String, limit: Double) -> Duration? {
    guard let value = value(key) else { return nil }
    let expected = "a number of seconds above 0 and at most \(Int(limit))"
    var number: JSONNumber?
    if case .number(let found) = value.content { number = found }
    if value.isSubstituted, let text = value.string { number = try? JSONNumber(text: text) }
    guard let seconds = number?.double else {
      mismatch(key, value, expected: expected)
      return nil
    }
    if seconds > 0, seconds <= limit { return .seconds(seconds) }
    report.error(
      "found a value out of range, expected \(expected)", at: value.place, path: path(key))
    return nil
  }

  /// A reader of a table.
  func table(_ key: String) -> TableReader? {
    value(key).flatMap { TableReader($0, path: path(key), report: report) }
  }

  /// A table as JSON.
  func object(_ key: String) -> JSONObject? {
    guard let value = value(key) else { return nil }
    if let object = value.toJSON().object { return object }
    mismatch(key, value, expected: "a table")
    return nil
  }

  /// An array of tables, or the one table that stands in its place.
  func elements(_ key: String) -> [ConfigValue] {
    guard let value = value(key) else { return [] }
    if let array = value.array { return array }
    mismatch(key, value, expected: "an array of tables, [[\(path(key))]]")
    return []
  }

  /// Takes `keys` as known and warns, once for each section, that they have no effect yet.
  func notAvailable(_ keys: [String], section: (String) -> String) {
    withoutEffect.formUnion(keys)
    for key in keys where value(key) != nil {
      guard let entry = table.table?.first(where: { $0.key == key }) else { continue }
      report.notAvailable(section(key), at: entry.place)
    }
  }

  /// Refuses the keys that nobody asked for.
  func finish() {
    let served = known.filter { !withoutEffect.contains($0) }.sorted()
    for entry in unread {
      let hint =
        nearest(to: entry.key, among: known).map { "did you mean \"\($0)\"?" }
        ?? "known here: \(served.joined(separator: ", "))"
      report.error("unknown key", at: entry.place, path: path(entry.key), hint: hint)
    }
  }
}
