/// The `[server.streams]` table: event streams, and what is kept to resume them.
public struct StreamSettings: Sendable, Hashable {
  /// How many events of a stream are kept for a client that resumes; 0 for none.
  public var replayEvents = 256

  /// How many bytes of events of a stream are kept for a client that resumes; 0 for none.
  public var replayBytes = 65_536

  /// The `retry:` that a stream tells its client, in milliseconds; nil for none.
  public var retryMs: Int?

  /// How long a client may leave a full stream unread before it is closed.
  public var stallTimeout: Duration = .seconds(30)

  /// After what silence a comment keeps the stream alive; nil for never (0 in the file).
  public var keepAlive: Duration? = .seconds(15)

  /// Whether streams of 2025-11-25 begin with an event that has an id and no data.
  public var priming = true

  /// The settings of a file that says nothing.
  public init() {}
}

extension StreamSettings {
  /// Reads `[server.streams]`.
  static func decode(_ reader: TableReader) -> StreamSettings {
    var settings = StreamSettings()
    if let count = reader.integer("replay_events") as Int? {
      settings.replayEvents = count
    }
    if let count = reader.integer("replay_bytes") as Int? {
      settings.replayBytes = count
    }
    settings.retryMs = reader.integer("retry_ms")
    if let limit = reader.seconds("stall_timeout_sec") {
      settings.stallTimeout = limit
    }
    if let interval = reader.seconds("keep_alive_sec") {
      settings.keepAlive = interval == .zero ? nil : interval
    }
    if let priming = reader.bool("priming") { settings.priming = priming }
    return settings
  }
}
