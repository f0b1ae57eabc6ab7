/// The `[logging]` table.
public struct LoggingSettings: Sendable {
  /// How much is written about what the host does.
  public enum Level: String, Sendable, CaseIterable {
    case trace, debug, info, warn, error
  }

  /// How a line looks.
  public enum Format: String, Sendable, CaseIterable {
    case json, pretty, compact
  }

  /// Where lines go.
  public enum Output: Sendable, Hashable {
    case stdout
    case stderr
    /// To the end of a file, by its absolute path.
    case file(String)
  }

  /// What is written.
  public var level = Level.info

  /// How a line looks.
  public var format = Format.pretty

  /// Where lines go.
  public var output = Output.stderr

  /// The settings of a file that says nothing.
  public init() {}
}

extension LoggingSettings {
  /// Reads `[logging]`. `fallback` is the level of `[server]`.
  static func decode(
    _ value: ConfigValue?, fallback: Level?, transport: String, report: ConfigReport
  ) -> LoggingSettings {
    var settings = LoggingSettings()
    if let fallback { settings.level = fallback }
    guard let value, let reader = TableReader(value, path: "logging", .logging, report: report)
    else {
      return settings
    }
    if let level = reader.choice("level") as Level? { settings.level = level }
    if let format = reader.choice("format") as Format? { settings.format = format }
    let file = reader.file("file_path")
    switch reader.string("output") {
    case "stdout" where transport == "stdio":
      report.warning(
        "with the stdio transport stdout carries MCP alone; logs go to stderr",
        at: reader.value("output")?.place ?? reader.place, path: reader.path("output"))
    case "stdout": settings.output = .stdout
    case "file":
      if let file {
        settings.output = .file(file)
      } else if reader.value("file_path") == nil {
        report.error(
          "output \"file\" needs file_path", at: reader.value("output")?.place ?? reader.place,
          path: reader.path("output"), hint: "add file_path = \"logs/metis.log\"")
      }
    default: break
    }
    return settings
  }
}
