import JSON

/// Reads the entries of one table that ``DeclarationCheck`` has looked at: what does not fit its
/// declaration is reported already, and reads as nil.
struct TableReader {
  let table: ConfigValue
  let path: String
  let declaration: TableDeclaration
  let report: ConfigReport

  /// A reader of `value`; nil where it is no table.
  init?(
    _ value: ConfigValue, path: String, _ declaration: TableDeclaration = .root,
    report: ConfigReport
  ) {
    guard value.table != nil else { return nil }
    self.table = value
    self.path = path
    self.declaration = declaration
    self.report = report
  }

  /// The key path of `key` in this table.
  func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Where this table stands.
  var place: ConfigPlace { table.place }

  /// The entries that are not declared, in order: those of a plugin.
  var others: [ConfigEntry] {
    (table.table ?? []).filter { entry in
      !declaration.keys.contains { $0.name == entry.key }
    }
  }

  /// The value of `key`, whatever it is.
  func value(_ key: String) -> ConfigValue? {
    #if DEBUG
      precondition(declaration[key] != nil, "\(declaration.path) does not declare \(key)")
      AskedKeys.current?.insert(declaration.path, key)
    #endif
    return table[key]
  }

  /// The first of several spellings of one key that stands in the table, else the first.
  func spelling(_ key: String, _ others: String...) -> String {
    var found: String?
    for key in [key] + others where value(key) != nil && found == nil { found = key }
    return found ?? key
  }

  /// A string.
  func string(_ key: String) -> String? { value(key)?.string }

  /// A string that says something.
  func name(_ key: String) -> String? {
    guard let string = string(key), !string.isEmpty else { return nil }
    return string
  }

  /// One of the choices of an enumeration.
  func choice<Choice: RawRepresentable<String>>(_ key: String) -> Choice? {
    value(key)?.text.flatMap(Choice.init)
  }

  /// `true` or `false`.
  func bool(_ key: String) -> Bool? { value(key)?.bool }

  /// A number in its range, as it stands.
  func number(_ key: String) -> JSONNumber? {
    guard let number = value(key)?.number, declaration[key]?.kind.contains(number) == true else {
      return nil
    }
    return number
  }

  /// An integer in its range.
  func integer<T: FixedWidthInteger>(_ key: String) -> T? {
    guard let number = number(key) else { return nil }
    return number.int.flatMap { T(exactly: $0) } ?? number.uint.flatMap { T(exactly: $0) }
  }

  /// A time in seconds.
  func seconds(_ key: String) -> Duration? { number(key)?.double.map { .seconds($0) } }

  /// A path, absolute.
  func file(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    return Self.file(value)
  }

  /// A path of something that should be there, absolute; a warning where it is not.
  func existingFile(_ key: String) -> String? {
    guard let value = value(key), let file = Self.file(value) else { return nil }
    report(missing: file, value, path(key))
    return file
  }

  /// Paths of things that should be there, or one alone, absolute.
  func existingFiles(_ key: String) -> [String]? {
    guard let value = value(key) else { return nil }
    return (value.array ?? [value]).enumerated().compactMap { index, element in
      guard let file = Self.file(element) else { return nil }
      report(missing: file, element, value.array == nil ? path(key) : path("\(key)[\(index)]"))
      return file
    }
  }

  private static func file(_ value: ConfigValue) -> String? {
    guard let text = value.string, !text.isEmpty else { return nil }
    return FilePath.resolve(text, in: value.place.directory)
  }

  private func report(missing file: String, _ value: ConfigValue, _ path: String) {
    guard let reason = report.absence(of: file) else { return }
    report.warning("nothing can be read there: \(reason)", at: value.place, path: path)
  }

  /// Strings that say something, with their places.
  func strings(_ key: String) -> [ConfigValue]? {
    value(key)?.array?.filter { $0.string?.isEmpty == false }
  }

  /// Some of several choices, at least one and none of them twice; also one alone.
  func choices(_ key: String) -> [String]? {
    guard let value = value(key) else { return nil }
    var chosen: [String] = []
    for (index, element) in (value.array ?? [value]).enumerated() {
      guard let text = element.text else { continue }
      if chosen.contains(text) {
        report.error(
          "found \(quoted(text, element)) a second time", at: element.place,
          path: path("\(key)[\(index)]"))
      } else {
        chosen.append(text)
      }
    }
    if value.array?.isEmpty == true {
      let expected =
        if case .oneOf(let kinds)? = declaration[key]?.kind,
          case .array(let kind)? = kinds.first
        {
          kind.plural
        } else {
          "a choice"
        }
      report.error(
        "found an empty array, expected \(expected)", at: value.place, path: path(key))
    }
    return chosen
  }

  /// A reader of a table with known keys.
  func table(_ key: String) -> TableReader? {
    guard let value = value(key), case .table(let own)? = declaration[key]?.kind else { return nil }
    return TableReader(value, path: path(key), own, report: report)
  }

  /// Readers of an array of tables.
  func tables(_ key: String) -> [TableReader] {
    guard case .tables(let own)? = declaration[key]?.kind else { return [] }
    return elements(key).enumerated().compactMap { index, element in
      TableReader(element, path: path("\(key)[\(index)]"), own, report: report)
    }
  }

  /// A table as JSON.
  func object(_ key: String) -> JSONObject? {
    guard let value = value(key), value.table != nil else { return nil }
    return value.toJSON().object
  }

  /// The elements of an array.
  func elements(_ key: String) -> [ConfigValue] { value(key)?.array ?? [] }

  /// `text` in quotes for a message, unless it came from the environment.
  func quoted(_ text: String, _ value: ConfigValue) -> String {
    value.isSubstituted ? "a value from the environment" : "\"\(text.prefix(80))\""
  }
}

#if DEBUG
  /// Which keys decoders ask for, so that a test can hold them against the declarations.
  final class AskedKeys: @unchecked Sendable {
    /// Where asks of this task are kept. One task reads a configuration alone.
    @TaskLocal static var current: AskedKeys?

    private(set) var keys: Set<String> = []

    /// Keeps the ask for `key` in the table `path`.
    func insert(_ path: String, _ key: String) {
      keys.insert(path.isEmpty ? key : "\(path).\(key)")
    }
  }
#endif
