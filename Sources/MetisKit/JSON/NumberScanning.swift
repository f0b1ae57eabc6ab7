extension JSONText {
  /// Passes over a number from its `-` or first digit. Clears `isInteger` where it has a fraction
  /// or an exponent.
  @inline(__always)
  func number(_ position: Position, isInteger: inout Bool) throws(JSONError) -> Position {
    var position = position
    if position.pointee == UInt8(ascii: "-") { position += 1 }
    if byte(position) == UInt8(ascii: "0") {
      position += 1
      if Self.isDigit(byte(position)) { throw failure(.leadingZero, at: position) }
    } else {
      position = try digits(position)
    }
    let next = byte(position)
    if next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      return try fraction(position)
    }
    return position
  }

  /// Passes over `.digits` and an exponent, either of which may be absent but not both.
  @inline(never)
  private func fraction(_ position: Position) throws(JSONError) -> Position {
    var position = position
    if position.pointee == UInt8(ascii: ".") { position = try digits(position + 1) }
    if byte(position) | 0x20 == UInt8(ascii: "e") {
      position += 1
      let sign = byte(position)
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      position = try digits(position)
    }
    return position
  }

  @inline(__always)
  private func digits(_ position: Position) throws(JSONError) -> Position {
    var position = position
    guard Self.isDigit(byte(position)) else { throw failure(.expectedDigit, at: position) }
    repeat { position += 1 } while Self.isDigit(byte(position))
    return position
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// Passes over `true`, `false` or `null`, by the first byte.
  @inline(__always)
  func literal(_ position: Position) throws(JSONError) -> Position {
    if end - position >= 4 {
      let word = UInt32(
        littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt32.self))
      if word == 0x6575_7274 || word == 0x6c6c_756e { return position + 4 }  // true, null
      if word == 0x736c_6166, byte(position + 4) == UInt8(ascii: "e") { return position + 5 }
    }
    throw invalidLiteral(position)
  }

  /// The error at the first byte where the word stops being a literal.
  @inline(never)
  private func invalidLiteral(_ position: Position) -> JSONError {
    let word: StaticString =
      switch position.pointee {
      case UInt8(ascii: "t"): "true"
      case UInt8(ascii: "f"): "false"
      default: "null"
      }
    var index = 0
    while index < word.utf8CodeUnitCount, byte(position + index) == word.utf8Start[index] {
      index += 1
    }
    return failure(.invalidLiteral, at: min(position + index, end))
  }
}
