// RFC 2673 for IPv4, RFC 4291 for IPv6, RFC 5321 and RFC 6531 for email.
extension TextScanner {
  mutating func ipv4() -> Bool {
    for part in 0..<4 {
      if part > 0, !pass(UInt8(ascii: ".")) { return false }
      let isZero = next == UInt8(ascii: "0")
      var value = 0
      var count = 0
      while ASCII.isDigit(next), count < 4 {
        value = value * 10 + Int(next - 0x30)
        count += 1
        advance()
      }
      guard (1...3).contains(count), value <= 255, !isZero || count == 1 else { return false }
    }
    return true
  }

  mutating func ipv6() -> Bool {
    var groups = 0
    var isCompressed = false
    if next == UInt8(ascii: ":") {
      guard pass(UInt8(ascii: ":")), pass(UInt8(ascii: ":")) else { return false }
      isCompressed = true
    }
    while groups < 8, ASCII.isHexadecimal(next) {
      let start = index
      while index - start < 5, hexadecimal() {}
      if next == UInt8(ascii: ".") {
        back(to: start)
        guard ipv4() else { return false }
        groups += 2
        break
      }
      guard index - start <= 4 else { return false }
      groups += 1
      guard next == UInt8(ascii: ":") else { break }
      let colon = index
      advance()
      if pass(UInt8(ascii: ":")) {
        guard !isCompressed else { return false }
        isCompressed = true
      } else if !ASCII.isHexadecimal(next) || groups == 8 {
        back(to: colon)
        return false
      }
    }
    return isCompressed ? groups <= 7 : groups == 8
  }

  /// Whether all that is left is a mailbox (RFC 5321, section 4.1.2).
  mutating func email(international: Bool) -> Bool {
    let start = index
    guard next == UInt8(ascii: "\"") ? quotedLocal(international) : dotLocal(international),
      index - start <= 64, pass(UInt8(ascii: "@"))
    else { return false }
    guard pass(UInt8(ascii: "[")) else {
      return international
        ? Hostname.acceptsMailDomain(rest) : Hostname.accepts(rest)
    }
    let saved = index
    if ipv4(), pass(UInt8(ascii: "]")) { return isAtEnd }
    back(to: saved)
    for byte in "IPv6:".utf8 {
      guard next | 0x20 == byte | 0x20 else { return false }
      advance()
    }
    return ipv6() && pass(UInt8(ascii: "]")) && isAtEnd
  }

  private mutating func dotLocal(_ international: Bool) -> Bool {
    repeat {
      let start = index
      while ASCII.isAlphanumeric(next) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(next)
        || international && next >= 0x80
      { advance() }
      if index == start { return false }
    } while pass(UInt8(ascii: "."))
    return true
  }

  private mutating func quotedLocal(_ international: Bool) -> Bool {
    guard pass(UInt8(ascii: "\"")) else { return false }
    while !pass(UInt8(ascii: "\"")) {
      if pass(UInt8(ascii: "\\")), !(0x20...0x7e).contains(next) { return false }
      guard (0x20...0x7e).contains(next) || international && next >= 0x80 else { return false }
      advance()
    }
    return true
  }
}
