import Testing

@testable import MetisConfig

@Suite struct JSONMessageTests {
  @Test(arguments: [
    ("{\n  // x\n  \"a\": 1}", "2:3", "found a comment; JSON has none"),
    ("{\"a\": /* x */ 1}", "1:7", "found a comment; JSON has none"),
    ("{\"a\": 1 // x\n}", "1:9", "found a comment; JSON has none"),
    ("{\"a\": [1, // x\n2]}", "1:11", "found a comment; JSON has none"),
    ("# x\n{}", "1:1", "found a comment; JSON has none"),
    ("{} // x", "1:4", "found a comment; JSON has none"),
    ("{\"a\": 1,}", "1:9", "found a comma after the last member; JSON allows none there"),
    ("{\"a\": [1,\n]}", "2:1", "found a comma after the last element; JSON allows none there"),
    ("{'a': 1}", "1:2", "found a single quote; strings stand in double quotes in JSON"),
    ("{\"a\": 'b'}", "1:7", "found a single quote; strings stand in double quotes in JSON"),
    ("{a: 1}", "1:2", "found a key without quotes; keys stand in double quotes in JSON"),
    ("{\"a\": 1, b: 2}", "1:10", "found a key without quotes; keys stand in double quotes in JSON"),
    ("{\"a\": NaN}", "1:7", "found NaN or Infinity; a number is finite in JSON"),
    ("{\"a\": nan}", "1:7", "found NaN or Infinity; a number is finite in JSON"),
    ("{\"a\": Infinity}", "1:7", "found NaN or Infinity; a number is finite in JSON"),
    ("{\"a\": -Infinity}", "1:7", "found NaN or Infinity; a number is finite in JSON"),
    ("{\"a\": True}", "1:7", "found a word that JSON does not know, expected true, false or null"),
    ("{\"a\": None}", "1:7", "found a word that JSON does not know, expected true, false or null"),
    ("{\"a\": secret}", "1:7", "found a text without quotes, expected a value"),
    ("{\"a\": +1}", "1:7", "found a number that begins with +"),
    ("{\"a\": .5}", "1:7", "found a number that begins with ."),
    ("{\"a\": \"x\ny\"}", "1:9", "found the end of the line in a string"),
    ("\u{feff}{}", "1:1", "found a byte order mark, expected UTF-8 without one"),
    ("{\"a\": 1 \"b\": 2}", "1:9", "found '\"', expected ',' or '}' after the member"),
    ("{\"é\": ä}", "1:7", "found a text without quotes, expected a value"),
  ])
  func namesWhatJSONHasNot(_ text: String, _ place: String, _ message: String) {
    let found = complaint(text, as: .json) ?? "none"
    #expect(found.hasPrefix("f:\(place): error: not JSON: \(message)"), "\(found)")
  }

  @Test func tellsWhatToDo() {
    #expect(
      complaint("{} # x", as: .json)
        == "f:1:4: error: not JSON: found a comment; JSON has none "
        + "(write the file as .yaml or .toml, or remove it)")
  }

  @Test func namesThePlaceOfTheFirstOfTwoKeys() {
    #expect(
      complaint("{\"a\": 1,\n \"b\": 2,\n \"a\": 3,\n \"a\": 4}", as: .json)
        == """
        f:3:2: error: a: found this key a second time in its object; it stands first in line 1, \
        column 2
        f:4:2: error: a: found this key a second time in its object; it stands first in line 1, \
        column 2
        """)
  }

  @Test func refusesUTF16() {
    let bytes: [UInt8] = [0xff, 0xfe, 0x7b, 0, 0x7d, 0]
    #expect(
      complaint(bytes, as: .json)
        == "f:1:1: error: not JSON: found UTF-16, expected UTF-8 (save the file as UTF-8)")
  }
}
