import JSON
import MCP
import MetisPluginAPI

/// The `tasks/…` methods, and calls that become tasks.
extension Loop {
  /// Answers one of the `tasks/…` methods.
  func performTask(_ method: Method, _ request: Request) throws(MCPError) {
    throw .methodNotFound(method.name.description)
  }

  /// Whether `params.task` of a call (2025-11-25) is well formed and its target allows it.
  func checkTask(
    _ route: UnsafePointer<Snapshot.Route>, _ request: Request, _ task: JSONSlice
  ) throws(MCPError) {}

  /// The call starts as a task; its parameters were checked.
  func startAsTask(_ call: Call, _ task: JSONSlice) {}

  /// METIS_EMIT_TASK: the call goes on as a task. [loop-thread]
  func becomeTask(_ call: Call, _ json: JSONSlice) -> Int32 { METIS_UNSUPPORTED }

  /// A call whose answer belongs to a task has ended: with a result of MCP or an error.
  func finishTask(_ task: UInt64, _ call: Call, _ outcome: Result<[UInt8], MCPError>) {}
}
