import JSON
import MetisConfig

/// Configurations as trees, as the admin endpoint shows them.
enum ConfigTrees {
  static func masked(_ value: ConfigValue) -> ConfigValue { value }

  static func difference(_ old: ConfigValue, _ new: ConfigValue) -> JSONValue {
    old.toJSON() == new.toJSON() ? [] : [["key": ""]]
  }
}
