/// The `[journal]` table: what was asked and answered, kept in memory for whoever examines it.
public struct JournalSettings: Sendable, Hashable {
  /// Whether anything is kept.
  public var isEnabled = true

  /// How many entries are kept; the oldest goes first.
  public var capacity = 10_000

  /// Whether entries hold the messages themselves.
  public var bodies = true

  /// The settings of a file that says nothing.
  public init() {}
}
