/// Why a pattern does not compile, or why a search was given up.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong.
  public enum Kind: UInt8, Sendable, Hashable {
    /// The source breaks the grammar of its dialect.
    case syntax
    /// The source is valid in its dialect, but PCRE2 cannot express it.
    case unsupported
    /// The source, or what it compiles to, is larger than the bounds allow.
    case tooLarge
    /// A search took more steps, time or memory than the bounds allow. There is no verdict.
    case searchLimit
    /// The subject is not UTF-8.
    case invalidSubject
  }

  /// What went wrong.
  public let kind: Kind

  /// Where in the source, in bytes of UTF-8; nil for an error of a search.
  public let offset: Int?

  /// What was found and what was expected.
  public let message: String

  init(_ kind: Kind, at offset: Int? = nil, _ message: String) {
    self.kind = kind
    self.offset = offset
    self.message = message
  }

  /// The message with its place.
  public var description: String {
    guard let offset else { return "pattern: \(message)" }
    return "pattern at byte \(offset): \(message)"
  }
}
