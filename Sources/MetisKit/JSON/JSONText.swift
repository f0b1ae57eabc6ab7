/// The borrowed bytes of a text, and the scanners of its tokens.
///
/// Each scanner takes a position inside the text and gives the position after what it checked. A
/// position equal to ``end`` is never read.
@frozen
@usableFromInline
struct JSONText {
  @usableFromInline typealias Position = UnsafePointer<UInt8>

  @usableFromInline let start: Position
  @usableFromInline let end: Position

  /// How many containers may stand inside each other.
  @usableFromInline let depth: Int

  /// How many bytes the text may have.
  @usableFromInline let bytes: Int

  @inlinable
  init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
    // An empty buffer may have no address; the stand-in is never read.
    let base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
    start = base.assumingMemoryBound(to: UInt8.self)
    end = start + bytes.count
    depth = min(limits.depth, JSONLimits.greatestDepth)
    self.bytes = limits.bytes
  }

  /// The byte at `position`, or 0 at the end. No byte 0 has a place outside strings, so the two
  /// need no distinction before an error is made.
  @inlinable @inline(__always)
  func byte(_ position: Position) -> UInt8 {
    position < end ? position.pointee : 0
  }

  /// Passes over white space: space, tab, line feed, carriage return.
  @inlinable @inline(__always)
  func whitespace(_ position: Position) -> Position {
    if position < end, position.pointee > 0x20 { return position }
    return whitespaceRun(position)
  }

  @inlinable
  func whitespaceRun(_ position: Position) -> Position {
    var position = position
    while position < end {
      let byte = position.pointee
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { break }
      position += 1
    }
    return position
  }

  /// The error of `kind` at `position`, with its line and column, which are counted only now.
  @usableFromInline @inline(never)
  func failure(_ kind: JSONError.Kind, at position: Position) -> JSONError {
    failure(kind, at: position, detail: position < end ? UInt32(position.pointee) : 256)
  }

  /// The error of `kind` with a limit or a found byte as its detail.
  @inline(never)
  func failure(_ kind: JSONError.Kind, at position: Position, detail: UInt32) -> JSONError {
    var line: UInt32 = 1
    var column: UInt32 = 1
    var scan = start
    while scan < position, scan < end {
      if scan.pointee == 0x0a {
        line &+= 1
        column = 1
      } else if scan.pointee & 0xc0 != 0x80 {
        column &+= 1
      }
      scan += 1
    }
    return JSONError(
      kind: kind, offset: position - start, line: line, column: column, detail: detail)
  }

  /// The error of a container at `position` that opens one level too many.
  @usableFromInline @inline(never)
  func tooDeep(_ position: Position) -> JSONError {
    failure(.tooDeep, at: position, detail: UInt32(truncatingIfNeeded: max(depth, 0)))
  }

  /// What must hold of the whole text before its first token is read: its size, and no byte order
  /// mark (RFC 8259, section 8.1).
  @inline(__always)
  func checkStart() throws(JSONError) {
    if end - start > bytes {
      throw failure(.tooLong, at: start, detail: UInt32(clamping: max(bytes, 0)))
    }
    if end - start >= 3, start[0] == 0xef, hasByteOrderMark {
      throw failure(.byteOrderMark, at: start)
    }
  }

  /// Whether the text begins with the UTF-8 form of U+FEFF.
  var hasByteOrderMark: Bool {
    end - start >= 3 && start[0] == 0xef && start[1] == 0xbb && start[2] == 0xbf
  }
}
