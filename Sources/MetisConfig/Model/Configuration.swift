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
  public var tools: [Shared<ToolDefinition>] = []

  /// The resources and templates in the order of the files; no URI stands twice.
  public var resources: [Shared<ResourceDefinition>] = []

  /// The prompts in the order of the files; no name stands twice.
  public var prompts: [Shared<PromptDefinition>] = []

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

  /// What is set of keys that a host reads only when it starts.
  public var restartKeys = RestartKeys()

  /// The port to listen on: `server.transport.http_port`, else `server.port`.
  public var listenPort: UInt16 { transport.httpPort ?? server.port }
}

extension Configuration {
  /// Reads `files`, merges them in order, puts the environment's variables in, and checks all.
  /// Throws every error that was found. `environment` is nil for the process's own. For overlays,
  /// settings and reloads see ``ConfigLoader``.
  public static func load(
    _ files: [String], environment: ((String) -> String?)? = nil
  ) throws(ConfigErrors) -> Configuration {
    try ConfigLoader(ConfigInputs(files), variable: environment).load()
  }
}
