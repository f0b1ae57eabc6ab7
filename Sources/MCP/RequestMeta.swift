public import JSON

/// `params._meta` of a request, as slices of the message that carries it.
///
/// Source: "General fields" of the 2026-07-28 specification; `progressToken` since 2024-11-05.
public struct RequestMeta {
  /// The whole object; nil where the request has none.
  public var raw: JSONSlice?
  /// `io.modelcontextprotocol/protocolVersion`.
  public var protocolVersion: JSONStringSlice?
  /// `io.modelcontextprotocol/clientCapabilities`: an object.
  public var clientCapabilities: JSONSlice?
  /// `io.modelcontextprotocol/clientInfo`: an object.
  public var clientInfo: JSONSlice?
  /// `io.modelcontextprotocol/logLevel`.
  public var logLevel: LogLevel?
  /// A string or an integer.
  public var progressToken: JSONSlice?
  /// `dev.metis/seed`: the seed of this call, a number from 0 to 2^63-1.
  public var seed: UInt64?

  init() {}

  /// Reads the object that is next; returns what is wrong with a member.
  mutating func read(_ cursor: inout JSONCursor) throws(JSONError) -> MCPError? {
    var problem: MCPError?
    let before = cursor
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key.raw.count {
      case 13 where key == "progressToken":
        let value = try cursor.skipValue()
        guard value.kind == .string || value.kind == .number, progressToken == nil else {
          problem = .incompleteMeta("params._meta.progressToken must be one string or number")
          break
        }
        progressToken = value
      case 14 where key == "dev.metis/seed":
        let value = try cursor.skipValue()
        guard value.kind == .number, let given = UInt64(value.text), given >> 63 == 0 else {
          problem = .incompleteMeta(
            "params._meta['dev.metis/seed'] must be a whole number from 0 to 2^63-1")
          break
        }
        seed = given
      case 32 where key == "io.modelcontextprotocol/logLevel":
        let value = try cursor.skipValue()
        guard let string = value.string, let level = LogLevel(string) else {
          problem = .incompleteMeta(
            "params._meta['io.modelcontextprotocol/logLevel'] must be one of " + LogLevel.allNames)
          break
        }
        logLevel = level
      case 34 where key == "io.modelcontextprotocol/clientInfo":
        let value = try cursor.skipValue()
        guard value.kind == .object else {
          problem = .incompleteMeta(
            "params._meta['io.modelcontextprotocol/clientInfo'] must be an object")
          break
        }
        clientInfo = value
      case 39 where key == "io.modelcontextprotocol/protocolVersion":
        let value = try cursor.skipValue()
        guard let string = value.string, protocolVersion == nil else {
          problem = .incompleteMeta(
            "params._meta['io.modelcontextprotocol/protocolVersion'] must be one string")
          break
        }
        protocolVersion = string
      case 42 where key == "io.modelcontextprotocol/clientCapabilities":
        let value = try cursor.skipValue()
        guard value.kind == .object, clientCapabilities == nil else {
          problem = .incompleteMeta(
            "params._meta['io.modelcontextprotocol/clientCapabilities'] must be one object")
          break
        }
        clientCapabilities = value
      default: break
      }
    }
    raw = before.slice(to: cursor)
    return problem
  }
}

/// The levels of `notifications/message`: those of RFC 5424, least severe first.
public enum LogLevel: UInt8, CaseIterable, Comparable, Sendable {
  case debug, info, notice, warning, error, critical, alert, emergency

  /// The name on the wire.
  public var name: StaticString {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .notice: "notice"
    case .warning: "warning"
    case .error: "error"
    case .critical: "critical"
    case .alert: "alert"
    case .emergency: "emergency"
    }
  }

  /// Finds a level by its name on the wire.
  public init?(_ text: JSONStringSlice) {
    for level in LogLevel.allCases where text == level.name {
      self = level
      return
    }
    return nil
  }

  static var allNames: String {
    LogLevel.allCases.map { $0.name.description }.joined(separator: ", ")
  }

  /// Less severe levels come first.
  public static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}
