// RFC 3986, appendix A; RFC 3987, section 2.2; RFC 6570, section 2.
extension TextScanner {
  /// Whether all that is left is a URI or IRI, or a reference where no scheme is needed.
  mutating func uri(needsScheme: Bool, international: Bool) -> Bool {
    let start = index
    let hasScheme = scheme()
    if !hasScheme {
      if needsScheme { return false }
      back(to: start)
    }
    if pass(UInt8(ascii: "/")) {
      if pass(UInt8(ascii: "/")) {
        guard authority(international) else { return false }
        guard isAtEnd || "/?#".utf8.contains(next) else { return false }
      }
    } else if !hasScheme {
      // The first segment of a relative path has no colon, which would end a scheme.
      while URIClass.isSegment(next), next != UInt8(ascii: ":"), character(international) {}
      if next == UInt8(ascii: ":") { return false }
    }
    while !isAtEnd, next != UInt8(ascii: "?"), next != UInt8(ascii: "#") {
      guard next == UInt8(ascii: "/") ? pass(UInt8(ascii: "/")) : character(international)
      else { return false }
    }
    if pass(UInt8(ascii: "?")) {
      while !isAtEnd, next != UInt8(ascii: "#") {
        guard slashOrMark() || character(international, isQuery: true) else { return false }
      }
    }
    if pass(UInt8(ascii: "#")) {
      while !isAtEnd {
        guard slashOrMark() || character(international) else { return false }
      }
    }
    return isAtEnd
  }

  private mutating func slashOrMark() -> Bool { pass(UInt8(ascii: "/"), or: UInt8(ascii: "?")) }

  private mutating func scheme() -> Bool {
    guard ASCII.isLetter(next) else { return false }
    while ASCII.isAlphanumeric(next) || "+-.".utf8.contains(next) { advance() }
    return pass(UInt8(ascii: ":"))
  }

  /// Passes over one `pchar` without `:` and `@` unless they are asked for in the class.
  private mutating func character(
    _ international: Bool, isQuery: Bool = false
  ) -> Bool {
    if isAtEnd { return false }
    if next == UInt8(ascii: "%") { return percentEncoded() }
    if next >= 0x80 {
      guard international, let value = scalar() else { return false }
      return URIClass.isInternational(value) || isQuery && URIClass.isPrivate(value)
    }
    guard URIClass.isSegment(next) else { return false }
    advance()
    return true
  }

  private mutating func authority(_ international: Bool) -> Bool {
    let start = index
    // User information, if an `@` ends it.
    while !isAtEnd, next != UInt8(ascii: "@"), character(international) {}
    if !pass(UInt8(ascii: "@")) { back(to: start) }
    if pass(UInt8(ascii: "[")) {
      guard literal(), pass(UInt8(ascii: "]")) else { return false }
    } else {
      while next != UInt8(ascii: ":"), next != UInt8(ascii: "@"),
        character(international)
      {}
    }
    if pass(UInt8(ascii: ":")) { _ = digits() }
    return true
  }

  /// What stands between `[` and `]`.
  private mutating func literal() -> Bool {
    guard pass(UInt8(ascii: "v"), or: UInt8(ascii: "V")) else { return ipv6() }
    guard hexadecimal() else { return false }
    while hexadecimal() {}
    guard pass(UInt8(ascii: ".")) else { return false }
    let start = index
    while URIClass.isSegment(next), next != UInt8(ascii: "@") { advance() }
    return index > start
  }

  /// RFC 6570, levels 1 to 4.
  mutating func uriTemplate() -> Bool {
    while !isAtEnd {
      if pass(UInt8(ascii: "{")) {
        guard expression() else { return false }
      } else if next == UInt8(ascii: "%") {
        guard percentEncoded() else { return false }
      } else if next >= 0x80 {
        guard let value = scalar(), URIClass.isInternational(value) || URIClass.isPrivate(value)
        else { return false }
      } else {
        guard next > 0x20, next != 0x7f, !"\"<>\\^`|}".utf8.contains(next) else { return false }
        advance()
      }
    }
    return true
  }

  private mutating func expression() -> Bool {
    if "+#./;?&=,!@|".utf8.contains(next) { advance() }
    repeat {
      var expectsCharacter = true
      while true {
        if ASCII.isAlphanumeric(next) || next == UInt8(ascii: "_") {
          advance()
          expectsCharacter = false
        } else if next == UInt8(ascii: "%") {
          guard percentEncoded() else { return false }
          expectsCharacter = false
        } else if next == UInt8(ascii: "."), !expectsCharacter {
          advance()
          expectsCharacter = true
        } else {
          break
        }
      }
      if expectsCharacter { return false }
      if pass(UInt8(ascii: ":")) {
        guard next != UInt8(ascii: "0"), (1...4).contains(digits()) else { return false }
      } else {
        _ = pass(UInt8(ascii: "*"))
      }
    } while pass(UInt8(ascii: ","))
    return pass(UInt8(ascii: "}"))
  }
}

/// Classes of characters in URIs.
enum URIClass {
  /// `pchar` without the percent sign.
  static func isSegment(_ byte: UInt8) -> Bool {
    ASCII.isAlphanumeric(byte) || "-._~!$&'()*+,;=:@".utf8.contains(byte)
  }

  /// `ucschar` of RFC 3987.
  static func isInternational(_ value: UInt32) -> Bool {
    switch value {
    case 0xa0...0xd7ff, 0xf900...0xfdcf, 0xfdf0...0xffef: true
    case 0xe0000...0xe0fff: false
    case 0x10000...0xeffff: value & 0xffff <= 0xfffd
    default: false
    }
  }

  /// `iprivate` of RFC 3987.
  static func isPrivate(_ value: UInt32) -> Bool {
    switch value {
    case 0xe000...0xf8ff, 0xf0000...0xffffd, 0x100000...0x10fffd: true
    default: false
    }
  }
}
