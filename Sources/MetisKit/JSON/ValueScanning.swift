extension JSONText {
  /// Validates the value at `position` (white space passed) with all that it holds, and gives the
  /// position after it. `depth` is how many more levels may open.
  ///
  /// It loops instead of recursing: a bit for each open container says whether it is an object. A
  /// word holds 64 levels; deeper ones take one more call for each 64.
  func skip(_ position: Position, depth: Int) throws(JSONError) -> Position {
    var position = position
    var objects: UInt64 = 0
    var open = 0
    var ignored = false
    values: while true {
      switch byte(position) {
      case UInt8(ascii: "\""):
        position = try string(position + 1, hasEscapes: &ignored) + 1
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard open < depth else { throw tooDeep(position) }
        guard open < 64 else {
          position = try skip(position, depth: depth - 64)
          break
        }
        let isObject = position.pointee == UInt8(ascii: "{")
        let inner = whitespace(position + 1)
        // `}` and `]` are two above their opening bytes.
        if byte(inner) == position.pointee + 2 {
          position = inner + 1
          break
        }
        objects = objects << 1 | (isObject ? 1 : 0)
        open += 1
        position = isObject ? try key(inner, .expectedKey) : inner
        continue values
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        position = try number(position, isInteger: &ignored)
      case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
        position = try literal(position)
      default:
        throw failure(.expectedValue, at: position)
      }
      while true {
        if open == 0 { return position }
        position = whitespace(position)
        let next = byte(position)
        let isObject = objects & 1 != 0
        if next == UInt8(ascii: ",") {
          position = whitespace(position + 1)
          if isObject { position = try key(position, .expectedKeyAfterComma) }
          continue values
        }
        guard next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
          throw failure(
            isObject ? .expectedCommaOrObjectEnd : .expectedCommaOrArrayEnd, at: position)
        }
        position += 1
        objects >>= 1
        open -= 1
      }
    }
  }

  /// Passes over a member's name and its colon, to the member's value.
  @inline(__always)
  private func key(
    _ position: Position, _ absent: JSONError.Kind
  ) throws(JSONError) -> Position {
    guard byte(position) == UInt8(ascii: "\"") else { throw failure(absent, at: position) }
    var ignored = false
    return try colon(try string(position + 1, hasEscapes: &ignored) + 1)
  }

  /// Passes over white space, `:` and white space.
  @inline(__always)
  func colon(_ position: Position) throws(JSONError) -> Position {
    let colon = whitespace(position)
    guard byte(colon) == UInt8(ascii: ":") else { throw failure(.expectedColon, at: colon) }
    return whitespace(colon + 1)
  }
}
