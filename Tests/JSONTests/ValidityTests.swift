import Foundation
import JSON
import Testing

/// Texts that are JSON by RFC 8259.
let validTexts: [String] = [
  "null", "true", "false", "0", "-0", "1", "-1", "10", "1234567890", "0.0", "-0.0", "0.5", "1.50",
  "1e1", "1E1", "1e+1", "1e-1", "1E+01", "0e0", "0E-0", "1.5e300", "1e400", "-1e-400",
  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
  "18446744073709551615", "123456789012345678901234567890", "0.1234567890123456789012345",
  "\"\"", "\" \"", "\"a\"", "\"abcdefg\"", "\"abcdefgh\"", "\"abcdefghi\"", "\"\\\"\"", "\"\\\\\"",
  "\"\\/\"", "\"/\"", "\"\\b\\f\\n\\r\\t\"", "\"\\u0000\"", "\"\\u001f\"", "\"\\u0041\"",
  "\"\\u00e9\"", "\"\\u20AC\"", "\"\\uFFFF\"", "\"\\uD834\\uDD1E\"", "\"\\udbff\\udfff\"",
  "\"\\uD800\\uDC00x\"", "\"\\ud7ff\"", "\"\\ue000\"", "\"\u{7f}\"", "\"é\"", "\"€\"", "\"𝄞\"",
  "\"\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}\"", "\"\u{2028}\u{2029}\"", "\"\u{feff}\"",
  "\"1234567é\"", "\"12345678é12345678\"", "\"\\u005C\\u0022\"", "\"a\\\\\\\"b\"", "[]", "[ ]",
  "[\n]", "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[[],[]]", "[[[[]]]]", "[null,true,false]",
  "[\"a\",1,{}]", "{}", "{ }", "{\"a\":1}", "{ \"a\" : 1 }", "{\"a\":1,\"b\":2}", "{\"\":0}",
  "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":{\"c\":[]}}}", "{\"a\":[{\"b\":1},{\"c\":2}]}",
  "{\"\\u0061\":1}", "{\"\\\"\":1}", "{\"é\":\"é\"}", " null", "null ", "\t\r\n null \t\r\n",
  "\n\n[\n1\n,\n2\n]\n", "{\"a\":-1.5e-5}", "[0]", "[-0]", "[0,0]", "[1e5]", "[true]", "[false]",
  "{\"a\":null}", "{\"a\":true,\"b\":false}", "[\"\"]", "[\"\",\"\"]", "[[1],[2],[3]]",
  "[{\"a\":1},{\"a\":1}]", "\"\\\\u0041\"", "{\"a b\":\"c d\"}", "[1,[2,[3,[4]]]]",
]

/// Texts that are not JSON, each with the error it must give and where.
let invalidTexts: [(String, JSONError.Kind, Int)] = [
  ("", .expectedValue, 0), (" ", .expectedValue, 1), ("\n\t", .expectedValue, 2),
  ("a", .expectedValue, 0), ("'a'", .expectedValue, 0), ("+1", .expectedValue, 0),
  (".5", .expectedValue, 0), ("NaN", .expectedValue, 0), ("Infinity", .expectedValue, 0),
  ("-Infinity", .expectedDigit, 1), ("undefined", .expectedValue, 0), ("True", .expectedValue, 0),
  ("NULL", .expectedValue, 0), ("t", .invalidLiteral, 1), ("tru", .invalidLiteral, 3),
  ("trUe", .invalidLiteral, 2), ("fals", .invalidLiteral, 4), ("falsy", .invalidLiteral, 4),
  ("nul", .invalidLiteral, 3), ("nulL", .invalidLiteral, 3), ("n", .invalidLiteral, 1),
  ("truee", .expectedEnd, 4), ("nullnull", .expectedEnd, 4), ("null,", .expectedEnd, 4),
  ("1 2", .expectedEnd, 2), ("[] []", .expectedEnd, 3), ("{}{}", .expectedEnd, 2),
  ("\"a\"b", .expectedEnd, 3), ("1]", .expectedEnd, 1), ("1}", .expectedEnd, 1),
  ("null\u{b}", .expectedEnd, 4), ("\u{c}null", .expectedValue, 0),
  ("\u{a0}null", .expectedValue, 0), ("null\0", .expectedEnd, 4), ("\0", .expectedValue, 0),
  ("-", .expectedDigit, 1), ("--1", .expectedDigit, 1), ("-a", .expectedDigit, 1),
  ("01", .leadingZero, 1), ("-01", .leadingZero, 2), ("00", .leadingZero, 1),
  ("0x10", .expectedEnd, 1), ("1.", .expectedDigit, 2), ("1.e5", .expectedDigit, 2),
  ("1.a", .expectedDigit, 2), ("-.5", .expectedDigit, 1), ("1e", .expectedDigit, 2),
  ("1e+", .expectedDigit, 3), ("1e-", .expectedDigit, 3), ("1ee5", .expectedDigit, 2),
  ("1e5.5", .expectedEnd, 3), ("1.5.5", .expectedEnd, 3), ("1_000", .expectedEnd, 1),
  ("1,000", .expectedEnd, 1), ("1a", .expectedEnd, 1), ("1e5a", .expectedEnd, 3),
  ("- 1", .expectedDigit, 1), ("1E+-1", .expectedDigit, 3), ("0.", .expectedDigit, 2),
  ("\"", .unterminatedString, 1), ("\"a", .unterminatedString, 2),
  ("\"abcdefgh", .unterminatedString, 9), ("\"abcdefghijklmnop", .unterminatedString, 17),
  ("\"\\\"", .unterminatedString, 3), ("\"\\", .invalidEscape, 2), ("\"\\a\"", .invalidEscape, 2),
  ("\"\\'\"", .invalidEscape, 2), ("\"\\x41\"", .invalidEscape, 2),
  ("\"\\U0041\"", .invalidEscape, 2),
  ("\"\\0\"", .invalidEscape, 2), ("\"\\ \"", .invalidEscape, 2), ("\"\\é\"", .invalidEscape, 2),
  ("\"\\u\"", .invalidUnicodeEscape, 3), ("\"\\u1\"", .invalidUnicodeEscape, 4),
  ("\"\\u12\"", .invalidUnicodeEscape, 5), ("\"\\u123\"", .invalidUnicodeEscape, 6),
  ("\"\\u123g\"", .invalidUnicodeEscape, 6), ("\"\\u 123\"", .invalidUnicodeEscape, 3),
  ("\"\\u123", .invalidUnicodeEscape, 6), ("\"\\u-123\"", .invalidUnicodeEscape, 3),
  ("\"\\ud800\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1),
  ("\"\\ud800x\"", .loneSurrogate, 1), ("\"\\ud800\\n\"", .loneSurrogate, 1),
  ("\"\\ud800\\u0041\"", .loneSurrogate, 1), ("\"\\ud800\\ud800\"", .loneSurrogate, 1),
  ("\"\\udc00\\ud800\"", .loneSurrogate, 1), ("\"\\ud800", .loneSurrogate, 1),
  ("\"\\ud800\\", .loneSurrogate, 1), ("\"\\ud800\\u12\"", .invalidUnicodeEscape, 11),
  ("\"\n\"", .controlCharacter, 1), ("\"\t\"", .controlCharacter, 1),
  ("\"\0\"", .controlCharacter, 1), ("\"\u{1f}\"", .controlCharacter, 1),
  ("\"abcdefg\n\"", .controlCharacter, 8), ("\"abcdefgh\r\"", .controlCharacter, 9),
  ("[", .expectedValue, 1), ("[1", .expectedCommaOrArrayEnd, 2), ("[1,", .expectedValue, 3),
  ("[,", .expectedValue, 1), ("[,1]", .expectedValue, 1), ("[1,]", .expectedValue, 3),
  ("[1,,2]", .expectedValue, 3), ("[1 2]", .expectedCommaOrArrayEnd, 3),
  ("[1}", .expectedCommaOrArrayEnd, 2), ("[}", .expectedValue, 1), ("]", .expectedValue, 0),
  ("[1:2]", .expectedCommaOrArrayEnd, 2), ("[[1]", .expectedCommaOrArrayEnd, 4),
  ("[\"a\"", .expectedCommaOrArrayEnd, 4), ("[a]", .expectedValue, 1),
  ("[1]]", .expectedEnd, 3), ("[1;2]", .expectedCommaOrArrayEnd, 2),
  ("{", .expectedKey, 1), ("{,", .expectedKey, 1), ("{]", .expectedKey, 1),
  ("}", .expectedValue, 0), ("{1:1}", .expectedKey, 1), ("{a:1}", .expectedKey, 1),
  ("{'a':1}", .expectedKey, 1), ("{null:1}", .expectedKey, 1), ("{\"a\"", .expectedColon, 4),
  ("{\"a\" 1}", .expectedColon, 5), ("{\"a\",1}", .expectedColon, 4),
  ("{\"a\"}", .expectedColon, 4),
  ("{\"a\":", .expectedValue, 5), ("{\"a\":}", .expectedValue, 5), ("{\"a\":,}", .expectedValue, 5),
  ("{\"a\"::1}", .expectedValue, 5), ("{\"a\":1", .expectedCommaOrObjectEnd, 6),
  ("{\"a\":1,", .expectedKeyAfterComma, 7), ("{\"a\":1,}", .expectedKeyAfterComma, 7),
  ("{\"a\":1,,}", .expectedKeyAfterComma, 7), ("{\"a\":1]", .expectedCommaOrObjectEnd, 6),
  ("{\"a\":1 \"b\":2}", .expectedCommaOrObjectEnd, 7), ("{\"a\":1}}", .expectedEnd, 7),
  ("{\"a\":1,b}", .expectedKeyAfterComma, 7), ("{\"a\":b}", .expectedValue, 5),
  ("{\"a\n\":1}", .controlCharacter, 3), ("{\"\\ud800\":1}", .loneSurrogate, 2),
  ("{{}}", .expectedKey, 1), ("{[]:1}", .expectedKey, 1), ("// c\n1", .expectedValue, 0),
  ("1 // c", .expectedEnd, 2), ("/* c */ 1", .expectedValue, 0),
  ("[1 /* c */]", .expectedCommaOrArrayEnd, 3),
  ("\u{feff}1", .byteOrderMark, 0), ("\u{feff}", .byteOrderMark, 0),
  (" \u{feff}1", .expectedValue, 1),
]

/// Bytes that are not UTF-8 when they stand in a string.
let invalidUTF8: [[UInt8]] = [
  [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc2, 0x20], [0xc2, 0xc2],
  [0xe0, 0x80, 0x80],
  [0xe0, 0x9f, 0xbf], [0xe1, 0x80], [0xe1, 0x80, 0x41], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf],
  [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x90, 0x80], [0xf0, 0x90, 0x80, 0x41],
  [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe],
  [0xff],
  [0xc3, 0xa9, 0xa9], [0xe2, 0x82], [0xf0, 0x9d, 0x84], [0xef, 0xbb],
]

@Suite struct ValidityTests {
  @Test(arguments: validTexts)
  func valid(_ text: String) {
    let verdicts = Verdicts(text)
    #expect(verdicts.skip == nil)
    #expect(verdicts.agree)
  }

  @Test(arguments: invalidTexts)
  func invalid(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
    let verdicts = Verdicts(text)
    #expect(verdicts.agree, "\(verdicts)")
    #expect(verdicts.skip?.kind == kind)
    #expect(verdicts.skip?.offset == offset)
  }

  @Test(arguments: invalidUTF8)
  func notUTF8(_ bytes: [UInt8]) {
    for prefix in ["", "a", "abcdefg", "abcdefgh", "é"] {
      for suffix in ["", "z", "zzzzzzzzzzzz", "é"] {
        let text = [0x22] + Array(prefix.utf8) + bytes + Array(suffix.utf8) + [0x22]
        let verdicts = Verdicts(text)
        #expect(verdicts.agree)
        #expect(verdicts.skip?.kind == .invalidUTF8, "\(text)")
        #expect(Verdicts([0x7b] + text + Array(":1}".utf8)).error?.kind == .invalidUTF8)
      }
    }
  }

  /// Every prefix of a valid text that is not valid itself is refused, at its end or before.
  @Test func truncated() {
    let text = Array(#"{"a":[1,-2.5e3,true,false,null,"é\n\ud834\udd1e"],"b":{"c":"d"}}"#.utf8)
    for count in 0..<text.count {
      let verdicts = Verdicts(Array(text[..<count]))
      #expect(verdicts.agree)
      #expect(verdicts.skip != nil)
      #expect((verdicts.skip?.offset ?? .max) <= count)
    }
    #expect(Verdicts(text).skip == nil)
  }

  /// Foundation's parser agrees wherever it follows RFC 8259.
  @Test func foundationAgrees() {
    /// Foundation decodes a byte order mark, takes numbers beyond a Double for errors, and allows a
    /// comma before the end of a container.
    let differs: Set<String> = ["\u{feff}1", "\u{feff}", "1e400", "[1,]", "{\"a\":1,}"]
    for text in validTexts + invalidTexts.map(\.0) where !differs.contains(text) {
      let ours = Verdicts(text).skip == nil
      let theirs =
        (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed))
        != nil
      #expect(ours == theirs, "\(text)")
    }
  }
}
