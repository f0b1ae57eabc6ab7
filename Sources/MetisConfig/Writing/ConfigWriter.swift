import JSON

/// Writes value trees as text that reads back as the same tree.
///
/// Places, comments and the spelling of the source are not kept. Where a format cannot say a value:
/// dates and times become strings in JSON, and plain scalars that the core schema reads as strings
/// in YAML; null cannot be written in TOML.
public enum ConfigWriter {
  /// The text of `value`, a table, in `format`, with a line break at its end. Throws every value
  /// that the format cannot say, with its key path and the place that it was read from.
  public static func text(
    of value: ConfigValue, as format: ConfigFormat
  ) throws(ConfigErrors) -> String {
    guard let entries = value.table else {
      throw ConfigErrors(errors: [
        ConfigError(at: value.place, message: "found \(value.kind), expected a table to write")
      ])
    }
    switch format {
    case .toml:
      var writing = TOMLWriting()
      writing.root(entries)
      guard writing.errors.isEmpty else { throw ConfigErrors(errors: writing.errors) }
      return writing.out
    case .yaml:
      var writing = YAMLWriting()
      writing.root(entries)
      return writing.out
    case .json:
      return String(decoding: value.toJSON().jsonBytes(pretty: true), as: UTF8.self) + "\n"
    }
  }
}
