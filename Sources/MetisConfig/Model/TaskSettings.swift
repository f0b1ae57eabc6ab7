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
