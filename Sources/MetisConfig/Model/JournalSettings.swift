/// The `[journal]` table: what was asked and answered, kept in memory for whoever examines it.
public struct JournalSettings: Sendable, Hashable {
  /// Whether anything is kept.
  public var isEnabled = true

  /// How many entries are kept; the oldest goes first.
  public var capacity = 1_000

  /// Whether entries hold the messages themselves.
  public var bodies = true

  /// The settings of a file that says nothing.
  public init() {}
}

extension JournalSettings {
  /// Reads `[journal]`.
  static func decode(_ reader: TableReader) -> JournalSettings {
    var settings = JournalSettings()
    if let enabled = reader.bool("enabled") { settings.isEnabled = enabled }
    if let count = reader.integer("capacity") as Int? { settings.capacity = count }
    if let bodies = reader.bool("bodies") { settings.bodies = bodies }
    return settings
  }
}
