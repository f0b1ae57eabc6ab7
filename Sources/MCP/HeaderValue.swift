/// Values of `Mcp-Name` and `Mcp-Param-*`: plain, or `=?base64?…?=` where they are not safe in a
/// field. Source: "Streamable HTTP", header encoding, 2026-07-28.
public enum HeaderValue {
  private static let opening: StaticString = "=?base64?"

  /// Whether the field value, decoded, is `text`. An undecodable value equals nothing.
  public static func matches(_ field: UnsafeRawBufferPointer, _ text: String) -> Bool {
    if isEncoded(field) {
      guard let decoded = decode(field) else { return false }
      return decoded.elementsEqual(text.utf8)
    }
    var text = text
    return text.withUTF8 { field.elementsEqual($0) }
  }

  /// Whether the value is in the base64 form.
  public static func isEncoded(_ field: UnsafeRawBufferPointer) -> Bool {
    let count = opening.utf8CodeUnitCount
    guard field.count >= count + 2 else { return false }
    return UnsafeRawBufferPointer(rebasing: field[..<count]).equalsIgnoringCase(opening)
      && field[field.count - 2] == UInt8(ascii: "?") && field[field.count - 1] == UInt8(ascii: "=")
  }

  /// The bytes that a base64 form stands for (RFC 4648 section 4, padding required); nil where it
  /// is malformed.
  public static func decode(_ field: UnsafeRawBufferPointer) -> [UInt8]? {
    guard isEncoded(field) else { return nil }
    let digits = field[opening.utf8CodeUnitCount..<(field.count - 2)]
    guard digits.count.isMultiple(of: 4) else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(digits.count / 4 * 3)
    var accumulator: UInt32 = 0
    var digitsSeen = 0
    var padding = 0
    for byte in digits {
      if byte == UInt8(ascii: "=") {
        padding += 1
        guard padding <= 2, digitsSeen >= digits.count - 2 else { return nil }
        accumulator <<= 6
      } else {
        guard padding == 0, let value = digit(byte) else { return nil }
        accumulator = accumulator << 6 | UInt32(value)
      }
      digitsSeen += 1
      if digitsSeen.isMultiple(of: 4) {
        output.append(UInt8(truncatingIfNeeded: accumulator >> 16))
        if padding < 2 { output.append(UInt8(truncatingIfNeeded: accumulator >> 8)) }
        if padding < 1 { output.append(UInt8(truncatingIfNeeded: accumulator)) }
        accumulator = 0
      }
    }
    return output
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
