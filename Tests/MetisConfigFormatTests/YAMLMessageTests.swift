import Testing

@testable import MetisConfig

@Suite struct YAMLMessageTests {
  @Test(arguments: [
    ("a:\n\tb: 1\n", "2:1", "found a tab, expected spaces (YAML indents with spaces alone)"),
    ("a: b\n\tc\n", "2:1", "found a tab, expected spaces"),
    ("a: |\n\tb\n", "2:1", "found a tab, expected spaces"),
    ("a: @b\n", "1:4", "found '@', which no value can begin with (put the value in quotes)"),
    ("a: `b`\n", "1:4", "found '`', which no value can begin with"),
    ("a: b: c\n", "1:5", "found ':' where no key can stand"),
    ("a: 1\n b: 2\n", "2:3", "found ':' where no key can stand"),
    ("a: - b\n", "1:4", "found '- ' where no list can begin"),
    (
      "a:\n  - b\n c: 1\n", "3:2",
      "found something else, expected a key, in the table that begins in line 1"
    ),
    (
      "a: [1,\n  2\nb: 3\n", "3:2",
      "did not find expected ',' or ']', in the list that begins in line 1"
    ),
    ("a: {b: 1\n", "2:1", "did not find expected ',' or '}'"),
    ("a: \"secret\n", "2:1", "found the end of the file, expected the quote that closes the text"),
    ("a: ]\n", "1:4", "found no value where one is expected"),
    ("a: \"\\q\"\n", "1:5", "found an unknown escape in a text in double quotes"),
    ("a: \"\\ud83d\\ude00\"\n", "1:7", "found an escape that is no Unicode character"),
    ("%YAML 2.0\n---\na: 1\n", "1:1", "found a %YAML directive of another version, expected 1.2"),
    ("%FOO\n---\na: 1\n", "1:5", "found an unknown directive, expected %YAML or %TAG"),
    ("a: !x!y b\n", "1:4", "found a tag with a handle that no %TAG directive declares"),
    ("a: b\n\u{1b}", "2:1", "found the control character U+001B"),
    ("é: \u{85}\n", "1:4", "found U+0085, a line break in YAML 1.1 and none in YAML 1.2"),
    ("a: \"x\u{2029}\"\n", "1:6", "found U+2029, a line break in YAML 1.1 and none in YAML 1.2"),
    ("a: \u{feff}\n", "1:4", "found a byte order mark that is not at the start of the file"),
  ])
  func sayWhatToDo(_ text: String, _ place: String, _ message: String) {
    let found = complaint(text) ?? "none"
    #expect(found.hasPrefix("f:\(place): error: not YAML: \(message)"), "\(found)")
    #expect(!found.contains("secret"))
  }

  @Test(
    arguments: [
      ([0x61, 0x3a, 0x20, 0xff], "1:4", "found bytes that are not UTF-8"),
      ([0x61, 0x3a, 0x0a, 0xc3], "2:1", "found bytes that are not UTF-8"),
      ([0x61, 0xc0, 0x80], "1:2", "found bytes that are not UTF-8"),
      ([0x61, 0xe0, 0x80, 0x80], "1:2", "found bytes that are not UTF-8"),
      ([0x61, 0xed, 0xa0, 0x80], "1:2", "found bytes that are not UTF-8"),
      ([0x61, 0xf4, 0x90, 0x80, 0x80], "1:2", "found bytes that are not UTF-8"),
      ([0xff, 0xfe, 0x61, 0x00], "1:1", "found UTF-16 or UTF-32, expected UTF-8"),
      ([0xfe, 0xff, 0x00, 0x61], "1:1", "found UTF-16 or UTF-32, expected UTF-8"),
      ([0x61, 0x00, 0x3a, 0x00], "1:1", "found UTF-16 or UTF-32, expected UTF-8"),
      ([0x61, 0x3a, 0x00], "1:3", "found the control character U+0000"),
    ] as [([UInt8], String, String)])
  func refuseBytes(_ bytes: [UInt8], _ place: String, _ message: String) {
    let found = complaint(bytes) ?? "none"
    #expect(found.hasPrefix("f:\(place): error: not YAML: \(message)"), "\(found)")
  }
}
