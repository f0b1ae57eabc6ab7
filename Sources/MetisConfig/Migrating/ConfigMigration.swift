/// Brings a configuration of an older version of the format to the present one. What it means stays
/// the same.
///
/// The version stands in `config_version` at the top; a file without it is of version 0, that of
/// Metis 0.1. A program reads every version up to ``present``.
public enum ConfigMigration {
  /// The version that this program writes.
  public static let present = 1

  /// What a migration changed, for people.
  public struct Step: Sendable, Hashable, CustomStringConvertible {
    /// Where what was changed stands in the old file.
    public var place: ConfigPlace

    /// The key path of what was changed.
    public var keyPath: String

    /// What was done: `server.log_level is now logging.level`.
    public var text: String

    /// `file:line:column: text`.
    public var description: String { "\(place): \(text)" }
  }

  /// The version of `root`, a whole configuration. Throws where `config_version` is no version, or
  /// one that this program does not know.
  public static func version(of root: ConfigValue) throws(ConfigError) -> Int {
    guard let value = root["config_version"] else { return 0 }
    guard case .number(let number) = value.content, let version = number.int, version >= 0 else {
      throw ConfigError(
        at: value.place, keyPath: "config_version",
        message: "found \(value.kind), expected a version of the format, 0 to \(present)",
        hint: "write config_version = \(present)")
    }
    guard version <= present else {
      throw ConfigError(
        at: value.place, keyPath: "config_version",
        message: "found version \(version), this program knows versions up to \(present)",
        hint: "use a newer Metis, or write the file in version \(present)")
    }
    return Int(version)
  }

  /// `root`, a whole configuration as it was read, in the present version, and what was changed on
  /// the way; no steps where it is in that version already.
  public static func migrate(
    _ root: ConfigValue
  ) throws(ConfigError) -> (value: ConfigValue, steps: [Step]) {
    var version = try version(of: root)
    var migration = TreeMigration(root)
    while version < present {
      // One case for each version that a newer one followed.
      switch version {
      case 0: migration.fromVersion0()
      default: break
      }
      version += 1
      migration.setVersion(version)
    }
    return (migration.root, migration.steps)
  }

  /// The same for a file that holds one definition of a folder. Such a file has no version: what is
  /// old in it is known by its name.
  public static func migrateDefinition(
    _ definition: ConfigValue
  ) -> (value: ConfigValue, steps: [Step]) {
    var migration = TreeMigration(definition)
    migration.root = migration.definition(definition, path: "")
    return (migration.root, migration.steps)
  }
}

/// A tree under change, and what was done to it.
struct TreeMigration {
  var root: ConfigValue
  private(set) var steps: [ConfigMigration.Step] = []

  init(_ root: ConfigValue) { self.root = root }

  mutating func note(_ text: String, at place: ConfigPlace, path: String) {
    steps.append(ConfigMigration.Step(place: place, keyPath: path, text: text))
  }

  /// `config_version`, first in the file.
  mutating func setVersion(_ version: Int) {
    let place = ConfigPlace(file: root.place.file)
    let entry = ConfigEntry(
      key: "config_version", at: place,
      value: ConfigValue(.number(.init(version)), at: place))
    var entries = root.table ?? []
    let old = entries.firstIndex { $0.key == "config_version" }
    if let old { entries.remove(at: old) }
    root.content = .table([entry] + entries)
    note("config_version is now \(version)", at: place, path: "config_version")
  }
}

extension ConfigValue {
  /// The entry at `path`, through tables alone.
  func entry(at path: [String]) -> ConfigEntry? {
    guard let key = path.first, let entry = table?.first(where: { $0.key == key }) else {
      return nil
    }
    return path.count == 1 ? entry : entry.value.entry(at: Array(path.dropFirst()))
  }

  /// This table with the entry at `path` replaced by what `change` makes of it; nil takes it away.
  /// Tables on the way that do not exist are made where there is something to put into them.
  func changing(
    _ path: [String], _ change: (ConfigEntry?) -> ConfigEntry?
  ) -> ConfigValue {
    guard let key = path.first, var entries = table else { return self }
    let index = entries.firstIndex { $0.key == key }
    let old = index.map { entries[$0] }
    var new: ConfigEntry?
    if path.count == 1 {
      new = change(old)
    } else if var outer = old {
      outer.value = outer.value.changing(Array(path.dropFirst()), change)
      new = outer
    } else {
      let empty = ConfigValue(.table([]), at: place, isInline: false)
      let filled = empty.changing(Array(path.dropFirst()), change)
      if filled.table?.isEmpty == false {
        new = ConfigEntry(key: key, at: filled.table?.first?.place ?? place, value: filled)
      }
    }
    switch (index, new) {
    case (let index?, let new?): entries[index] = new
    case (let index?, nil): entries.remove(at: index)
    case (nil, let new?): entries.append(new)
    case (nil, nil): break
    }
    var value = self
    value.content = .table(entries)
    return value
  }
}
