import JSON
import MetisConfig

/// Configurations as trees, as the admin endpoint shows them: secrets are masked.
enum ConfigTrees {
  /// `value` with its secrets masked: those that are declared, those that sound so, and those at the
  /// places `secrets`, which the schemas of plugins tell.
  static func masked(_ value: ConfigValue, secrets: Set<ConfigPlace>) -> ConfigValue {
    ConfigMasking.masked(hiding(secrets, in: value), declarations: .root)
  }

  /// What leads from `old` to `new`.
  static func difference(_ old: ConfigValue, _ new: ConfigValue) -> JSONObject {
    let changes = ConfigDifference.between(old: old, new: new, declarations: .root)
    return ConfigDifference.json(changes).object ?? JSONObject()
  }

  /// `value` with `***` in place of all that stands at `places`: behind a key, or as an element.
  static func hiding(_ places: Set<ConfigPlace>, in value: ConfigValue) -> ConfigValue {
    places.isEmpty ? value : hiding(places, in: value, isSecret: false)
  }

  private static func hiding(
    _ places: Set<ConfigPlace>, in value: ConfigValue, isSecret: Bool
  ) -> ConfigValue {
    var value = value.replacingParts { entry in
      hiding(places, in: entry.value, isSecret: isSecret || places.contains(entry.place))
    } element: { _, element in
      hiding(places, in: element, isSecret: isSecret || places.contains(element.place))
    }
    switch value.content {
    case .table, .array: break
    default: if isSecret { value.content = .string("***") }
    }
    return value
  }
}
