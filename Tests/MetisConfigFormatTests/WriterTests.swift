import JSON
import Testing

@testable import MetisConfig

@Suite struct WriterTests {
  private let source = #"""
    {"name": "demo", "port": 8080, "ratio": 0.5, "on": true,
     "server": {"hosts": ["a", "b"], "limits": {"depth": 3, "bytes": 10}},
     "tools": [
       {"name": "first", "mock": {"strategy": "static", "text": "one\ntwo \"q\" \\d\n"}},
       {"name": "second", "pattern": "^\\d+$", "rules": [{"a": {"b": {"c": 1}}}, {"a": {}}],
        "input": {"type": "object", "properties": {"q": {"type": "string", "minLength": 1}}}}],
     "empty": {}, "none": [], "odd key": "it's \"both\"", "yes": "no"}
    """#

  @Test func writesTOML() throws {
    let text = try ConfigWriter.text(of: parsed(source, as: .json), as: .toml)
    #expect(
      text == #"""
        name = "demo"
        port = 8080
        ratio = 0.5
        on = true
        none = []
        "odd key" = "it's \"both\""
        yes = "no"

        [server]
        hosts = ["a", "b"]
        limits = { depth = 3, bytes = 10 }

        [[tools]]
        name = "first"

        [tools.mock]
        strategy = "static"
        text = """
        one
        two "q" \\d
        """

        [[tools]]
        name = "second"
        pattern = '^\d+$'

        [[tools.rules]]
        a = { b = { c = 1 } }

        [[tools.rules]]
        a = {}

        [tools.input]
        type = "object"
        properties = { q = { type = "string", minLength = 1 } }

        [empty]

        """#, "\(text)")
  }

  @Test func writesYAML() throws {
    let text = try ConfigWriter.text(of: parsed(source, as: .json), as: .yaml)
    #expect(
      text == #"""
        name: demo
        port: 8080
        ratio: 0.5
        "on": true
        server:
          hosts:
            - a
            - b
          limits:
            depth: 3
            bytes: 10
        tools:
          - name: first
            mock:
              strategy: static
              text: |
                one
                two "q" \d
          - name: second
            pattern: ^\d+$
            rules:
              - a:
                  b:
                    c: 1
              - a: {}
            input:
              type: object
              properties:
                q:
                  type: string
                  minLength: 1
        empty: {}
        none: []
        odd key: it's "both"
        "yes": "no"

