public import JSON

/// The code of an error (JSON-RPC 2.0, section 5.1). MCP's own lie in -32000 … -32099; those of an
/// application belong outside -32768 … -32000.
public struct ErrorCode: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral,
  CustomStringConvertible
{
  /// The number on the wire.
  public let rawValue: Int

  /// The code with the number `rawValue`.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The code with the number of a literal.
  public init(integerLiteral value: Int) { rawValue = value }

  /// The text is not JSON.
  public static let parseError: ErrorCode = -32700
  /// The JSON is not a message.
  public static let invalidRequest: ErrorCode = -32600
  /// The method does not exist or is not available.
  public static let methodNotFound: ErrorCode = -32601
  /// The parameters are not those of the method.
  public static let invalidParams: ErrorCode = -32602
  /// The server failed.
  public static let internalError: ErrorCode = -32603
  /// MCP up to 2025-11-25: there is no such resource. Later revisions use ``invalidParams``.
  public static let resourceNotFound: ErrorCode = -32002
  /// MCP 2026-07-28: an HTTP header is missing or contradicts the message.
  public static let headerMismatch: ErrorCode = -32020
  /// MCP 2026-07-28: the request needs a capability that the client did not declare.
  public static let missingRequiredClientCapability: ErrorCode = -32021
  /// MCP 2026-07-28: the server does not speak the requested revision.
  public static let unsupportedProtocolVersion: ErrorCode = -32022
  /// MCP 2025-11-25: the client must first complete a URL elicitation.
  public static let urlElicitationRequired: ErrorCode = -32042

  /// The number.
  public var description: String { String(rawValue) }
}

/// The `error` member of a response (JSON-RPC 2.0, section 5.1).
public struct ErrorObject: Error, Hashable, Sendable {
  /// What kind of error it is.
  public var code: ErrorCode

  /// One sentence for people.
  public var message: String

  /// More, in a shape that the code defines.
  public var data: JSONValue?

  /// An error with its parts.
  public init(code: ErrorCode, message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// The error that a response's `error` member says. Throws ``EnvelopeError`` where `code` is not
  /// an integer or `message` not a string. Other members are passed over.
  public init(_ slice: JSONSlice) throws(EnvelopeError) {
    var cursor = slice.cursor(limits: JSONLimits(depth: JSONLimits.greatestDepth, bytes: .max))
    var code: Int?
    var message: String?
    var data: JSONValue?
    do {
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        if key == "code" {
          code = Int(try cursor.int())
        } else if key == "message" {
          message = try cursor.string().decoded
        } else if key == "data" {
          data = try cursor.value()
        }
      }
    } catch {
      throw EnvelopeError.invalid("in the member \"error\": \(error.message)")
    }
    guard let code, let message else {
      throw EnvelopeError.invalid(
        "the member \"error\" lacks \"\(code == nil ? "code" : "message")\"")
    }
    self.init(code: ErrorCode(rawValue: code), message: message, data: data)
  }
}

extension ErrorObject: CustomStringConvertible {
  /// The code and the message.
  public var description: String { "\(message) (\(code))" }
}
