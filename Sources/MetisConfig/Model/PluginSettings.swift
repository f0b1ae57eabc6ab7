/// The `[plugins]` table: where plugins come from, where the command line says nothing.
public struct PluginSettings: Sendable, Hashable {
  /// What follows where a plugin is not signed by a trusted key.
  public enum Signatures: String, Sendable, CaseIterable {
    /// Nothing is checked.
    case off
    /// The log says so.
    case warn
    /// The plugin is refused.
    case require
  }

  /// The folder of the plugins' manifests, absolute; nil where nothing is said.
  public var directory: String?

  /// Folders in which libraries are searched after their manifest's, absolute.
  public var libraryPath: [String] = []

  /// What is demanded of signatures; nil where nothing is said.
  public var signatures: Signatures?

  /// Files with the public keys that are trusted (minisign), absolute.
  public var trustedKeys: [String] = []

  /// The settings of a file that says nothing.
  public init() {}
}

extension PluginSettings {
  /// Reads `[plugins]`.
  static func decode(_ reader: TableReader) -> PluginSettings {
    var settings = PluginSettings()
    settings.directory = reader.existingFile("directory")
    settings.libraryPath = reader.existingFiles("library_path") ?? []
    settings.signatures = reader.choice("signatures")
    settings.trustedKeys = reader.existingFiles("trusted_keys") ?? []
    return settings
  }
}
