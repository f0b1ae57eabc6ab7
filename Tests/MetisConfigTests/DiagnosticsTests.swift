import JSON
import Testing

@testable import MetisConfig

/// The excerpt of an error in `text`.
private func render(
  _ text: String, _ line: Int, _ column: Int, message: String = "wrong", hint: String? = nil,
  width: Int = 100, file: String = "m.toml"
) -> [String] {
  let error = ConfigError(
    at: ConfigPlace(file: file, line: line, column: column), message: message, hint: hint)
  let style = ConfigDiagnostic.Style(width: width)
  return ConfigDiagnostic.render(error, source: { _ in Array(text.utf8) }, style: style)
    .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}

@Suite struct DiagnosticsTests {
  @Test func anExcerptShowsTheKey() {
    let error = ConfigError(
      at: ConfigPlace(file: "metis.toml", line: 2, column: 1), keyPath: "server.prot",
      message: "unknown key", hint: "did you mean \"port\"?")
    let text = ConfigDiagnostic.render(
      error,
      source: { file in
        file == "metis.toml" ? Array("[server]\nprot = 3000\n".utf8) : nil
      })
    #expect(
      text == """
        metis.toml:2:1: error: server.prot: unknown key
          |
        2 | prot = 3000
          | ^~~~
          = help: did you mean "port"?
        """)
  }

  @Test(arguments: [
    ("port = 70000", 8, "port = 70000", "       ^~~~~"),
    ("name = \"a b\" # x", 8, "name = \"a b\" # x", "       ^~~~~"),
    ("x = [1, 2] # y", 5, "x = [1, 2] # y", "    ^~~~~~"),
    ("a = \"unclosed", 5, "a = \"unclosed", "    ^~~~~~~~~"),
    ("a = \"\"\"long", 5, "a = \"\"\"long", "    ^~~~~~~"),
    ("a.b.c = 1", 1, "a.b.c = 1", "^~~~~"),
    ("a = 1", 3, "a = 1", "  ^"),
    // Tabs go to the next multiple of four.
    ("\tport = 1", 2, "    port = 1", "    ^~~~"),
    ("a\tb = 1", 3, "a   b = 1", "    ^"),
    // A wide character takes two columns, a combining one none.
    ("日本 = 1, x = 2", 9, "日本 = 1, x = 2", "          ^"),
    ("e\u{301} = x", 6, "e\u{301} = x", "    ^"),
    // Behind the end.
    ("abc", 9, "abc", "   ^"),
    ("", 1, "", "^"),
    ("port = 1\r", 1, "port = 1", "^~~~"),
    // Controls are pictures: a terminal does nothing with them.
    ("a = \u{1b}[31m", 5, "a = ␛[31m", "    ^"),
    ("a = \u{202e}x", 1, "a = \u{fffd}x", "^"),
  ])
  func theCulpritIsUnderlined(_ line: String, _ column: Int, _ text: String, _ marks: String) {
    let lines = render("first\n\(line)\nthird", 2, column)
    #expect(lines[2] == (text.isEmpty ? "2 |" : "2 | \(text)"))
    #expect(lines[3] == "  | \(marks)")
  }

  @Test func longLinesAreCutAroundTheCulprit() {
    let line =
      String(repeating: "a", count: 300) + " = \"here\" # " + String(repeating: "b", count: 300)
    let lines = render(line, 1, 304, width: 60)
    #expect(lines[2].hasPrefix("1 | …") && lines[2].hasSuffix("…"))
    #expect(lines[2].count <= 60)
    let start = lines[3].firstIndex(of: "^").map {
      lines[3].distance(from: lines[3].startIndex, to: $0)
    }
    let text = Array(lines[2])
    #expect(start.map { String(text[$0..<($0 + 6)]) } == "\"here\"")
    #expect(lines[3].hasSuffix("^~~~~~"))
  }

  @Test(arguments: [1, 5, 20, 59, 60, 61, 80, 150, 199, 200, 250])
  func aCutNeverLosesTheCaret(_ column: Int) {
    let line = String((0..<200).map { Character(String($0 % 10)) })
    for shown in [line, String(repeating: "日 ", count: 100), String(repeating: "\t", count: 90)] {
      let lines = render(shown, 1, column, width: 50)
      #expect(lines.count == 4)
      let width = lines[2].unicodeScalars.reduce(0) { $0 + DisplayText.width($1) }
      #expect(width <= 51, "\(lines[2])")
      #expect(lines[3].contains("^"))
      #expect(lines[3].count <= 52)
    }
  }

  @Test func aPlaceWithoutALineHasNoExcerpt() {
    let error = ConfigError(
      at: ConfigPlace(file: "--set server.port=x"), keyPath: "server.port",
      message: "found a string, expected an integer", hint: "--set server.port=3001")
    #expect(
      ConfigDiagnostic.render(error, source: { _ in nil }) == """
        --set server.port=x: error: server.port: found a string, expected an integer
          = help: --set server.port=3001
        """)
    let secret = ConfigError(
      at: ConfigPlace(file: "--set server.input.key=hunter2"), keyPath: "server.input.key",
      message: "too short")
    #expect(
      ConfigDiagnostic.render(secret, source: { _ in nil })
        == "--set server.input.key=***: error: server.input.key: too short")
    #expect(ConfigDiagnostic.json(secret)["file"] == "--set server.input.key=***")
    let nowhere = ConfigError(.warning, at: ConfigPlace(file: ""), message: "odd")
    #expect(ConfigDiagnostic.render(nowhere, source: { _ in nil }) == "warning: odd")
  }

  @Test func linesThatAreNotThereHaveNoExcerpt() {
    #expect(render("a\nb", 9, 1) == ["m.toml:9:1: error: wrong"])
    let error = ConfigError(at: ConfigPlace(file: "x", line: 1, column: 1), message: "wrong")
    #expect(ConfigDiagnostic.render(error, source: { _ in nil }) == "x:1:1: error: wrong")
  }

  /// No line of the output holds a control character, whatever the file and the message hold.
  @Test func controlsNeverGetOut() {
    let error = ConfigError(
      at: ConfigPlace(file: "a\u{7}\nb", line: 1, column: 2), keyPath: "k\u{1b}[2J",
      message: "found \u{9b}x\r\n", hint: "\u{0}")
    let text = ConfigDiagnostic.render(
      error, source: { _ in (0...255).map { UInt8($0) == 10 ? 32 : UInt8($0) } })
    for scalar in text.unicodeScalars where scalar != "\n" {
      #expect(!DisplayText.isUnsafe(scalar), "\(scalar.value)")
    }
    #expect(text.split(separator: "\n").count == 5)
  }

  @Test func colorsAreAnOption() {
    let error = ConfigError(
      .warning, at: ConfigPlace(file: "m", line: 1, column: 1), keyPath: "a", message: "odd")
    let text = ConfigDiagnostic.render(
      error, source: { _ in Array("a = 1".utf8) }, style: .init(isColored: true))
    #expect(text.contains("\u{1b}[1;33mwarning\u{1b}[0m: \u{1b}[1ma\u{1b}[0m: odd"))
    let plain = text.replacing(/\u{1b}\[[0-9;]*m/, with: "")
    #expect(plain == ConfigDiagnostic.render(error, source: { _ in Array("a = 1".utf8) }))
  }

  @Test func severalAreCounted() {
    let place = ConfigPlace(file: "m", line: 1, column: 1)
    let errors = [
      ConfigError(at: place, message: "a"), ConfigError(.warning, at: place, message: "b"),
      ConfigError(at: place, message: "c"),
    ]
    #expect(ConfigDiagnostic.summary(of: errors) == "2 errors, 1 warning")
    #expect(ConfigDiagnostic.summary(of: []) == "no errors")
    #expect(ConfigDiagnostic.summary(of: [errors[0]]) == "1 error")
    var reads = 0
    let text = ConfigDiagnostic.render(
      errors,
      source: { _ in
        reads += 1
        return Array("x".utf8)
      })
    #expect(reads == 1)
    #expect(text.components(separatedBy: "\n\n").count == 3)
  }

  @Test func theJSONForm() {
    let error = ConfigError(
      at: ConfigPlace(file: "m.toml", line: 1, column: 3), keyPath: "ab", message: "odd",
      hint: "none")
    let source = { (_: String) in Array("  abc = 1".utf8) as [UInt8]? }
    #expect(
      ConfigDiagnostic.json(error, source: source) == [
        "file": "m.toml", "line": 1, "column": 3, "end_column": 6, "severity": "error",
        "key": "ab", "message": "odd", "hint": "none",
      ])
    let list = ConfigDiagnostic.json([
      error, ConfigError(.warning, at: ConfigPlace(file: ""), message: "x"),
    ])
    #expect(list["errors"] == 1 && list["warnings"] == 1)
    #expect(list["diagnostics"]?[0]?["end_column"] == nil)
    #expect(list["diagnostics"]?[1] == ["severity": "warning", "message": "x"])
  }
}

