import JSON
import MetisConfig

/// Configurations as trees, as the admin endpoint shows them: secrets are masked.
enum ConfigTrees {
  /// `value` with its secrets masked: those that are declared, those that sound so, and those at the
  /// key paths `secrets`, which the schemas of plugins tell.
  static func masked(_ value: ConfigValue, secrets: Set<String>) -> ConfigValue {
    ConfigMasking.masked(hiding(secrets, in: value), declarations: .root)
  }

  /// What leads from `old` to `new`.
  static func difference(_ old: ConfigValue, _ new: ConfigValue) -> JSONObject {
    let changes = ConfigDifference.between(old: old, new: new, declarations: .root)
    return ConfigDifference.json(changes).object ?? JSONObject()
  }

  /// `value` with `***` in place of what stands at `paths`: `auth.apikey.keys[0]`.
  static func hiding(
    _ paths: Set<String>, in value: ConfigValue, at path: String = ""
  ) -> ConfigValue {
    guard !paths.isEmpty else { return value }
    var value = value
    if paths.contains(path) {
      value.content = .string("***")
      return value
    }
    switch value.content {
    case .table(let entries):
      value.content = .table(
        entries.map { entry in
          var entry = entry
          let key = path.isEmpty ? entry.key : "\(path).\(entry.key)"
          entry.value = hiding(paths, in: entry.value, at: key)
          return entry
        })
    case .array(let elements):
      value.content = .array(
        elements.enumerated().map { hiding(paths, in: $1, at: "\(path)[\($0)]") })
    default: break
    }
    return value
  }
}
