public import Glibc

/// A validated value inside a text: its bytes, borrowed, from its first to its last.
///
/// It lives as long as the text it was scanned from.
@frozen
public struct JSONSlice {
  /// Where the value begins.
  public let start: UnsafeRawPointer

  /// How many bytes it has, without white space around it.
  public let count: Int

  /// What it is.
  public let kind: JSONKind

  /// Whether it is a string whose content holds a `\`.
  @usableFromInline let hasEscapes: Bool

  /// A slice of bytes that are known to be one valid value without white space around it.
  @inlinable @inline(__always)
  public init(uncheckedStart start: UnsafeRawPointer, count: Int, kind: JSONKind) {
    self.start = start
    self.count = count
    self.kind = kind
    hasEscapes =
      kind == .string
      && UnsafeRawBufferPointer(start: start, count: count).contains(UInt8(ascii: "\\"))
  }

  /// The same for a value that was scanned.
  @inline(__always)
  init(scanned start: UnsafeRawPointer, count: Int, kind: JSONKind, hasEscapes: Bool = false) {
    self.start = start
    self.count = count
    self.kind = kind
    self.hasEscapes = hasEscapes
  }

  /// The value's bytes.
  @inlinable
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: count)
  }

  /// The value's JSON text, copied.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A cursor over this value, which kept its limits when it was validated. Its errors count
  /// positions from the start of the value.
  @inlinable
  public func cursor() -> JSONCursor {
    JSONCursor(bytes, limits: JSONLimits(depth: JSONLimits.greatestDepth, bytes: .max))
  }

  /// The value as a tree.
  public var value: JSONValue {
    get throws(JSONError) { try JSONValue(parsing: bytes, limits: cursor().limits) }
  }

  /// The content of a string; nil for a value of another kind.
  @inlinable
  public var string: JSONStringSlice? {
    guard kind == .string else { return nil }
    return JSONStringSlice(
      raw: UnsafeRawBufferPointer(start: start + 1, count: count - 2), hasEscapes: hasEscapes)
  }
}

/// A validated string inside a text: the bytes between its quotes, borrowed, escapes unresolved.
///
/// It lives as long as the text it was scanned from.
@frozen
public struct JSONStringSlice {
  /// The bytes between the quotes, as they stand in the text.
  public let raw: UnsafeRawBufferPointer

  /// Whether ``raw`` holds a `\`. Where it does not, ``raw`` is the string in UTF-8.
  public let hasEscapes: Bool

  /// A slice of bytes that are known to be valid between the quotes of a JSON string.
  @inlinable
  public init(raw: UnsafeRawBufferPointer, hasEscapes: Bool) {
    self.raw = raw
    self.hasEscapes = hasEscapes
  }

  /// The string, escapes resolved.
  public var decoded: String {
    hasEscapes
      ? StringDecoding.string(raw)
      : String(decoding: raw, as: UTF8.self)
  }

  /// Appends the string in UTF-8 to `output`, escapes resolved.
  public func appendDecoded(to output: inout [UInt8]) {
    if hasEscapes {
      StringDecoding.decode(raw) { output.append($0) }
    } else {
      output.append(contentsOf: raw)
    }
  }

  /// Whether this is the string `other`, byte by byte in UTF-8. Compares without an allocation.
  @inlinable @inline(__always)
  public static func == (slice: JSONStringSlice, other: StaticString) -> Bool {
    guard other.hasPointerRepresentation else { return slice.equals(String(describing: other)) }
    guard !slice.hasEscapes else {
      return slice.equalsEscaped(
        UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }
    // The count is the literal's, so that the comparison is made in place.
    let count = other.utf8CodeUnitCount
    return slice.raw.count == count
      && (count == 0
        || memcmp(slice.raw.baseAddress.unsafelyUnwrapped, other.utf8Start, count) == 0)
  }

  /// Whether this is not the string `other`.
  @inlinable @inline(__always)
  public static func != (slice: JSONStringSlice, other: StaticString) -> Bool {
    !(slice == other)
  }

  /// Whether this is the string `other`, byte by byte in UTF-8.
  public func equals(_ other: String) -> Bool {
    var other = other
    return other.withUTF8 { equals(UnsafeRawBufferPointer($0)) }
  }

  /// Whether this is the string whose UTF-8 is `other`.
  @inlinable
  public func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard !hasEscapes else { return equalsEscaped(other) }
    guard raw.count == other.count else { return false }
    guard let address = other.baseAddress else { return true }
    return sameBytes(raw, address)
  }

  /// ``equals(_:)`` for a string with escapes: decodes and compares a byte at a time.
  @usableFromInline @inline(never)
  func equalsEscaped(_ other: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    var same = true
    StringDecoding.decode(raw) { byte in
      if index < other.count, other[index] == byte { index += 1 } else { same = false }
    }
    return same && index == other.count
  }
}

/// The name of an object's member inside a text.
public typealias JSONKey = JSONStringSlice

/// A validated number inside a text.
///
/// It lives as long as the text it was scanned from.
@frozen
public struct JSONNumberSlice {
  /// The number as it stands in the text.
  public let raw: UnsafeRawBufferPointer

  /// Whether the number is written without a fraction and an exponent.
  public let isInteger: Bool

  @inlinable
  init(raw: UnsafeRawBufferPointer, isInteger: Bool) {
    self.raw = raw
    self.isInteger = isInteger
  }

  /// The number as an Int64; nil where it is written otherwise or does not fit.
  public var int: Int64? {
    isInteger ? DecimalText.int64(raw) : nil
  }

  /// The number as a value that loses nothing.
  public var number: JSONNumber { JSONNumber(validated: raw, isInteger: isInteger) }

  /// The nearest Double; nil where that would be infinite.
  public var double: Double? { number.double }
}

/// Whether `bytes` equal as many bytes at `other`.
@inlinable @inline(__always)
func sameBytes(_ bytes: UnsafeRawBufferPointer, _ other: UnsafeRawPointer) -> Bool {
  bytes.count == 0 || memcmp(bytes.baseAddress.unsafelyUnwrapped, other, bytes.count) == 0
}
