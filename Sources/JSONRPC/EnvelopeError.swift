/// Why bytes are not a message: what the error response to them says.
public struct EnvelopeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// ``ErrorCode/parseError`` or ``ErrorCode/invalidRequest``.
  public let code: ErrorCode

  /// What was found and what was expected.
  public let message: String

  /// The id of the message where it is known beyond doubt.
  public let id: RequestID?

  /// An error with its parts.
  public init(code: ErrorCode, message: String, id: RequestID? = nil) {
    self.code = code
    self.message = message
    self.id = id
  }

  static func invalid(_ message: String, id: RequestID? = nil) -> EnvelopeError {
    EnvelopeError(code: .invalidRequest, message: "Invalid request: " + message, id: id)
  }

  /// The error as the member of a response.
  public var object: ErrorObject { ErrorObject(code: code, message: message) }

  /// The message with the code.
  public var description: String { "\(message) (\(code))" }
}
