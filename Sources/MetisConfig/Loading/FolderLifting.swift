/// Folder keys that stand at the end of a TOML file and so, to TOML, in the table that a header
/// opened last: in a definition, its mock, a table of that, or in a section.
struct FolderLifting {
  let report: ConfigReport
  private var found: [(entry: ConfigEntry, table: String)] = []

  /// Tables beside the definitions in which a folder key can mean nothing else.
  private static let sections = [
    "server", "logging", "journal", "defaults", "metrics", "cache", "reload", "development",
  ]

  init(report: ConfigReport) { self.report = report }

  /// The tree of a TOML file with those keys moved to its top, each with a warning.
  mutating func lift(_ root: ConfigValue) -> ConfigValue {
    guard let entries = root.table else { return root }
    var lifted = entries
    for (index, entry) in entries.enumerated() {
      let value = entry.value
      if DefinitionKind(rawValue: entry.key) != nil, let elements = value.array {
        lifted[index].value.content = .array(
          elements.map { lift(from: $0, path: entry.key, depth: 3) })
      } else if Self.sections.contains(entry.key) {
        lifted[index].value = lift(from: value, path: entry.key, depth: 3)
      }
    }
    guard !found.isEmpty else { return root }
    for (entry, table) in found {
      if let first = lifted.first(where: { $0.key == entry.key }) {
        report.error(
          "found a second time; the first stands at \(first.place)", at: entry.place,
          path: entry.key, hint: "keep one of the two: it may be an array of folders")
        continue
      }
      report.warning(
        "found below [\(table)], taken as the top's", at: entry.place, path: entry.key,
        hint: "move it above the first [table] of the file")
      lifted.append(entry)
    }
    var root = root
    root.content = .table(lifted)
    return root
  }

  private mutating func lift(from value: ConfigValue, path: String, depth: Int) -> ConfigValue {
    guard depth > 0 else { return value }
    if let elements = value.array {
      let count = found.count
      let lifted = elements.map { lift(from: $0, path: path, depth: depth) }
      guard found.count > count else { return value }
      var value = value
      value.content = .array(lifted)
      return value
    }
    guard !value.isInline, let entries = value.table else { return value }
    var kept: [ConfigEntry] = []
    kept.reserveCapacity(entries.count)
    let before = found.count
    var changed = false
    for entry in entries {
      if DefinitionKind.folderKeys.contains(entry.key), Self.namesFolders(entry.value) {
        found.append((entry, path))
        continue
      }
      var entry = entry
      if entry.value.array != nil || !entry.value.isInline {
        let count = found.count
        entry.value = lift(from: entry.value, path: "\(path).\(entry.key)", depth: depth - 1)
        changed = changed || found.count > count
      }
      kept.append(entry)
    }
    guard changed || found.count > before else { return value }
    var value = value
    value.content = .table(kept)
    return value
  }

  private static func namesFolders(_ value: ConfigValue) -> Bool {
    value.string != nil || value.array?.allSatisfy { $0.string != nil } == true
  }
}
