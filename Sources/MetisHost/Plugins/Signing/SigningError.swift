/// Why a key or a signature could not be read, made or accepted.
public struct SigningError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found and what was expected.
  public var message: String

  /// An error with this text.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}