/// Excerpts show no secret.
@Suite struct DiagnosticsSecretTests {
  @Test(arguments: [
    ("password = \"hunter2\"", 1, "password = \"***\"", "^~~~~~~~"),
    ("password = \"hunter2\" # x", 12, "password = \"***\" # x", "           ^~~~~"),
    ("password = 'hunter2'", 12, "password = '***'", "           ^~~~~"),
    ("password = hunter2", 12, "password = ***", "           ^~~"),
    ("password: hunter2", 1, "password: ***", "^~~~~~~~"),
    ("- password: hunter2", 3, "- password: ***", "  ^~~~~~~~"),
    (
      "{ \"api_key\": \"hunter2\", \"a\": 1 }", 25, "{ \"api_key\": \"***\", \"a\": 1 }",
      "                    ^"
    ),
    ("valid_keys = [\"hunter2\", \"hunter2\"]", 1, "valid_keys = [\"***\", \"***\"]", "^~~~~~~~~~"),
    (
      "auth.api_key.valid_keys = ['hunter2']", 1, "auth.api_key.valid_keys = ['***']",
      "^~~~~~~~~~~~~~~~~~~~~~~"
    ),
    (
      "a = { token = \"hunter2\", b = \"c\" }", 30, "a = { token = \"***\", b = \"c\" }",
      "                         ^~~"
    ),
    ("url = \"redis://u:hunter2@h/\"", 1, "url = \"***\"", "^~~"),
    ("uri = \"redis://u:hunter2@h/\"", 1, "uri = \"redis://u:***@h/\"", "^~~"),
    ("key = \"hunter2\"", 1, "key = \"***\"", "^~~"),
    ("\"password\" = \"hunter2", 1, "\"password\" = \"***", "^~~~~~~~~~"),
    ("token = \"${T:-hunter2}\"", 1, "token = \"***\"", "^~~~~"),
    ("token = \"${T}\"", 1, "token = \"${T}\"", "^~~~~"),
    ("max_tokens = 5", 14, "max_tokens = 5", "             ^"),
    ("# token = \"hunter2\"", 3, "# token = \"***\"", "  ^~~~~"),
    ("allow_secret = true", 1, "allow_secret = true", "^~~~~~~~~~~~"),
    ("[auth.api_key]", 2, "[auth.api_key]", " ^~~~~~~~~~~~"),
    ("token = \"hun\\\"ter2\" x", 1, "token = \"***\" ***", "^~~~~"),
  ])
  func secretsOfALineAreStars(_ line: String, _ column: Int, _ text: String, _ marks: String) {
    let lines = render("x = 1\n\(line)\n", 2, column)
    #expect(lines[2] == "2 | \(text)")
    #expect(lines[3].hasPrefix("  | \(marks)"))
  }

