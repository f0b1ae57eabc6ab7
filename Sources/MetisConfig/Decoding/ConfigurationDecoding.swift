import Glibc

/// Makes the settings of a ``Configuration`` from a merged and substituted tree. Used once.
struct ConfigurationDecoding {
  let report: ConfigReport
  /// What the configuration is called where it says nothing.
  let file: String

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
    var check = DeclarationCheck(report)
    check.check(root, against: .root)
    let context = { (configuration: Configuration) in
      DefinitionContext(root, validation: configuration.server.validation, report: report)
    }
    guard let reader = TableReader(root, path: "", report: report) else {
      return Decoded(configuration: configuration, context: context(configuration))
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
    if let auth = reader.value("auth") {
      configuration.auth = AuthSettings.decode(auth, report: report)
    }
    configuration.logging = LoggingSettings.decode(
      reader.value("logging"), fallback: level, transport: configuration.transport.type,
      report: report)
    if let journal = reader.table("journal") {
      configuration.journal = JournalSettings.decode(journal)
    }
    decodeHost(reader, into: &configuration)
    // Arrays of definitions are layered and decoded by themselves: none is left here.
    assert(DefinitionKind.allCases.allSatisfy { reader.elements($0.key).isEmpty })
    configuration.restartKeys = RestartKeys(root)
    let folders = DefinitionKind.allCases.filter { $0.folderKey != nil }.map {
      DefinitionFolders($0, reader, layer: folderLayers[$0])
    }
    refuseBackups(in: folders, reader)
    return Decoded(
      configuration: configuration, context: context(configuration), folders: folders)
  }

  /// Backups among the definitions would be read as definitions.
  private func refuseBackups(in folders: [DefinitionFolders], _ reader: TableReader) {
    guard let reload = reader.table("reload"), reload.bool("backup") != false,
      let backups = reload.file("backup_dir").map(FilePath.normalized)
    else { return }
    for kind in folders {
      for (folder, place) in kind.folders where "\(backups)/".hasPrefix("\(folder)/") {
        report.error(
          "stands in \(kind.kind.folderKey ?? ""), \(place): what is written there would be read "
            + "as definitions", at: reload.value("backup_dir")?.place ?? place,
          path: "reload.backup_dir", hint: "name a folder outside of it")
      }
    }
  }

  /// Tables about the host itself.
  private func decodeHost(_ reader: TableReader, into configuration: inout Configuration) {
    if let reload = reader.table("reload") { configuration.reload = ReloadSettings.decode(reload) }
    if let development = reader.table("development") {
      configuration.development = DevelopmentSettings.decode(development)
    }
    if let plugins = reader.table("plugins") {
      configuration.plugins = PluginSettings.decode(plugins)
    }
    if let security = reader.table("security") {
      configuration.security = SecuritySettings.decode(security)
    }
  }
}

/// A variable of the process's environment.
func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
