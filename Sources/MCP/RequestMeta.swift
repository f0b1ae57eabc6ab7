public import JSON
import JSONRPC

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

  private static let prefix: StaticString = "io.modelcontextprotocol/"

  init(_ slice: JSONSlice) throws(MCPError) {
    guard slice.kind == .object else {
      throw .invalidParams("params._meta must be an object")
    }
    raw = slice
    do {
      var cursor = slice.cursor()
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        if key == "progressToken" {
          let value = try cursor.skipValue()
          guard value.kind == .string || value.kind == .number, progressToken == nil else {
            throw MCPError.invalidParams(
              "params._meta.progressToken must be one string or number")
          }
          progressToken = value
        } else if key == "dev.metis/seed" {
          guard let given = try? cursor.int(), given >= 0 else {
            throw MCPError.invalidParams(
              "params._meta['dev.metis/seed'] must be a whole number from 0 to 2^63-1")
          }
          seed = UInt64(given)
        } else if key.raw.count > RequestMeta.prefix.utf8CodeUnitCount {
          try takeReserved(key, &cursor)
        } else {
          _ = try cursor.skipValue()
        }
      }
    } catch let error as MCPError {
      throw error
    } catch {
      throw .invalidParams("params._meta is malformed")
    }
  }

  private mutating func takeReserved(
    _ key: JSONKey, _ cursor: inout JSONCursor
  ) throws {
    let value = try cursor.skipValue()
    if key == "io.modelcontextprotocol/protocolVersion" {
      guard let string = value.string, protocolVersion == nil else {
        throw MCPError.invalidParams(
          "params._meta['io.modelcontextprotocol/protocolVersion'] must be one string")
      }
      protocolVersion = string
    } else if key == "io.modelcontextprotocol/clientCapabilities" {
      guard value.kind == .object, clientCapabilities == nil else {
        throw MCPError.invalidParams(
          "params._meta['io.modelcontextprotocol/clientCapabilities'] must be one object")
      }
      clientCapabilities = value
    } else if key == "io.modelcontextprotocol/clientInfo" {
      guard value.kind == .object else {
        throw MCPError.invalidParams(
          "params._meta['io.modelcontextprotocol/clientInfo'] must be an object")
      }
      clientInfo = value
    } else if key == "io.modelcontextprotocol/logLevel" {
      guard let string = value.string, let level = LogLevel(string) else {
        throw MCPError.invalidParams(
          "params._meta['io.modelcontextprotocol/logLevel'] must be one of "
            + LogLevel.allNames)
      }
      logLevel = level
    }
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

  public static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}