        """#, "\(text)")
  }

  @Test(arguments: [
    "", "~", "null", "true", "False", "yes", "No", "on", "OFF", "y", "n", "1", "-1", "0777",
    "1_000",
    "0x1f", "1.5", "1e3", ".inf", "12:30:45", "80:80", "2001-12-14", "2001-12-14T21:59:43Z", "<<",
    "=",
    "- a", "-", "? a", ": a", "a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a",
    "`a",
    "'a'", "\"a\"", "[a", "{a", " a", "a ", "\ta", "a\tb", "a\rb", "a\u{85}b", "a\u{2028}b",
    "\u{feff}",
    "\u{0}", "\u{7f}", "...", "--- a", "a\nb", "a\n", "\n", "\na", " a\nb", "a\n\n", "a\n \nb",
    "a\n\tb", "\ta\nb", "a\r\nb", "\"\"\"", "a\n\"\"\"\"", "a\\\nb", "é😀\nx", "a\n# b",
  ])
  func writesStringsThatReadBack(_ text: String) throws {
    let place = ConfigPlace(file: "f")
    let string = ConfigValue(.string(text), at: place)
    let list = ConfigValue(.array([string, ConfigValue(.array([string]), at: place)]), at: place)
    let tree = ConfigValue(
      .table([
        ConfigEntry(key: "a", at: place, value: string),
        ConfigEntry(key: text + "k", at: place, value: list),
        ConfigEntry(key: text, at: place, value: ConfigValue(.table([]), at: place)),
      ]), at: place)
    for format in ConfigFormat.allCases {
      let written = try ConfigWriter.text(of: tree, as: format)
      let read = try parsed(written, as: format)
      #expect(read.toJSON() == tree.toJSON(), "\(format): \(written)")
    }
  }

  @Test(arguments: ["a", "a b", "a/b.c", "^\\d+$", "1.2.3", "10.0.0.1", "a:b", "a#b", "x-y", "ünï"])
  func quotesOnlyWhatNeedsIt(_ text: String) throws {
    let tree = try parsed("{\"k\": \(JSONValue(text))}", as: .json)
    #expect(try ConfigWriter.text(of: tree, as: .yaml) == "k: \(text)\n")
  }

  @Test func writesDates() throws {
    let text = "a = 1979-05-27T07:32:00Z\nb = 1979-05-27\nc = 07:32:00\nd = 1979-05-27T07:32:00.5\n"
    let tree = try parsed(text, as: .toml)
    #expect(try ConfigWriter.text(of: tree, as: .toml) == text)
    #expect(
      try ConfigWriter.text(of: tree, as: .yaml)
        == "a: 1979-05-27T07:32:00Z\nb: 1979-05-27\nc: \"07:32:00\"\nd: 1979-05-27T07:32:00.5\n")
    let again = try parsed(ConfigWriter.text(of: tree, as: .json), as: .json)
    #expect(again["c"]?.string == "07:32:00")
    #expect(
      tree.table?.map(\.value.datetimeKind) == [
        .offsetDateTime, .localDate, .localTime, .localDateTime,
      ])
  }

  @Test(arguments: [
    "", "1979-05-27 ", "1979-5-27", "1979-05-27T", "1979-05-27T07:32", "07:32", "07:32:00Z",
    "07:32:00.", "1979-05-27T07:32:00+1:00", "1979-05-27T07:32:00Zx", "x",
  ])
  func knowsWhatIsNoDate(_ text: String) {
    #expect(ConfigDatetimeKind(text) == nil)
  }

  @Test func refusesWhatTOMLCannotSay() throws {
    let text =
      "{\"a\": [1, null], \"b\": {\"c\": null},\n\"d\": 18446744073709551616, \"e\": 1e400}"
    let tree = try parsed(text, as: .json)
    #expect(throws: ConfigErrors.self) { try ConfigWriter.text(of: tree, as: .toml) }
    do {
      _ = try ConfigWriter.text(of: tree, as: .toml)
    } catch {
      #expect(
        error.description == """
          f:1:11: error: a[1]: found null, which TOML cannot say (leave the key out)
          f:2:6: error: d: found an integer of more than 64 bits, which TOML cannot say (write it as \
          a string)
          f:2:33: error: e: found a number beyond the range of 64 bits, which TOML cannot say (write \
          it as a string)
          f:1:29: error: b.c: found null, which TOML cannot say (leave the key out)
          """)
    }
    #expect(try parsed(ConfigWriter.text(of: tree, as: .yaml)).toJSON() == tree.toJSON())
  }

  @Test func writesLongKeys() throws {
    let key = String(repeating: "k", count: 2000)
    let tree = try parsed("{\"\(key)\": {\"\(key)\": [{\"\(key)\": 1}]}}", as: .json)
    for format in ConfigFormat.allCases {
      let read = try parsed(ConfigWriter.text(of: tree, as: format), as: format)
      #expect(read.toJSON() == tree.toJSON())
    }
  }

  @Test func writesTablesAlone() throws {
    let list = try parsed("{\"a\": []}", as: .json)["a"] ?? parsed("")
    #expect(throws: ConfigErrors.self) { try ConfigWriter.text(of: list, as: .yaml) }
    for format in ConfigFormat.allCases {
      let empty = try ConfigWriter.text(of: parsed(""), as: format)
      #expect(try parsed(empty, as: format).table?.isEmpty == true)
    }
  }

  @Test func formatsKnowTheirFiles() {
    #expect(ConfigFormat(fileExtension: "yml") == .yaml)
    #expect(ConfigFormat(fileExtension: "toml") == .toml)
    #expect(ConfigFormat(fileExtension: "txt") == nil)
    #expect(ConfigFormat.allCases.flatMap(\.fileExtensions) == ["toml", "yaml", "yml", "json"])
  }
}
