/// A token of an expression.
enum Token: Equatable {
  case name(String)
  case text(String)
  case number(JSONNumber)
  case symbol(StaticSymbol)
  /// What ends the expression: `}}`, `%}` or the end of the source.
  case end

  var description: String {
    switch self {
    case .name(let name): "`\(name)`"
    case .text(let text): "the text \"\(text.prefix(24))\""
    case .number(let number): "the number \(number)"
    case .symbol(let symbol): "`\(symbol.rawValue)`"
    case .end: "the end of the expression"
    }
  }
}

/// The symbols of the language; longer ones first, so that the longest match is found.
enum StaticSymbol: String, CaseIterable {
  case equal = "=="
  case unequal = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
  case assign = "="
  case plus = "+"
  case minus = "-"
  case times = "*"
  case slash = "/"
  case percent = "%"
  case tilde = "~"
  case pipe = "|"
  case dot = "."
  case comma = ","
  case open = "("
  case close = ")"
  case openBracket = "["
  case closeBracket = "]"
}

/// Cuts the bytes of one expression into tokens, one at a time.
struct Lexer {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  /// The token at hand, and the byte at which it begins.
  private(set) var token = Token.end
  private(set) var offset: Int

  /// The byte after the token before the one at hand.
  private(set) var previousEnd: Int

  /// Reads the first token of `bytes`, whose indices are the offsets of errors.
  init(_ bytes: ArraySlice<UInt8>) throws(Fault) {
    self.bytes = bytes
    position = bytes.startIndex
    offset = position
    previousEnd = position
    try advance()
  }

  /// Goes to the next token.
  mutating func advance() throws(Fault) {
    previousEnd = position
    while position < bytes.endIndex, Self.isSpace(bytes[position]) { position += 1 }
    offset = position
    guard position < bytes.endIndex else {
      token = .end
      return
    }
    switch bytes[position] {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): token = .text(try text())
    case UInt8(ascii: "0")...UInt8(ascii: "9"): token = .number(try number())
    case let byte where Self.isNameStart(byte): token = .name(name())
    default: token = .symbol(try symbol())
    }
  }

  /// An array index after a dot, `a.0`: the lexer would read `0.1` of `a.0.1` as a number.
  mutating func indexAfterDot() throws(Fault) -> Int? {
    guard case .number = token else { return nil }
    var end = offset
    while end < bytes.endIndex, Self.isDigit(bytes[end]) { end += 1 }
    guard let index = Int(String(decoding: bytes[offset..<end], as: UTF8.self)) else {
      throw Fault(offset, "found an index of \(end - offset) digits, expected a smaller one")
    }
    position = end
    try advance()
    return index
  }

  private mutating func name() -> String {
    let start = position
    while position < bytes.endIndex, Self.isNameStart(bytes[position]) || digitHere {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private var digitHere: Bool { position < bytes.endIndex && Self.isDigit(bytes[position]) }

  private mutating func number() throws(Fault) -> JSONNumber {
    let start = position
    while digitHere { position += 1 }
    if position + 1 < bytes.endIndex, bytes[position] == UInt8(ascii: "."),
      Self.isDigit(bytes[position + 1])
    {
      position += 1
      while digitHere { position += 1 }
    }
    if position < bytes.endIndex, bytes[position] | 0x20 == UInt8(ascii: "e") {
      var end = position + 1
      if end < bytes.endIndex, bytes[end] == UInt8(ascii: "+") || bytes[end] == UInt8(ascii: "-") {
        end += 1
      }
      if end < bytes.endIndex, Self.isDigit(bytes[end]) {
        position = end
        while digitHere { position += 1 }
      }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    do throws(JSONError) {
      return try JSONNumber(text: text)
    } catch {
      throw Fault(start, "found \(text), expected a number as JSON writes it")
    }
  }

  /// A text between quotes of one of three kinds, with the escapes of JSON.
  private mutating func text() throws(Fault) -> String {
    let start = position
    let quote = bytes[start]
    position += 1
    var decoded: [UInt8] = []
    while position < bytes.endIndex {
      let byte = bytes[position]
      position += 1
      if byte == quote { return String(decoding: decoded, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") {
        decoded += try escape()
      } else {
        decoded.append(byte)
      }
    }
    throw Fault(start, "found a text without its closing quote")
  }

  /// What stands after a backslash.
  private mutating func escape() throws(Fault) -> [UInt8] {
    let start = position - 1
    guard position < bytes.endIndex else {
      throw Fault(start, "found a backslash at the end of the text")
    }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"),
      UInt8(ascii: "/"):
      return [byte]
    case UInt8(ascii: "u"):
      let digits = bytes[position...].prefix(4)
      guard digits.count == 4, digits.allSatisfy(Self.isHexDigit),
        let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
        let scalar = Unicode.Scalar(code)
      else {
        throw Fault(start, "found \\u without the four hex digits of a character")
      }
      position += 4
      return Array(String(Character(scalar)).utf8)
    default:
      throw Fault(
        start,
        "found the escape \\\(Character(Unicode.Scalar(byte))), expected one of "
          + "\\n \\t \\r \\\\ \\\" \\' \\/ \\uXXXX")
    }
  }

  private mutating func symbol() throws(Fault) -> StaticSymbol {
    let rest = bytes[position...]
    for symbol in StaticSymbol.allCases where rest.starts(with: symbol.rawValue.utf8) {
      position += symbol.rawValue.utf8.count
      return symbol
    }
    let scalar = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first ?? " "
    throw Fault(position, "found `\(scalar)`, which means nothing in an expression")
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  /// A letter, `_`, or a part of a character beyond ASCII.
  static func isNameStart(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
  }
}