  /// A secret that goes over several lines is hidden on each of them.
  @Test(arguments: [
    ("valid_keys = [\n  \"hunter2\",\n]\nname = \"x\"", [2], 4),
    ("private_key = \"\"\"\nhunter2\nhunter2==\n\"\"\"\nname = \"x\"", [2, 3], 5),
    ("private_key: |\n  hunter2\n\n  hunter2: a\nname: x", [2, 4], 5),
    ("private_key: >-\n  hunter2\nname: x", [2], 3),
    ("valid_keys:\n  - hunter2\n  - \"hunter2\"\nname: x", [2, 3], 4),
    ("valid_keys:\n- hunter2\nname: x", [2], 3),
    ("token:\n  hunter2\nname: x", [2], 3),
    ("token: \"hunter2\n  hunter2: a\"\nname: x", [1, 2], 3),
    ("token: hunter2\n  hunter2\nname: x", [1, 2], 3),
    ("token = \"hunter2\nname = \"x\"", [1], 2),
    ("{\n  \"valid_keys\": [\n    \"hunter2\"\n  ],\n  \"name\": \"x\"\n}", [3], 5),
    ("token = \"\"\"hunter2\nhunter2\nname = \"x\"", [1, 2], 3),
  ])
  func secretsOfSeveralLines(_ text: String, _ hidden: [Int], _ shown: Int) {
    for line in 1...text.split(separator: "\n", omittingEmptySubsequences: false).count {
      let lines = render(text, line, 1)
      #expect(!lines.joined().contains("hunter2"), "\(line)")
    }
    for line in hidden { #expect(render(text, line, 1)[2].contains("***"), "\(line)") }
    if !text.hasPrefix("token = \"\"\"") {
      #expect(render(text, shown, 1)[2].contains("x"))
    }
  }

  /// Quotes and brackets that mean nothing open nothing.
  @Test(arguments: [
    ("m.toml", "# use \"\"\" or [ here\ntoken = \"hunter2\"\n", 2),
    ("m.toml", "a = 1 # '\'\'\n[b]\ntoken = 'hunter2'\n", 3),
    ("m.yaml", "a: '\'\'\'\ntoken: hunter2\n", 2),
    ("m.yaml", "a: see [x\nprivate_key: |\n  hunter2\n  hunter2: a\n", 4),
    ("m.yaml", "a: [1,\n  2]\ntokens:\n  - hunter2\n", 4),
    ("m.yaml", "x:\n  # don't, \"\n  token: >\n    hunter2=\n", 4),
    ("m.json", "{\"a\": \"#\", \"b\": [\n{\"token\":\n\"hunter2\"}]}", 3),
  ])
  func oddSignsOpenNothing(_ file: String, _ text: String, _ line: Int) {
    let lines = render(text, line, 1, file: file)
    #expect(!lines.joined().contains("hunter2"))
    #expect(lines[2].contains("***"))
  }

  /// A table under a name that sounds secret is no secret by itself.
  @Test func tablesAreNoSecrets() {
    let text = "auth:\n  api_key:\n    header: X-API-Key\n    valid_keys: [hunter2]\n"
    #expect(render(text, 3, 5)[2] == "3 |     header: X-API-Key")
    #expect(render(text, 4, 5)[2] == "4 |     valid_keys: [***]")
  }

  /// Bytes that are no text, and every cut of a file, do no harm.
  @Test func anythingCanBeShown() {
    let text = Array(
      "a = [{ token = \"x\\\"\", b: 'c' }]\npassword: |\n \u{e9}\t\n\"\"\"'''\n${x:-${y}\n".utf8)
    for end in 0...text.count {
      var bytes = Array(text[..<end])
      bytes.append(0xff)
      let excerpt = SourceExcerpt(bytes, format: "toml", secretNames: [])
      for line in 0...6 {
        for column in [0, 1, 5, 40] {
          let shown = excerpt.line(line, column: column, width: 30)
          #expect((shown == nil) == (excerpt.endColumn(line: line, column: column) == nil))
        }
      }
    }
  }

  /// Programs write JSON in one line.
  @Test(.timeLimit(.minutes(1))) func aLongLineIsShownSoon() {
    let text = "{" + String(repeating: "\"key\":1,\"token\":\"abc\",", count: 20_000) + "}"
    let excerpt = SourceExcerpt(Array(text.utf8), format: "json", secretNames: [])
    let shown = excerpt.line(1, column: 2, width: 40)
    #expect(shown?.text.contains("\"token\":\"***\"") == true)
  }

  @Test func aByteOrderMarkIsNoColumn() {
    let excerpt = SourceExcerpt(Array("\u{feff}a = b\n".utf8), format: "toml", secretNames: [])
    let shown = excerpt.line(1, column: 5, width: 40)
    #expect(shown?.text == "a = b" && shown?.underline == 4..<5)
  }
}
