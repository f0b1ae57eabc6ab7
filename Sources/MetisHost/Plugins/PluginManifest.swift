import MetisConfig

/// How a plugin is isolated from the host.
enum PluginIsolation: String, Sendable, Hashable, CaseIterable {
  /// In the host's process: trusted code.
  case none
  /// In a process of its own.
  case process
}

/// A table of a manifest with its places. Manifests that say the same at other places are equal.
struct ManifestSection: Sendable, Hashable {
  var section: ConfigSection?

  static func == (left: ManifestSection, right: ManifestSection) -> Bool { true }
  func hash(into hasher: inout Hasher) {}
}

/// What an operator says about one plugin: a file of `plugins.d`, or the defaults for a bare
/// library in that directory.
struct PluginManifest: Sendable, Hashable {
  /// The manifest's file, or the library's where there is no manifest.
  var file: String
  /// The name by which an operator can speak of it before its id is known: the file's name
  /// without its extension.
  var name: String
  /// The library: absolute, or relative to the manifest, or to be searched.
  var library: String
  /// Whether it is loaded.
  var isEnabled = true
  /// What it may use of the machine, such as `net.connect`.
  var grants: Set<String> = []
  /// The minisign file; nil for the library's path with `.minisig`.
  var signature: String?
  /// Where it runs.
  var isolation = PluginIsolation.none
  /// The place of its filter among the filters; smaller is earlier.
  var order = 0
  /// The [config] table as a JSON object; passed to `init`.
  var config: [UInt8] = Array("{}".utf8)
  /// The same where it stands, for messages; nil for a manifest that no file was read for.
  var configSection = ManifestSection()
  /// The [secrets] table: values by name.
  var secrets: [String: String] = [:]
  /// The [filter] table as a JSON object; passed to the filter's `create`.
  var filter: [UInt8] = Array("{}".utf8)

  /// What a plugin can need and a manifest can grant.
  static let knownGrants = [
    "env", "exec", "fs.read", "fs.write", "net.connect", "net.listen", "secrets",
  ]

  /// The manifest of a library that has none: no grants, no configuration.
  init(bareLibrary path: String) {
    self.init(file: path, library: path)
  }

  /// A manifest with defaults for all else.
  init(file: String, library: String) {
    self.file = file
    self.library = library
    let leaf = file.split(separator: "/").last.map(String.init) ?? file
    name = leaf.lastIndex(of: ".").map { String(leaf[..<$0]) } ?? leaf
  }

  /// The directory that relative paths of the manifest stand against, without a slash at its end.
  var directory: String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }
}
