import JSON

extension ConfigDifference {
  /// The changes for people, a line each, without a line feed at the end:
  ///
  ///     ~ server.port = 3000 -> 3001
  ///     + tools["add"]
  ///     +   name = "add"
  ///     +   mock.strategy = "static"
  ///     - logging.format = "json"
  ///     ~ tools: another order: "b", "a"
  ///
  /// What a table that was added or removed holds follows in lines of its own, with more space.
  public static func text(_ changes: [Change]) -> String {
    changes.flatMap(lines).joined(separator: "\n")
  }

  private static func lines(of change: Change) -> [String] {
    switch change.kind {
    case .added: return whole("+", change.path, change.new)
    case .removed: return whole("-", change.path, change.old)
    case .reordered:
      let names = change.new?.array?.map(ConfigText.value).joined(separator: ", ") ?? ""
      return ["~ \(change.path): another order: \(ConfigText.short(names))"]
    case .changed:
      let old = change.old.map(ConfigText.value) ?? ""
      let new = change.new.map(ConfigText.value) ?? ""
      // Two secrets look the same.
      let arrow =
        old == new
        ? "\(ConfigText.short(new)), another value"
        : "\(ConfigText.short(old)) -> \(ConfigText.short(new))"
      return ["~ \(change.path) = \(arrow)"]
    }
  }

  private static func whole(_ sign: String, _ path: String, _ value: ConfigValue?) -> [String] {
    guard let value else { return ["\(sign) \(path)"] }
    guard value.table?.isEmpty == false else {
      return ["\(sign) \(path) = \(ConfigText.short(ConfigText.value(value)))"]
    }
    var lines = ["\(sign) \(path)"]
    func add(_ value: ConfigValue, _ path: String) {
      guard let entries = value.table, !entries.isEmpty else {
        lines.append("\(sign)   \(path) = \(ConfigText.short(ConfigText.value(value)))")
        return
      }
      for entry in entries {
        let key = ConfigText.key(entry.key)
        add(entry.value, path.isEmpty ? key : "\(path).\(key)")
      }
    }
    add(value, "")
    return lines
  }
}

/// Values as they would stand in a line of TOML.
enum ConfigText {
  /// A key, in quotes where it has other characters than letters, digits, `_` and `-`.
  static func key(_ key: String) -> String {
    QuotedText.isBareKey(key) ? key : quoted(key)
  }

  /// A text in quotes, with nothing in it that a terminal would act on.
  static func quoted(_ text: String) -> String {
    QuotedText.quoted(text, uppercase: false, where: DisplayText.isUnsafe)
  }

  /// A value in one line.
  static func value(_ value: ConfigValue) -> String {
    switch value.content {
    case .null: return "null"
    case .bool(let bool): return "\(bool)"
    case .number(let number): return "\(number)"
    case .string(let text): return quoted(text)
    case .datetime(let text): return DisplayText.safe(text)
    case .array(let elements):
      return "[" + elements.map(Self.value).joined(separator: ", ") + "]"
    case .table(let entries):
      if entries.isEmpty { return "{}" }
      let inner = entries.map { "\(key($0.key)) = \(Self.value($0.value))" }
      return "{ " + inner.joined(separator: ", ") + " }"
    }
  }

  /// At most 160 characters of `text`.
  static func short(_ text: String) -> String {
    text.count <= 160 ? text : text.prefix(159) + "…"
  }
}
