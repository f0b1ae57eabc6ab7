import JSON
import MetisConfig

/// Manifests as files: the one place of the registry that knows their format.
enum ManifestFile {
  /// The extension of a manifest.
  static let suffix = ".toml"

  /// Reads the manifest at `path` (TOML); `${NAME}` and `${NAME:-default}` stand for variables of the
  /// environment, so that secrets need not stand in the file.
  static func read(_ path: String) throws(PluginError) -> PluginManifest {
    let tree: ConfigValue
    do {
      tree = try ConfigSource.read(path).substituting()
    } catch {
      // One mistake is enough to refuse a file; the first is the one to repair first.
      guard let first = error.errors.first else {
        throw PluginError(.manifest, "the manifest cannot be read", file: path)
      }
      let place = first.line > 0 ? "\(first.line):\(first.column): " : ""
      let hint = first.hint.map { "; \($0)" } ?? ""
      throw PluginError(.manifest, "\(place)\(first.message)\(hint)", file: path)
    }
    var manifest = try PluginManifest(parsing: tree.toJSON(), file: path) { key in
      var entry: ConfigEntry?
      var value: ConfigValue? = tree
      for part in key.split(separator: ".", maxSplits: 1) {
        entry = value?.table?.first { $0.key == part }
        value = entry?.value
      }
      return entry.map { "\($0.place.line):\($0.place.column)" }
    }
    if let config = tree["config"] {
      manifest.configSection.section = ConfigSection(
        config, path: "config", directory: SectionFile.resolved(manifest.directory))
    }
    return manifest
  }
}
