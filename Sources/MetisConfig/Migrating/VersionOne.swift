/// The steps from version 0 of the format to version 1: one spelling for each setting.
extension TreeMigration {
  /// The arrays of definitions.
  private static let definitionKeys = ["tools", "resources", "resource_templates", "prompts"]

  /// The keys that name folders of definitions.
  private static let folderKeys = ["tools_dir", "resources_dir", "prompts_dir"]

  /// The keys of a mock that are the host's, not the strategy's.
  private static let mockKeys: Set<String> = [
    "strategy", "seed", "timeout_ms", "behavior", "fallback",
  ]

  /// All steps, in their order.
  mutating func fromVersion0() {
    liftFolders()
    rename(["server", "log_level"], to: ["logging", "level"], oldCounts: false)
    rename(["server", "transport", "http_port"], to: ["server", "port"], oldCounts: true)
    rename(
      ["server", "performance", "threads"], to: ["server", "performance", "loops"],
      oldCounts: false)
    useInPlaceOfMode()
    for key in Self.definitionKeys {
      guard let array = root[key]?.array else { continue }
      let elements = array.enumerated().map { definition($1, path: "\(key)[\($0)]") }
      root = root.changing([key]) { entry in
        var entry = entry
        entry?.value.content = .array(elements)
        return entry
      }
    }
  }

  /// A definition with its keys in their present spelling.
  mutating func definition(_ definition: ConfigValue, path: String) -> ConfigValue {
    guard definition.table != nil else { return definition }
    var value = rename(in: definition, "meta", to: "_meta", path: path)
    if let annotations = value["annotations"], annotations.table != nil {
      let inner = Self.join(path, "annotations")
      let names = [
        ("readOnlyHint", "read_only_hint"), ("destructiveHint", "destructive_hint"),
        ("idempotentHint", "idempotent_hint"), ("openWorldHint", "open_world_hint"),
        ("lastModified", "last_modified"),
      ]
      var renamed = annotations
      // Both spellings at once are a mistake, which stays for the check to report.
      for (old, new) in names where renamed[new] == nil {
        renamed = rename(in: renamed, old, to: new, path: inner)
      }
      value = value.changing(["annotations"]) { entry in
        var entry = entry
        entry?.value = renamed
        return entry
      }
    }
    if let mock = value["mock"] {
      let settled = settings(into: mock, path: Self.join(path, "mock"))
      value = value.changing(["mock"]) { entry in
        var entry = entry
        entry?.value = settled
        return entry
      }
    }
    return value
  }

