import Glibc

/// A pull scanner over the borrowed bytes of one JSON text (RFC 8259).
///
/// It validates everything that it passes over, builds no tree and allocates nothing unless a
/// String or an error is asked for. The bytes must outlive the cursor and every slice it gives. A
/// copy of a cursor is a saved position. All duplicate members of an object are shown, in order.
///
///     var cursor = JSONCursor(bytes)
///     try cursor.beginObject()
///     while let key = try cursor.nextKey() {
///       if key == "name" { name = try cursor.string() }   // a value not read is skipped
///     }
///     try cursor.finish()
///
/// After an error the cursor is of no further use.
@frozen
public struct JSONCursor {
  /// What the grammar allows at the current position.
  @frozen
  @usableFromInline
  enum State: UInt8 {
    /// Nothing was read; the top value is next.
    case start
    /// A value is next.
    case value
    /// The first member or element of a container, or its end, is next.
    case first
    /// A value just ended: `,` or the container's end is next, or the end of the text.
    case after
  }

  @usableFromInline let text: JSONText
  @usableFromInline var position: UnsafePointer<UInt8>
  @usableFromInline var state: State

  @usableFromInline var open: Int

  /// A cursor before the top value of `bytes`.
  @inlinable
  public init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()) {
    text = JSONText(bytes, limits: limits)
    position = text.start
    state = .start
    open = 0
  }

  /// How many containers are open here.
  @inlinable
  public var depth: Int { open }

  /// The limits that the cursor keeps.
  public var limits: JSONLimits { JSONLimits(depth: text.depth, bytes: text.bytes) }

  /// How many bytes lie before the current position.
  @inlinable
  public var offset: Int { position - text.start }

  /// The value that starts at this position and ends at that of `other`, a copy that has read it.
  /// The caller has looked at its kind first, so that the position is the value's own.
  public func slice(to other: JSONCursor) -> JSONSlice {
    JSONSlice(
      uncheckedStart: position, count: other.position - position,
      kind: JSONKind(firstByte: text.byte(position)) ?? .null)
  }

  /// The error of `kind` at the current position, for a reader that refuses a valid value.
  public func error(_ kind: JSONError.Kind) -> JSONError {
    text.failure(kind, at: position)
  }

  /// Moves to the first byte of the value that is next.
  @inline(__always)
  mutating func toValue() throws(JSONError) {
    if state != .value { try start() }
    position = text.whitespace(position)
  }

  /// Begins with the top value.
  @inline(never)
  private mutating func start() throws(JSONError) {
    guard state == .start else { throw text.failure(.outOfOrder, at: position) }
    try text.checkStart()
    state = .value
  }

  /// What the next value is, by its first byte. Reads nothing.
  public mutating func kind() throws(JSONError) -> JSONKind {
    try toValue()
    guard let kind = JSONKind(firstByte: text.byte(position)) else {
      throw text.failure(.expectedValue, at: position)
    }
    return kind
  }

  /// The error where a value of another kind, or no value at all, stands here.
  @inline(never)
  func mismatch(_ kind: JSONError.Kind) -> JSONError {
    let isValue = JSONKind(firstByte: text.byte(position)) != nil
    return text.failure(isValue ? kind : .expectedValue, at: position)
  }

  /// Passes over the next value where the text there begins with `known`, an object or array that
  /// a cursor with no greater limits has read: such a value ends where its text ends. False, and
  /// nothing is passed, where it does not.
  @inline(__always)
  public mutating func skip(_ known: UnsafeRawBufferPointer) throws(JSONError) -> Bool {
    try toValue()
    let count = known.count
    guard count > 0, text.end - position >= count,
      memcmp(position, known.baseAddress.unsafelyUnwrapped, count) == 0
    else { return false }
    position += count
    state = .after
    return true
  }

  // MARK: Containers

  @inline(__always)
  private mutating func begin(_ byte: UInt8, _ kind: JSONError.Kind) throws(JSONError) {
    try toValue()
    guard text.byte(position) == byte else { throw mismatch(kind) }
    guard depth < text.depth else { throw text.tooDeep(position) }
    position += 1
    open += 1
    state = .first
  }

  /// Enters an object. Its members follow by ``nextKey()``.
  public mutating func beginObject() throws(JSONError) {
    try begin(UInt8(ascii: "{"), .expectedObject)
  }

  /// Enters an array. Its elements follow by ``nextElement()``.
  public mutating func beginArray() throws(JSONError) {
    try begin(UInt8(ascii: "["), .expectedArray)
  }

  /// The name of the object's next member, whose value is then next; nil at the object's end,
  /// which leaves the object. A value that was not read is validated and skipped.
  public mutating func nextKey() throws(JSONError) -> JSONKey? {
    try passUnread()
    var here = text.whitespace(position)
    var next = text.byte(here)
    if next == UInt8(ascii: "}") {
      leave(here)
      return nil
    }
    if state == .after {
      guard next == UInt8(ascii: ",") else {
        throw text.failure(.expectedCommaOrObjectEnd, at: here)
      }
      here = text.whitespace(here + 1)
      next = text.byte(here)
    }
    guard next == UInt8(ascii: "\"") else {
      throw text.failure(state == .after ? .expectedKeyAfterComma : .expectedKey, at: here)
    }
    var hasEscapes = false
    let start = here + 1
    let end = try text.string(start, hasEscapes: &hasEscapes)
    position = try text.colon(end + 1)
    state = .value
    return JSONKey(
      raw: UnsafeRawBufferPointer(start: start, count: end - start), hasEscapes: hasEscapes)
  }

  /// Whether the array has another element, which is then next; false leaves the array. An element
  /// that was not read is validated and skipped.
  public mutating func nextElement() throws(JSONError) -> Bool {
    try passUnread()
    let here = text.whitespace(position)
    let next = text.byte(here)
    if next == UInt8(ascii: "]") {
      leave(here)
      return false
    }
    if state == .after {
      guard next == UInt8(ascii: ",") else {
        throw text.failure(.expectedCommaOrArrayEnd, at: here)
      }
      position = here + 1
    }
    state = .value
    return true
  }

  @inline(__always)
  private mutating func passUnread() throws(JSONError) {
    if state == .value { _ = try skipValue() }
    guard depth > 0, state != .start else { throw text.failure(.outOfOrder, at: position) }
  }

  @inline(__always)
  private mutating func leave(_ end: UnsafePointer<UInt8>) {
    position = end + 1
    open -= 1
    state = .after
  }

  // MARK: Values

  /// Validates the next value with all that it holds and passes over it.
  public mutating func skipValue() throws(JSONError) -> JSONSlice {
    try toValue()
    let start = position
    if text.byte(start) == UInt8(ascii: "\"") {
      var hasEscapes = false
      position = try text.string(start + 1, hasEscapes: &hasEscapes) + 1
      state = .after
      return JSONSlice(
        scanned: start, count: position - start, kind: .string, hasEscapes: hasEscapes)
    }
    position = try text.skip(start, depth: text.depth - depth)
    state = .after
    // A value that was skipped without an error begins with one of the known bytes.
    let kind: JSONKind =
      switch start.pointee {
      case UInt8(ascii: "{"): .object
      case UInt8(ascii: "["): .array
      case UInt8(ascii: "t"): .true
      case UInt8(ascii: "f"): .false
      case UInt8(ascii: "n"): .null
      default: .number
      }
    return JSONSlice(scanned: start, count: position - start, kind: kind)
  }

  /// Reads a string.
  public mutating func string() throws(JSONError) -> JSONStringSlice {
    try toValue()
    guard text.byte(position) == UInt8(ascii: "\"") else { throw mismatch(.expectedString) }
    var hasEscapes = false
    let start = position + 1
    let end = try text.string(start, hasEscapes: &hasEscapes)
    position = end + 1
    state = .after
    return JSONStringSlice(
      raw: UnsafeRawBufferPointer(start: start, count: end - start), hasEscapes: hasEscapes)
  }

  /// Reads a number.
  public mutating func number() throws(JSONError) -> JSONNumberSlice {
    try toValue()
    guard JSONKind(firstByte: text.byte(position)) == .number else {
      throw mismatch(.expectedNumber)
    }
    var isInteger = true
    let start = position
    position = try text.number(start, isInteger: &isInteger)
    state = .after
    return JSONNumberSlice(
      raw: UnsafeRawBufferPointer(start: start, count: position - start), isInteger: isInteger)
  }

  /// Reads a number that is written as an integer and fits 64 bits.
  public mutating func int() throws(JSONError) -> Int64 {
    let saved = self
    guard let value = try number().int else {
      throw saved.text.failure(.expectedInteger, at: saved.text.whitespace(saved.position))
    }
    return value
  }

  /// Reads `true` or `false`.
  public mutating func bool() throws(JSONError) -> Bool {
    try toValue()
    let first = text.byte(position)
    guard first == UInt8(ascii: "t") || first == UInt8(ascii: "f") else {
      throw mismatch(.expectedBool)
    }
    position = try text.literal(position)
    state = .after
    return first == UInt8(ascii: "t")
  }

  /// Reads `null`.
  public mutating func null() throws(JSONError) {
    try toValue()
    guard text.byte(position) == UInt8(ascii: "n") else { throw mismatch(.expectedNull) }
    position = try text.literal(position)
    state = .after
  }

  /// Checks that only white space is left. A top value that was not read is validated first.
  public mutating func finish() throws(JSONError) {
    if depth == 0, state != .after { _ = try skipValue() }
    guard depth == 0 else { throw text.failure(.outOfOrder, at: position) }
    position = text.whitespace(position)
    guard position == text.end else { throw text.failure(.expectedEnd, at: position) }
  }

  /// Checks that `bytes` are one JSON text, and gives its value without the white space around it.
  public static func validate(
    _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> JSONSlice {
    var cursor = JSONCursor(bytes, limits: limits)
    let slice = try cursor.skipValue()
    try cursor.finish()
    return slice
  }
}
