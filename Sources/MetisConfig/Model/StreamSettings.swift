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
    if let count = reader.integer("replay_events", in: 0...1_000_000) {
      settings.replayEvents = count
    }
    if let count = reader.integer("replay_bytes", in: 0...1_073_741_824) {
      settings.replayBytes = count
    }
    settings.retryMs = reader.integer("retry_ms", in: 0...86_400_000)
    if let limit = reader.seconds("stall_timeout_sec", limit: 86_400) {
      settings.stallTimeout = limit
    }
    if reader.value("keep_alive_sec")?.isZero == true {
      settings.keepAlive = nil
    } else if let interval = reader.seconds("keep_alive_sec", limit: 86_400) {
      settings.keepAlive = interval
    }
    if let priming = reader.bool("priming") { settings.priming = priming }
    reader.finish()
    return settings
  }
}
