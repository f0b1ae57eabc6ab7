/// Why a text is not JSON, or not the JSON that was asked for, and where.
public struct JSONError: Error, Sendable, Hashable {
  /// What is wrong. The cases from ``expectedObject`` on are mismatches in a text that may be valid.
  public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
    /// No value begins here.
    case expectedValue
    /// An object's member must begin with a string.
    case expectedKey
    /// After `,` in an object there must be another member (no trailing comma).
    case expectedKeyAfterComma
    /// `:` must follow a member's name.
    case expectedColon
    /// `,` or `}` must follow a member.
    case expectedCommaOrObjectEnd
    /// `,` or `]` must follow an element.
    case expectedCommaOrArrayEnd
    /// Only white space may follow the top value.
    case expectedEnd
    /// A string has no closing quote.
    case unterminatedString
    /// A byte below 0x20 stands in a string without an escape.
    case controlCharacter
    /// `\` is followed by something other than `"\/bfnrtu`.
    case invalidEscape
    /// `\u` is not followed by four hexadecimal digits.
    case invalidUnicodeEscape
    /// A `\u` escape is half of a surrogate pair: no Unicode text, and no UTF-8, can hold it.
    case loneSurrogate
    /// Bytes that are not UTF-8 (RFC 3629): overlong, truncated, a surrogate, above U+10FFFF.
    case invalidUTF8
    /// A number has a zero before its first digit.
    case leadingZero
    /// A digit is missing after `-`, `.`, `e` or the sign of an exponent.
    case expectedDigit
    /// A word that begins like `true`, `false` or `null` and is none of them.
    case invalidLiteral
    /// The text begins with a byte order mark.
    case byteOrderMark
    /// Arrays and objects stand deeper in each other than the limit.
    case tooDeep
    /// The text has more bytes than the limit.
    case tooLong
    /// An object was asked for.
    case expectedObject
    /// An array was asked for.
    case expectedArray
    /// A string was asked for.
    case expectedString
    /// A number was asked for.
    case expectedNumber
    /// `true` or `false` was asked for.
    case expectedBool
    /// `null` was asked for.
    case expectedNull
    /// A number does not fit the integer that was asked for.
    case expectedInteger
    /// The cursor was called out of order: a mistake of the calling code, not of the text.
    case outOfOrder
  }

  /// What is wrong.
  public let kind: Kind

  /// Where, in bytes from the start of the text.
  public let offset: Int

  private let storedLine: UInt32
  private let storedColumn: UInt32
  private let detail: UInt32

  /// The detail of an error at the end of the text.
  static let endOfText: UInt32 = 256

  init(kind: Kind, offset: Int, line: UInt32, column: UInt32, detail: UInt32) {
    self.kind = kind
    self.offset = offset
    self.storedLine = line
    self.storedColumn = column
    self.detail = detail
  }

  /// The line of ``offset``, from 1. Lines end with `\n`.
  public var line: Int { Int(storedLine) }

  /// The column of ``offset``, from 1, counted in Unicode scalars.
  public var column: Int { Int(storedColumn) }

  /// The byte at ``offset``; nil at the end of the text and where a limit was exceeded.
  public var foundByte: UInt8? {
    kind == .tooDeep || kind == .tooLong ? nil : UInt8(exactly: detail)
  }

  /// The limit that was exceeded, where one was.
  public var limit: Int? {
    kind == .tooDeep || kind == .tooLong ? Int(detail) : nil
  }
}

extension JSONError: CustomStringConvertible {
  /// What was found, what was expected and where, in one line.
  public var description: String {
    "JSON line \(line), column \(column) (byte \(offset)): \(message)"
  }

  /// ``description`` without the position.
  public var message: String {
    switch kind {
    case .tooDeep:
      return "arrays and objects stand more than \(detail) deep; the limit is \(detail)"
    case .tooLong:
      return "the text is longer than the limit of \(detail) bytes"
    case .loneSurrogate:
      return "found half of a surrogate pair, expected a high \\uD800-\\uDBFF and a low "
        + "\\uDC00-\\uDFFF together"
    case .byteOrderMark:
      return "found a byte order mark, expected UTF-8 without one"
    case .outOfOrder:
      return "the cursor was called out of order: expected nextKey() or nextElement() before a "
        + "value, and neither outside its container"
    default:
      return "found \(found), expected \(expected)"
    }
  }

  private var found: String {
    guard detail != Self.endOfText else { return "the end of the text" }
    let byte = UInt8(truncatingIfNeeded: detail)
    guard kind.rawValue < Kind.expectedObject.rawValue else {
      return JSONKind(firstByte: byte)?.description ?? Self.name(byte)
    }
    return Self.name(byte)
  }

  private static func name(_ byte: UInt8) -> String {
    if byte > 0x20, byte < 0x7f { return "'\(Character(Unicode.Scalar(byte)))'" }
    let digits = String(byte, radix: 16, uppercase: true)
    return "byte 0x" + (digits.count < 2 ? "0" : "") + digits
  }

  private var expected: String {
    switch kind {
    case .expectedValue: "a value"
    case .expectedKey: "a member name in double quotes or '}'"
    case .expectedKeyAfterComma: "a member name in double quotes after ','"
    case .expectedColon: "':' after the member name"
    case .expectedCommaOrObjectEnd: "',' or '}' after the member"
    case .expectedCommaOrArrayEnd: "',' or ']' after the element"
    case .expectedEnd: "only white space after the value"
    case .unterminatedString: "'\"' that closes the string"
    case .controlCharacter: "an escape such as \\n or \\u0000 for a control character"
    case .invalidEscape: "one of \" \\ / b f n r t u after '\\'"
    case .invalidUnicodeEscape: "four hexadecimal digits after \\u"
    case .invalidUTF8: "valid UTF-8"
    case .leadingZero: "no digit after a leading zero"
    case .expectedDigit: "a digit"
    case .invalidLiteral: "true, false or null"
    case .expectedObject: "an object"
    case .expectedArray: "an array"
    case .expectedString: "a string"
    case .expectedNumber: "a number"
    case .expectedBool: "true or false"
    case .expectedNull: "null"
    case .expectedInteger: "an integer of 64 bits"
    case .tooDeep, .tooLong, .loneSurrogate, .byteOrderMark, .outOfOrder: ""
    }
  }
}
