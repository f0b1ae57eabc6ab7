public import JSON
public import JSONRPC

/// An error as a client sees it: a JSON-RPC error object and the status that HTTP gives it.
///
/// This is the one place where errors get their codes and statuses. Source: the error table of
/// the 2026-07-28 specification ("Error handling", "Streamable HTTP").
public struct MCPError: Error, Sendable {
  /// The JSON-RPC code.
  public let code: Int
  /// What was found, what was expected, what to do.
  public let message: String
  /// More, for programs.
  public let data: JSONValue?
  /// The HTTP status in the modern era; legacy answers carry errors with 200 unless the message
  /// could not be taken as a request at all.
  public let status: Int

  init(code: Int, status: Int, _ message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
    self.status = status
  }

  /// -32700: the text is not JSON.
  public static func parse(_ detail: String) -> MCPError {
    MCPError(code: -32700, status: 400, "Parse error: \(detail)")
  }

  /// -32600: JSON, but not a JSON-RPC message that this endpoint takes.
  public static func invalidRequest(_ detail: String, status: Int = 400) -> MCPError {
    MCPError(code: -32600, status: status, detail)
  }

  /// -32601: a method that the client's revision does not have, or nobody has.
  public static func methodNotFound(_ method: String) -> MCPError {
    MCPError(
      code: -32601, status: 404, "Method not found", data: .string(String(method.prefix(256))))
  }

  /// -32602: the parameters of a known method.
  public static func invalidParams(_ message: String, data: JSONValue? = nil) -> MCPError {
    MCPError(code: -32602, status: 400, message, data: data)
  }

  /// -32602: the envelope in `_meta` is incomplete or malformed.
  public static func incompleteMeta(_ message: String) -> MCPError {
    MCPError(code: -32602, status: 400, message)
  }

  static func duplicate(_ name: StaticString) -> MCPError {
    .invalidParams("params.\(name) stands twice; it may stand once")
  }

  /// -32602: no tool of this name.
  public static func unknownTool(_ name: String) -> MCPError {
    .invalidParams("Unknown tool: \(name.prefix(256))")
  }

  /// -32602: no prompt of this name.
  public static func unknownPrompt(_ name: String) -> MCPError {
    .invalidParams("Unknown prompt: \(name.prefix(256))")
  }

  /// No resource of this URI: -32602 in 2026-07-28 (SEP-2164), -32002 before.
  public static func unknownResource(_ uri: String, _ revision: ProtocolRevision) -> MCPError {
    let shown = String(uri.prefix(2048))
    return MCPError(
      code: RevisionTraits.of(revision).resourceNotFound, status: 400,
      "Unknown resource: \(shown.prefix(256))", data: ["uri": .string(shown)])
  }

  /// -32602: `completion/complete` for a resource or template that is not there.
  public static func unknownTemplate(_ uri: String) -> MCPError {
    .invalidParams("Unknown resource template: \(uri.prefix(256))")
  }

  /// -32603: the server's fault.
  public static func internalError(_ message: String, data: JSONValue? = nil) -> MCPError {
    MCPError(code: -32603, status: 200, message, data: data)
  }

  /// -32020: a header and the body tell different things.
  public static func headerMismatch(_ message: String) -> MCPError {
    MCPError(code: -32020, status: 400, message)
  }

  /// -32022: a revision that this server does not speak, or not in this era.
  public static func unsupportedVersion(
    requested: String, supported: [ProtocolRevision] = [.july2026]
  ) -> MCPError {
    MCPError(
      code: -32022, status: 400, "Unsupported protocol version",
      data: .object([
        "supported": .array(supported.map { .string($0.name.description) }),
        "requested": .string(String(requested.prefix(64))),
      ]))
  }

  /// -32021: the request needs something of the client that it did not declare;
  /// `capabilities`: `ClientCapabilities` that would do.
  public static func missingCapability(_ capabilities: JSONValue, _ message: String) -> MCPError {
    MCPError(
      code: -32021, status: 400, message, data: ["requiredCapabilities": capabilities])
  }

  /// -32021: the request does not declare the extension for tasks.
  public static var tasksUndeclared: MCPError {
    .missingCapability(
      ["extensions": [ClientCapabilities.tasksExtension: [:]]],
      "The request needs the extension \(ClientCapabilities.tasksExtension) in its client "
        + "capabilities")
  }

  /// -32601: a tool that runs as a task alone was called without one (2025-11-25, "Tasks").
  public static var taskRequired: MCPError {
    MCPError(
      code: -32601, status: 404, "This tool runs as a task alone: send params.task with the call")
  }

  /// -32601: a tool that never runs as a task was called as one (2025-11-25, "Tasks").
  public static var taskForbidden: MCPError {
    MCPError(
      code: -32601, status: 404, "This tool does not run as a task: leave params.task out")
  }

  /// -32602: no task of this name, for this client.
  public static func unknownTask(_ id: String) -> MCPError {
    .invalidParams("Unknown task: \(id.prefix(256))")
  }

  /// The codes of the reserved range that a strategy may fail with: those that JSON-RPC and MCP
  /// define for what a server finds out about a request.
  public static let strategyCodes: Set<Int> = [
    -32600, -32601, -32602, -32603, -32002, -32020, -32021, -32022, -32042,
  ]

  /// A strategy's own error; its code stands outside the reserved range or is one of
  /// ``strategyCodes``.
  public static func strategy(code: Int, message: String, data: JSONValue?) -> MCPError {
    MCPError(code: code, status: badRequests.contains(code) ? 400 : 200, message, data: data)
  }

  /// What the specification answers with 400 ("Streamable HTTP", 2026-07-28).
  private static let badRequests: Set<Int> = [-32020, -32021, -32022]

  /// The error as clients of a revision know it.
  public func known(to revision: ProtocolRevision) -> MCPError {
    let known = RevisionTraits.errorCode(code, revision)
    return known == code ? self : MCPError(code: known, status: status, message, data: data)
  }

  /// What answered HTTP before any JSON-RPC message was understood.
  public static func http(_ status: Int, _ message: String) -> MCPError {
    MCPError(code: -32600, status: status, message)
  }

  /// As the error member of a JSON-RPC response.
  public var object: ErrorObject {
    ErrorObject(code: ErrorCode(rawValue: code), message: message, data: data)
  }
}
