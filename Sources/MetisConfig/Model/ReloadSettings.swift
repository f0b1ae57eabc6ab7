/// The `[reload]` table.
public struct ReloadSettings: Sendable, Hashable {
  /// Whether changed files are noticed.
  public var isEnabled = true

  /// Further folders that are watched, absolute.
  public var watchedFolders: [String] = []

  /// How long nothing may change before a reload begins; milliseconds.
  public var debounceMs: Int64 = 500

  /// How many configurations are kept.
  public var history = 10

  /// Whether files are written to ``backupFolder`` before each reload.
  public var isBackingUp = true

  /// Where, absolute; nil for `$XDG_STATE_HOME/metis/backups`, else `~/.local/state/metis/backups`.
  public var backupFolder: String?

  /// The settings of a file that says nothing.
  public init() {}
}

/// The `[development]` table.
public struct DevelopmentSettings: Sendable, Hashable {
  /// Whether it counts.
  public var isEnabled = false

  /// Whether libraries of plugins are swapped when their files change.
  public var swapsPlugins = true

  /// The settings of a file that says nothing.
  public init() {}
}

extension ReloadSettings {
  /// Reads `[reload]`.
  static func decode(_ reader: TableReader) -> ReloadSettings {
    var settings = ReloadSettings()
    if let enabled = reader.bool("enabled") { settings.isEnabled = enabled }
    settings.watchedFolders = reader.existingFiles("watch_directories") ?? []
    if let time = reader.integer("debounce_ms") as Int64? { settings.debounceMs = time }
    if let count = reader.integer("history") as Int? { settings.history = count }
    if let backup = reader.bool("backup") { settings.isBackingUp = backup }
    settings.backupFolder = reader.file("backup_dir")
    return settings
  }
}

extension DevelopmentSettings {
  /// Reads `[development]`.
  static func decode(_ reader: TableReader) -> DevelopmentSettings {
    var settings = DevelopmentSettings()
    if let enabled = reader.bool("enabled") { settings.isEnabled = enabled }
    if let swaps = reader.bool("hot_reload") { settings.swapsPlugins = swaps }
    return settings
  }
}
