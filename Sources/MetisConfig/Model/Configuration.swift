/// A whole configuration, checked: what the host builds its snapshot from.
public struct Configuration: Sendable {
  /// Who the server is and where it listens.
  public var server = ServerSettings()

  /// What carries bytes.
  public var transport: TransportSettings

  /// Threads, time-outs, limits.
  public var performance = PerformanceSettings()

  /// Who may call.
  public var auth = AuthSettings()

  /// What is written and where.
  public var logging = LoggingSettings()

  /// What is kept of requests and answers.
  public var journal = JournalSettings()

  /// The tools in the order of the files.
  public var tools: [ToolDefinition] = []

  /// The resources and templates in the order of the files; no URI stands twice.
  public var resources: [ResourceDefinition] = []

  /// The prompts in the order of the files; no name stands twice.
  public var prompts: [PromptDefinition] = []

  /// What is in the files and has no effect, or probably not the one that was meant.
  public var warnings: [ConfigError] = []

  /// All files that were read, in order: those to watch for changes.
  public var files: [String] = []

  /// How changes are followed.
  public var reload = ReloadSettings()

  /// Development.
  public var development = DevelopmentSettings()

  /// Where plugins come from.
  public var plugins = PluginSettings()

  /// What is refused for safety's sake.
  public var security = SecuritySettings()

  /// The files as they were read, in the order of ``files``: what a host goes back to.
  public var sources: [ConfigSourceFile] = []

  /// The port to listen on: `server.transport.http_port`, else `server.port`.
  public var listenPort: UInt16 { transport.httpPort ?? server.port }
}

extension Configuration {
  /// Reads `files`, merges them in order, puts the environment's variables in, and checks all.
  /// Throws every error that was found. `environment` is nil for the process's own.
  public static func load(
    _ files: [String], environment: ((String) -> String?)? = nil
  ) throws(ConfigErrors) -> Configuration {
    let report = ConfigReport()
    var merged: ConfigValue?
    for file in files {
      do {
        let value = liftFolders(of: try ConfigSource.read(file))
        merged = merged?.merged(with: value) ?? value
      } catch {
        report.add(error)
      }
    }
    // Errors of the model would be misleading while a file is missing from it.
    guard report.isGood else { throw ConfigErrors(errors: report.errors(in: files)) }
    let root = merged ?? ConfigValue(.table([]), at: ConfigPlace(file: ""))
    var decoding = ConfigurationDecoding(
      report: report, variable: environment ?? environmentVariable, files: files)
    let configuration = decoding.decode(root)
    guard report.isGood else {
      throw ConfigErrors(
        errors: report.errors(in: decoding.files), warnings: configuration.warnings)
    }
    return configuration
  }

  /// The keys that name folders of definitions.
  static let folderKeys = ["tools_dir", "resources_dir", "prompts_dir"]

  /// `root` with folder keys moved to the top that stand at the end of a file, and so, to TOML, in
  /// the last table which a header opened: in a definition, its mock, or a table of that.
  static func liftFolders(of root: ConfigValue) -> ConfigValue {
    var found: [ConfigEntry] = []
    func lift(from value: ConfigValue, depth: Int) -> ConfigValue {
      guard depth > 0 else { return value }
      var value = value
      if let elements = value.array {
        value.content = .array(elements.map { lift(from: $0, depth: depth) })
      }
      guard !value.isInline, let entries = value.table else { return value }
      value.content = .table(
        entries.compactMap { entry in
          if folderKeys.contains(entry.key), entry.value.string != nil {
            found.append(entry)
            return nil
          }
          var entry = entry
          entry.value = lift(from: entry.value, depth: depth - 1)
          return entry
        })
      return value
    }
    var root = root
    guard var entries = root.table else { return root }
    for (index, entry) in entries.enumerated()
    where ["tools", "resources", "resource_templates", "prompts"].contains(entry.key) {
      guard let elements = entry.value.array else { continue }
      entries[index].value.content = .array(elements.map { lift(from: $0, depth: 3) })
    }
    root.content = .table(
      entries + found.filter { lifted in !entries.contains { $0.key == lifted.key } })
    return root
  }
}
