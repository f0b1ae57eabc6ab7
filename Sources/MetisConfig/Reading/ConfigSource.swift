/// Reads configuration files into value trees. The format follows from the file's extension.
public enum ConfigSource {
  /// How large a file may be, in bytes.
  public static let greatestSize = 16 << 20

  /// The extensions of the formats that are read.
  public static let extensions = ["toml", "yaml", "yml", "json"]

  /// Reads `file`: `.toml` (TOML 1.1), `.yaml` or `.yml` (YAML 1.2), or `.json`. The top of the tree is a table.
  public static func read(_ file: String) throws(ConfigErrors) -> ConfigValue {
    let place = ConfigPlace(file: file)
    let format = FilePath.fileExtension(of: file)
    guard extensions.contains(format) else {
      throw ConfigErrors(errors: [
        ConfigError(
          at: place,
          message: "found a file of an unknown format, expected .toml, .yaml, .yml or .json")
      ])
    }
    let bytes: [UInt8]
    do {
      bytes = try FilePath.read(file, limit: greatestSize)
    } catch {
      throw ConfigErrors(errors: [
        ConfigError(at: place, message: "the file cannot be read: \(error.message)")
      ])
    }
    return try parse(bytes, as: format, file: file)
  }

  /// Parses `bytes` as the contents of `file`. `format` is one of ``extensions``.
  public static func parse(
    _ bytes: [UInt8], as format: String, file: String
  ) throws(ConfigErrors) -> ConfigValue {
    switch format {
    case "json": return try parseJSON(bytes, file: file)
    case "yaml", "yml": return try parseYAML(bytes, file: file)
    default: return try parseTOML(bytes, file: file)
    }
  }
}
