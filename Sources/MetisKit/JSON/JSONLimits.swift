/// Bounds on a JSON text, checked while it is scanned. RFC 8259, section 9, lets a parser set them.
@frozen
public struct JSONLimits: Sendable, Hashable {
  /// The greatest depth that any limits can allow. It keeps the recursion of a tree (parse, write,
  /// compare, release) far below the smallest thread stack.
  public static let greatestDepth = 512

  /// How many arrays and objects may stand inside each other: `[[1]]` has depth 2.
  /// Values above ``greatestDepth`` count as ``greatestDepth``.
  public var depth: Int

  /// How many bytes a text may have.
  public var bytes: Int

  /// Limits with the given bounds: by default depth 64 and 64 MiB.
  @inlinable
  public init(depth: Int = 64, bytes: Int = 64 << 20) {
    self.depth = depth
    self.bytes = bytes
  }
}

/// What a JSON value is, known from its first byte.
@frozen
public enum JSONKind: UInt8, Sendable, Hashable, CustomStringConvertible {
  case object
  case array
  case string
  case number
  case `true`
  case `false`
  case null

  /// The kind of a value that begins with `byte`, or nil where no value begins so.
  @inlinable
  public init?(firstByte byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): self = .string
    case UInt8(ascii: "{"): self = .object
    case UInt8(ascii: "["): self = .array
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): self = .number
    case UInt8(ascii: "t"): self = .true
    case UInt8(ascii: "f"): self = .false
    case UInt8(ascii: "n"): self = .null
    default: return nil
    }
  }

  /// The kind in words, for messages: "an object", "a string", "true".
  public var description: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .true: "true"
    case .false: "false"
    case .null: "null"
    }
  }
}
