/// Plain scalars that YAML 1.1 reads otherwise than the core schema of YAML 1.2: many readers still
/// know the older rules alone.
enum YAMLVersions {
  /// Whether readers of both versions see the same in a plain scalar. Dates, which only YAML 1.1
  /// knows, count as the same. False as well for what merely looks like a number of YAML 1.1.
  static func agree(on text: String) -> Bool {
    guard let first = text.utf8.first else { return true }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      return agreeOnNumber(Array(text.utf8))
    case UInt8(ascii: "="): return text != "="
    default:
      guard text.utf8.count <= 3 else { return true }
      return !["y", "n", "yes", "no", "on", "off"].contains(text.lowercased())
    }
  }

  /// Whether YAML 1.1 reads a date or a point in time: `2001-12-14`, `2001-12-14t21:59:43.10-05:00`.
  static func isTimestamp(_ text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(8))
    guard bytes.count == 8 else { return false }
    let dash = UInt8(ascii: "-")
    return bytes[..<4].allSatisfy(isDigit) && bytes[4] == dash && isDigit(bytes[5])
      && (bytes[6] == dash || (isDigit(bytes[6]) && bytes[7] == dash))
  }

  private static func agreeOnNumber(_ bytes: [UInt8]) -> Bool {
    let isNumeric = bytes.allSatisfy { byte in
      isDigit(byte) || "abcdefABCDEFxXo_.:+-tTZ ".utf8.contains(byte)
    }
    guard isNumeric, bytes.contains(where: isDigit) else { return true }
    if isTimestamp(String(decoding: bytes, as: UTF8.self)) { return true }
    if bytes.starts(with: "0x".utf8) { return !bytes.contains(UInt8(ascii: "_")) }
    var rest = bytes[...]
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    if rest.isEmpty { return whole.count == 1 || whole.first != UInt8(ascii: "0") }
    guard rest.first == UInt8(ascii: ".") else { return false }
    let fraction = rest.dropFirst().prefix(while: isDigit)
    rest = rest.dropFirst(fraction.count + 1)
    if rest.isEmpty { return true }
    // A version or an address: 1.2.3.
    if rest.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }) { return true }
    guard rest.removeFirst() | 0x20 == UInt8(ascii: "e"), let sign = rest.first else {
      return false
    }
    return (sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+"))
      && rest.count > 1 && rest.dropFirst().allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
