extension JSONText {
  /// Passes over a string's content from the byte after its opening quote; gives the position of
  /// the closing quote. Sets `hasEscapes` where a `\` was passed, and leaves it alone otherwise.
  @inline(__always)
  func string(_ position: Position, hasEscapes: inout Bool) throws(JSONError) -> Position {
    var position = position
    while true {
      // Most strings are runs of ASCII without escapes: eight bytes a step.
      while end - position >= 8 {
        let word = UnsafeRawPointer(position).loadUnaligned(as: UInt64.self)
        let special = Self.special(UInt64(littleEndian: word))
        if special != 0 {
          position += special.trailingZeroBitCount >> 3
          break
        }
        position += 8
      }
      guard position < end else { throw failure(.unterminatedString, at: position) }
      let byte = position.pointee
      if byte == UInt8(ascii: "\"") { return position }
      if byte >= 0x80 {
        position = try unicode(position)
      } else if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        position = try escape(position)
      } else if byte < 0x20 {
        throw failure(.controlCharacter, at: position)
      } else {
        position += 1
      }
    }
  }

  /// Marks the high bit of each byte of `word` that is a quote, a backslash, a control character or
  /// not ASCII. Exact for the lowest marked byte, which is the one that counts: subtraction borrows
  /// upwards only.
  @inline(__always)
  static func special(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // With bit 1 turned the quote stands right above the control characters, and nothing between.
    let quoteOrControl = (word ^ (ones &* 0x02)) &- (ones &* 0x21)
    let backslash = (word ^ (ones &* 0x5c)) &- ones
    return (quoteOrControl | backslash | word) & (ones &* 0x80)
  }

  /// Passes over a run of characters that are not ASCII (RFC 3629, section 4).
  @inline(never)
  func unicode(_ position: Position) throws(JSONError) -> Position {
    var position = position
    while position < end, position.pointee >= 0x80 {
      let lead = position.pointee
      let count: Int
      // The second byte's range is what refuses overlong forms, surrogates and values too great.
      var low: UInt8 = 0x80
      var high: UInt8 = 0xbf
      switch lead {
      case 0xc2...0xdf: count = 2
      case 0xe0:
        count = 3
        low = 0xa0
      case 0xed:
        count = 3
        high = 0x9f
      case 0xe1...0xef: count = 3
      case 0xf0:
        count = 4
        low = 0x90
      case 0xf1...0xf3: count = 4
      case 0xf4:
        count = 4
        high = 0x8f
      default: throw failure(.invalidUTF8, at: position)
      }
      guard end - position >= count, position[1] >= low, position[1] <= high else {
        throw failure(.invalidUTF8, at: position)
      }
      if count > 2, position[2] & 0xc0 != 0x80 { throw failure(.invalidUTF8, at: position) }
      if count > 3, position[3] & 0xc0 != 0x80 { throw failure(.invalidUTF8, at: position) }
      position += count
    }
    return position
  }

  /// Passes over one escape, or two that make a surrogate pair, from its `\`.
  @inline(never)
  func escape(_ position: Position) throws(JSONError) -> Position {
    switch byte(position + 1) {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return position + 2
    case UInt8(ascii: "u"):
      let unit = try codeUnit(position)
      if unit & 0xf800 != 0xd800 { return position + 6 }
      guard unit < 0xdc00, byte(position + 6) == UInt8(ascii: "\\"),
        position + 7 < end, position[7] == UInt8(ascii: "u")
      else { throw failure(.loneSurrogate, at: position) }
      guard try codeUnit(position + 6) & 0xfc00 == 0xdc00 else {
        throw failure(.loneSurrogate, at: position)
      }
      return position + 12
    default:
      throw failure(.invalidEscape, at: min(position + 1, end))
    }
  }

  /// The UTF-16 code unit of the `\uXXXX` whose `\` stands at `position`.
  private func codeUnit(_ position: Position) throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for index in 2..<6 {
      let digit = position + index
      guard digit < end, let value = hexValue(digit.pointee) else {
        throw failure(.invalidUnicodeEscape, at: min(digit, end))
      }
      unit = unit << 4 | UInt16(value)
    }
    return unit
  }
}

/// The value of a hexadecimal digit, or nil for another byte.
@inline(__always)
func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