  private static func join(_ path: String, _ key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  /// Folder keys that stand, to TOML, in the last table that a header opened go to the top.
  private mutating func liftFolders() {
    var found: [(entry: ConfigEntry, path: String)] = []
    func lift(_ value: ConfigValue, _ path: String, depth: Int) -> ConfigValue {
      guard depth > 0, !value.isInline, let entries = value.table else { return value }
      var value = value
      value.content = .table(
        entries.compactMap { entry in
          let path = Self.join(path, entry.key)
          if Self.folderKeys.contains(entry.key), entry.value.string != nil {
            found.append((entry, path))
            return nil
          }
          var entry = entry
          entry.value = lift(entry.value, path, depth: depth - 1)
          return entry
        })
      return value
    }
    guard var entries = root.table else { return }
    for (index, entry) in entries.enumerated() where Self.definitionKeys.contains(entry.key) {
      guard let elements = entry.value.array else { continue }
      entries[index].value.content = .array(
        elements.enumerated().map { lift($1, "\(entry.key)[\($0)]", depth: 3) })
    }
    for (entry, path) in found {
      if entries.contains(where: { $0.key == entry.key }) {
        note("\(path) had no effect beside \(entry.key) and is gone", at: entry.place, path: path)
      } else {
        entries.append(entry)
        note("\(path) is now \(entry.key), at the top", at: entry.place, path: path)
      }
    }
    root.content = .table(entries)
  }

  /// Moves the value at `old` to `new`. Where both stand, `oldCounts` tells which was in force.
  private mutating func rename(_ old: [String], to new: [String], oldCounts: Bool) {
    guard let entry = root.entry(at: old), let key = new.last else { return }
    // What stands in the way is no table: it is an error of its own.
    for count in 1..<new.count {
      if let outer = root.entry(at: Array(new.prefix(count))), outer.value.table == nil { return }
    }
    let path = old.joined(separator: ".")
    let target = new.joined(separator: ".")
    let existing = root.entry(at: new)
    root = root.changing(old) { _ in nil }
    if existing != nil, !oldCounts {
      note("\(path) had no effect beside \(target) and is gone", at: entry.place, path: path)
      return
    }
    root = root.changing(new) { _ in ConfigEntry(key: key, at: entry.place, value: entry.value) }
    let words = existing == nil ? "is now \(target)" : "replaces \(target), before which it went"
    note("\(path) \(words)", at: entry.place, path: path)
    removeEmptyTable(Array(old.dropLast()))
  }

  /// Takes a table away that a step has emptied.
  private mutating func removeEmptyTable(_ path: [String]) {
    guard !path.isEmpty, root.entry(at: path)?.value.table?.isEmpty == true else { return }
    root = root.changing(path) { _ in nil }
    removeEmptyTable(Array(path.dropLast()))
  }

  /// Renames a key of one table. Where both stand, the old one had no effect.
  private mutating func rename(
    in table: ConfigValue, _ old: String, to new: String, path: String
  ) -> ConfigValue {
    guard let entry = table.entry(at: [old]) else { return table }
    let from = Self.join(path, old)
    let to = Self.join(path, new)
    if table[new] != nil {
      note("\(from) had no effect beside \(to) and is gone", at: entry.place, path: from)
      return table.changing([old]) { _ in nil }
    }
    note("\(from) is now \(to)", at: entry.place, path: from)
    return table.changing([old]) { entry in
      entry.map { ConfigEntry(key: new, at: $0.place, value: $0.value) }
    }
  }

  /// `auth.mode = "x"` as `auth.use = ["x"]`. A mode of the environment may turn out to be "none",
  /// which `use` has no word for: it stays.
  private mutating func useInPlaceOfMode() {
    guard let mode = root.entry(at: ["auth", "mode"]), let name = mode.value.string, !name.isEmpty,
      !name.contains("${")
    else { return }
    let use = root.entry(at: ["auth", "use"])
    var names = use.map { $0.value.array ?? [$0.value] } ?? []
    root = root.changing(["auth", "mode"]) { _ in nil }
    if name == "none" {
      note("auth.mode = \"none\" is the default and is gone", at: mode.place, path: "auth.mode")
      removeEmptyTable(["auth"])
      return
    }
    if !names.contains(where: { $0.string == name }) { names.append(mode.value) }
    let value = ConfigValue(.array(names), at: use?.value.place ?? mode.value.place)
    root = root.changing(["auth", "use"]) { _ in
      ConfigEntry(key: "use", at: use?.place ?? mode.place, value: value)
    }
    note("auth.mode is now auth.use, an array", at: mode.place, path: "auth.mode")
  }

  /// A mock with the settings that stand beside `strategy` in the table by the strategy's name.
  private mutating func settings(into mock: ConfigValue, path: String) -> ConfigValue {
    guard let entries = mock.table, let strategy = mock["strategy"]?.string, !strategy.isEmpty,
      !strategy.contains("${"), !Self.mockKeys.contains(strategy)
    else { return mock }
    let own = entries.first { $0.key == strategy }
    guard own == nil || own?.value.table != nil else { return mock }
    var inner = own?.value.table ?? []
    let moved = entries.filter { entry in
      entry.key != strategy && !Self.mockKeys.contains(entry.key)
        && !inner.contains { $0.key == entry.key }
    }
    guard let first = moved.first else { return mock }
    inner += moved
    var table = own?.value ?? ConfigValue(.table([]), at: first.place, isInline: mock.isInline)
    table.content = .table(inner)
    var result = mock
    let kept = entries.filter { entry in
      entry.key != strategy && !moved.contains { $0.key == entry.key }
    }
    let entry = ConfigEntry(key: strategy, at: own?.place ?? first.place, value: table)
    result.content = .table(kept + [entry])
    for setting in moved {
      let from = Self.join(path, setting.key)
      let to = Self.join(Self.join(path, strategy), setting.key)
      note("\(from) is now \(to)", at: setting.place, path: from)
    }
    return result
  }
}
