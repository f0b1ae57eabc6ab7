/// The `[security]` table.
public struct SecuritySettings: Sendable, Hashable {
  /// Whether secrets may stand in files without a warning.
  public var allowsPlainSecrets = false

  /// The settings of a file that says nothing.
  public init() {}
}

extension SecuritySettings {
  /// Reads `[security]`.
  static func decode(_ reader: TableReader) -> SecuritySettings {
    var settings = SecuritySettings()
    if let allows = reader.bool("allow_plain_secrets") { settings.allowsPlainSecrets = allows }
    return settings
  }
}
