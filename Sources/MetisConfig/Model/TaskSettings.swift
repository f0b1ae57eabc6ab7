/// The `[server.tasks]` table: tasks of both generations (MCP 2025-11-25, and the extension
/// `io.modelcontextprotocol/tasks`).
public struct TaskSettings: Sendable, Hashable {
  /// For how many milliseconds a task is kept after its creation where the client names no time.
  public var ttlMs: Int64 = 300_000

  /// The longest time that a client may ask for, in milliseconds; nil for any.
  public var maxTTLMs: Int64?

  /// How often clients are told to ask, in milliseconds.
  public var pollIntervalMs: Int64 = 1000

  /// How many tasks are kept; more are refused.
  public var capacity = 10_000

  /// The settings of a file that says nothing.
  public init() {}
}

/// Whether a tool may run as a task (MCP 2025-11-25, `execution.taskSupport`).
public enum TaskSupport: String, Sendable, CaseIterable {
  /// Never.
  case forbidden
  /// Where the client asks for it.
  case optional
  /// Only as a task.
  case required
}

extension TaskSettings {
  /// Reads `[server.tasks]`.
  static func decode(_ reader: TableReader) -> TaskSettings {
    var settings = TaskSettings()
    let ttl = reader.integer("ttl_ms") as Int64?
    settings.maxTTLMs = reader.integer("max_ttl_ms")
    if let interval = reader.integer("poll_interval_ms") as Int64? {
      settings.pollIntervalMs = interval
    }
    if let count = reader.integer("capacity") as Int? { settings.capacity = count }
    if let ttl { settings.ttlMs = ttl }
    if let most = settings.maxTTLMs, settings.ttlMs > most {
      if let ttl, let value = reader.value("ttl_ms") {
        reader.report.error(
          "found \(ttl), expected at most max_ttl_ms, \(most)", at: value.place,
          path: reader.path("ttl_ms"))
      }
      settings.ttlMs = most
    }
    return settings
  }
}
