public import JSON

/// The state of a task (2025-11-25 "Tasks"; 2026-07-28, extension `io.modelcontextprotocol/tasks`).
public enum TaskStatus: String, Sendable {
  case working
  case inputRequired = "input_required"
  case completed
  case failed
  case cancelled

  /// Whether a task stays so.
  public var isTerminal: Bool { self != .working && self != .inputRequired }
}

/// A task as both generations show it: they name its members differently.
public struct TaskDescription: Sendable {
  /// Unguessable: who knows it may ask for the task.
  public var id: String
  /// Where it stands.
  public var status: TaskStatus
  /// For people.
  public var statusMessage: String?
  /// RFC 3339, UTC.
  public var createdAt: String
  /// RFC 3339, UTC.
  public var lastUpdatedAt: String
  /// Milliseconds from its creation for which it is kept; nil: without end.
  public var ttlMs: Int64?
  /// How often a client should ask, in milliseconds.
  public var pollIntervalMs: Int64

  /// A task that has just begun.
  public init(id: String, createdAt: String, ttlMs: Int64?, pollIntervalMs: Int64) {
    self.id = id
    status = .working
    self.createdAt = createdAt
    lastUpdatedAt = createdAt
    self.ttlMs = ttlMs
    self.pollIntervalMs = pollIntervalMs
  }

  /// The members that every message about the task has. `isCore`: as 2025-11-25 names them.
  public func members(isCore: Bool) -> JSONObject {
    var object: JSONObject = ["taskId": .string(id), "status": .string(status.rawValue)]
    if let statusMessage { object["statusMessage"] = .string(statusMessage) }
    object["createdAt"] = .string(createdAt)
    object["lastUpdatedAt"] = .string(lastUpdatedAt)
    object[isCore ? "ttl" : "ttlMs"] = ttlMs.map { JSONValue($0) } ?? .null
    object[isCore ? "pollInterval" : "pollIntervalMs"] = JSONValue(pollIntervalMs)
    return object
  }

  /// The answer to the call that became the task: `CreateTaskResult`.
  public func created(isCore: Bool) -> JSONObject {
    if isCore { return ["task": .object(members(isCore: true))] }
    var object: JSONObject = ["resultType": "task"]
    for (name, value) in members(isCore: false) { object[name] = value }
    return object
  }

  /// The member of `_meta` that tells which task a message belongs to (2025-11-25).
  public static let relatedTask = "io.modelcontextprotocol/related-task"

  /// An object whose `_meta` names the task, behind what it has there already.
  public func related(_ object: JSONObject) -> JSONObject {
    var object = object
    var meta = object["_meta"]?.object ?? [:]
    meta[TaskDescription.relatedTask] = ["taskId": .string(id)]
    object["_meta"] = .object(meta)
    return object
  }
}
