/// Reads configuration files into value trees. The format follows from the file's extension.
public enum ConfigSource {
  /// How large a file may be, in bytes.
  public static let greatestSize = 16 << 20

  /// The extensions of the formats that are read.
  public static let extensions = ["toml", "yaml", "yml", "json"]

  /// Reads `file`: `.toml` (TOML 1.1), `.yaml` or `.yml` (YAML 1.2), or `.json`. The top of the tree is a table.
  public static func read(_ file: String) throws(ConfigErrors) -> ConfigValue {
    try refuseOtherFormats(file)
    return try parse(
      try contents(file, named: file).bytes, as: FilePath.fileExtension(of: file), file: file)
  }

  /// Parses `bytes` as the contents of `file`. `format` is one of ``extensions``. The top of the
  /// tree is a table.
  public static func parse(
    _ bytes: [UInt8], as format: String, file: String
  ) throws(ConfigErrors) -> ConfigValue {
    let value = try parseAny(bytes, as: format, file: file)
    guard value.table != nil else {
      throw ConfigErrors(errors: [
        ConfigError(
          at: value.place,
          message: "found \(value.kind), expected \(format == "json" ? "an object" : "a table")")
      ])
    }
    return value
  }

  /// As ``parse(_:as:file:)``; the top of the tree may be anything that the format allows there.
  static func parseAny(
    _ bytes: [UInt8], as format: String, file: String
  ) throws(ConfigErrors) -> ConfigValue {
    switch format {
    case "json": return try parseJSON(bytes, file: file)
    case "yaml", "yml": return try parseYAML(bytes, file: file)
    default: return try parseTOML(bytes, file: file)
    }
  }

  /// Throws where the extension of `file` is not that of a format that is read.
  static func refuseOtherFormats(_ file: String) throws(ConfigErrors) {
    let format = FilePath.fileExtension(of: file)
    guard !extensions.contains(format) else { return }
    throw ConfigErrors(errors: [
      ConfigError(
        at: ConfigPlace(file: file),
        message: "found a file of an unknown format, expected .toml, .yaml, .yml or .json")
    ])
  }

  /// The bytes of the file at `path`, which messages call `name`.
  static func contents(_ path: String, named name: String) throws(ConfigErrors) -> FileContents {
    do {
      return try FileContents(of: path, limit: greatestSize)
    } catch {
      throw ConfigErrors(errors: [
        ConfigError(
          at: ConfigPlace(file: name), message: "the file cannot be read: \(error.message)")
      ])
    }
  }
}
