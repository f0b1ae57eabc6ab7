import JSON

/// What a file that is nearly JSON has that JSON has not, in words that tell what to do. Quotes
/// nothing of the text but single characters of the syntax.
struct JSONMessage {
  var message: String
  var hint: String?

  /// How many columns before the error's place the culprit stands.
  var shift = 0

  private static let otherFormat = "write the file as .yaml or .toml, or remove it"

  /// The words for `error`, which was found in `bytes`.
  init(_ error: JSONError, in bytes: [UInt8]) {
    message = error.message
    if error.offset < 2, bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      message = "found UTF-16, expected UTF-8"
      hint = "save the file as UTF-8"
      return
    }
    var start = error.offset
    if error.kind == .invalidLiteral {
      // The error stands where the word goes wrong: back to its first letter.
      while start > 0, start <= bytes.count, Self.isLetter(bytes[start - 1]) { start -= 1 }
      shift = error.offset - start
    }
    let rest = bytes.dropFirst(start)
    guard let first = rest.first else { return }
    let isMissing =
      switch error.kind {
      case .expectedValue, .expectedKey, .expectedKeyAfterComma, .expectedColon,
        .expectedCommaOrObjectEnd, .expectedCommaOrArrayEnd, .expectedEnd, .expectedDigit,
        .invalidLiteral, .leadingZero:
        true
      default: false
      }
    switch error.kind {
    case .byteOrderMark:
      hint = "save the file as UTF-8 without a byte order mark"
    case .controlCharacter where first == UInt8(ascii: "\n") || first == UInt8(ascii: "\r"):
      message = "found the end of the line in a string"
      hint = "write \\n for a line break"
    case _ where isMissing: find(error, rest: rest, before: bytes.prefix(start))
    default: break
    }
  }

  private mutating func find(
    _ error: JSONError, rest: ArraySlice<UInt8>, before: ArraySlice<UInt8>
  ) {
    let word = Self.word(rest)
    let isKey = error.kind == .expectedKey || error.kind == .expectedKeyAfterComma
    switch rest.first {
    case _
    where rest.starts(with: "//".utf8) || rest.starts(with: "/*".utf8)
      || rest.first == UInt8(ascii: "#"):
      message = "found a comment; JSON has none"
      hint = Self.otherFormat
    case UInt8(ascii: "}") where error.kind == .expectedKeyAfterComma,
      UInt8(ascii: "]")
    where error.kind == .expectedValue && Self.lastVisible(before) == UInt8(ascii: ","):
      message =
        "found a comma after the last \(isKey ? "member" : "element"); JSON allows none there"
      hint = "remove the comma"
    case UInt8(ascii: "'"):
      message = "found a single quote; strings stand in double quotes in JSON"
      hint = "write \"…\""
    case _ where ["NaN", "nan", "Infinity", "inf"].contains(word):
      message = "found NaN or Infinity; a number is finite in JSON"
      hint = "write a number, null or a string"
      if before.last == UInt8(ascii: "-") { shift += 1 }
    case _ where ["True", "False", "None", "undefined", "NULL", "Null"].contains(word) && !isKey:
      message = "found a word that JSON does not know, expected true, false or null"
    case _ where isKey && !word.isEmpty:
      message = "found a key without quotes; keys stand in double quotes in JSON"
      hint = "write \"key\": …"
    case UInt8(ascii: "+") where error.kind == .expectedValue:
      message = "found a number that begins with +"
      hint = "remove the sign"
    case UInt8(ascii: ".")
    where error.kind == .expectedValue && rest.dropFirst().first.map(Self.isDigit) == true:
      message = "found a number that begins with ."
      hint = "write a zero before it"
    case _ where (error.kind == .expectedValue || error.kind == .invalidLiteral) && !word.isEmpty:
      message = "found a text without quotes, expected a value"
      hint = "put a string in double quotes"
    case UInt8(ascii: "\"") where error.kind == .expectedCommaOrObjectEnd,
      UInt8(ascii: "\"") where error.kind == .expectedCommaOrArrayEnd:
      hint = "a comma stands between two of them"
    default: break
    }
  }

  /// The letters, digits, `_` and `$` that the bytes begin with, where they begin with no digit.
  private static func word(_ bytes: ArraySlice<UInt8>) -> String {
    guard let first = bytes.first, !isDigit(first) else { return "" }
    let word = bytes.prefix(32).prefix { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "$") }
    return String(decoding: word, as: UTF8.self)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      true
    default: byte >= 0x80
    }
  }

  private static func lastVisible(_ bytes: ArraySlice<UInt8>) -> UInt8? {
    bytes.last { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
  }
}
