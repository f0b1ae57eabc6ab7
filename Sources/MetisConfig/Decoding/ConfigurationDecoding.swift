import Glibc

/// Makes the settings of a ``Configuration`` from a merged and substituted tree. Used once.
struct ConfigurationDecoding {
  let report: ConfigReport
  /// What the configuration is called where it says nothing.
  let file: String

  /// Sections of the product that this stage does not serve.
  private static let later = [
    "defaults", "metrics", "cache", "reload", "development", "security", "fake_data", "workflows",
    "workflows_dir", "workflow_engine", "testing", "models", "models_dir", "agents", "agents_dir",
    "multi_agents", "multi_agents_dir", "scripting", "secrets", "proxy", "recording", "web",
  ]

  /// What a tree says, without its definitions.
  struct Decoded {
    var configuration: Configuration
    /// What holds for definitions.
    var context: DefinitionContext
    /// Where definitions stand.
    var folders: [DefinitionFolders] = []
  }

  /// Decodes `root`. `folderLayers` are the layers that name folders.
  func decode(_ root: ConfigValue, folderLayers: [DefinitionKind: Int]) -> Decoded {
    var configuration = Configuration(
      transport: TransportSettings(type: "http", place: root.place))
    guard let reader = TableReader(root, path: "", report: report) else {
      return Decoded(
        configuration: configuration,
        context: DefinitionContext(root, validation: ValidationSettings()))
    }

    var level: LoggingSettings.Level?
    let server = reader.table("server")
    if let server { configuration.server = ServerSettings.decode(server, level: &level) }
    configuration.transport = TransportSettings.decode(
      server?.value("transport"), tls: server?.value("tls"), file: file,
      report: report)
    if let performance = server?.table("performance") {
      configuration.performance = PerformanceSettings.decode(performance)
    }
    server?.finish()
    if let auth = reader.value("auth") {
      configuration.auth = AuthSettings.decode(auth, report: report)
    }
    configuration.logging = LoggingSettings.decode(
      reader.value("logging"), fallback: level, transport: configuration.transport.type,
      report: report)
    if let journal = reader.table("journal") {
      configuration.journal = JournalSettings.decode(journal)
    }
    let folders = DefinitionKind.allCases.map {
      DefinitionFolders($0, reader, layer: folderLayers[$0])
    }
    // Arrays of definitions were taken out before; what is left is something else.
    for kind in DefinitionKind.allCases { _ = reader.elements(kind.key) }
    reader.notAvailable(Self.later) { $0 }
    reader.finish()
    return Decoded(
      configuration: configuration,
      context: DefinitionContext(root, validation: configuration.server.validation),
      folders: folders)
  }
}

/// A variable of the process's environment.
func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
