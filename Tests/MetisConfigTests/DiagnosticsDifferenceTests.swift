import JSON
import Testing

@testable import MetisConfig

private func changes(_ old: String, _ new: String) throws -> [ConfigDifference.Change] {
  ConfigDifference.between(
    old: try tree(old, file: "old.toml"), new: try tree(new, file: "new.toml"))
}

private func text(_ old: String, _ new: String) throws -> String {
  ConfigDifference.text(try changes(old, new))
}

@Suite struct DiagnosticsDifferenceTests {
  @Test func theSameHasNoChanges() throws {
    #expect(try changes(everySetting, everySetting).isEmpty)
    #expect(try changes(definitions, definitions).isEmpty)
    // Neither the order of keys nor the form of a table or a number counts.
    #expect(
      try changes(
        "a = 1\nb = { c = 2, d = 2026-01-02 }", "[b]\nd = \"2026-01-02\"\nc = 2.0\n[x]"
      ).map(\.path) == ["a", "x"])
  }

  @Test func settings() throws {
    #expect(
      try text(
        """
        title = "a"
        [server]
        port = 3000
        revisions = ["a", "b"]
        [logging]
        format = "json"
        """,
        """
        title = "a\\nb"
        [server]
        port = 3001
        revisions = ["b"]
        [journal]
        capacity = 5
        [server.tls]
        """) == """
          ~ title = "a" -> "a\\nb"
          ~ server.port = 3000 -> 3001
          ~ server.revisions = ["a", "b"] -> ["b"]
          + server.tls = {}
          - logging
          -   format = "json"
          + journal
          +   capacity = 5
          """)
  }

  @Test func definitionsAreMatchedByName() throws {
    let old = """
      [[tools]]
      name = "a"
      mock = { strategy = "echo" }
      [[tools]]
      name = "b"
      mock = { strategy = "echo" }
      [[tools]]
      name = "c"
      """
    let new = """
      [[tools]]
      name = "c"
      [[tools]]
      name = "d"
      mock = { strategy = "static" }
      [[tools]]
      name = "a"
      mock = { strategy = "random" }
      """
    #expect(
      try text(old, new) == """
        ~ tools["a"].mock.strategy = "echo" -> "random"
        - tools["b"]
        -   name = "b"
        -   mock.strategy = "echo"
        + tools["d"]
        +   name = "d"
        +   mock.strategy = "static"
        ~ tools: another order: "c", "a"
        """)
    let found = try changes(old, new)
    #expect(found.map(\.kind) == [.changed, .removed, .added, .reordered])
    #expect(found.map(\.place.file) == ["new.toml", "old.toml", "new.toml", "new.toml"])
    #expect(found[0].place.line == 8)
  }

  @Test func resourcesAreMatchedByURI() throws {
    let old =
      "[[resources]]\nuri = \"a://b\"\nname = \"x\"\n[[resources]]\nuri_template = \"a://{c}\"\nname = \"x\""
    let new = old.replacing("a://{c}\"\nname = \"x\"", with: "a://{c}\"\nname = \"y\"")
    #expect(try changes(old, new).map(\.path) == ["resources[\"a://{c}\"].name"])
    let arguments = { (required: String) in
      "[[prompts]]\nname = \"p\"\narguments = [{ name = \"a\", required = \(required) }]"
    }
    #expect(
      try changes(arguments("true"), arguments("false")).map(\.path)
        == ["prompts[\"p\"].arguments[\"a\"].required"])
  }

  @Test func otherArraysAreMatchedByPlace() throws {
    #expect(
      try changes("a = [{ x = 1 }, { x = 2 }]", "a = [{ x = 1 }, { x = 3 }]").map(\.path)
        == ["a[1].x"])
    #expect(try changes("a = [{ x = 1 }]", "a = [{ x = 1 }, { x = 3 }]").map(\.path) == ["a"])
    #expect(try changes("a = []", "a = [{ name = \"n\" }]").map(\.path) == ["a[\"n\"]"])
    #expect(try changes("a = []", "a = [1]").map(\.kind) == [.changed])
    #expect(try changes("a = 1", "[a]\nb = 1").map(\.kind) == [.changed])
  }

  @Test func secretsAreMasked() throws {
    let found = try text(
      """
      [auth.api_key]
      valid_keys = ["hunter1"]
      [server.input]
      key = "hunter2hunter2hunter2"
      [a]
      url = "http://u:hunter3@h"
      """,
      """
      [auth.api_key]
      valid_keys = ["hunter4"]
      [a]
      url = "http://u:hunter5@h"
      [auth.bearer]
      token = "hunter6"
      """)
    #expect(!found.contains("hunter"))
    #expect(
      found == """
        ~ auth.api_key.valid_keys = ["***"], another value
        + auth.bearer
        +   token = "***"
        - server
        -   input.key = "***"
        ~ a.url = "http://u:***@h", another value
        """)
  }

  @Test func theJSONForm() throws {
    let json = ConfigDifference.json(try changes("a = 1\nb = 2", "a = 3\n\"c d\" = { e = 4 }"))
    #expect(
      json == [
        "changes": [
          [
            "path": "a", "kind": "changed", "old": 1, "new": 3, "file": "new.toml", "line": 1,
            "column": 1,
          ],
          [
            "path": "b", "kind": "removed", "old": 2, "file": "old.toml", "line": 2, "column": 1,
          ],
          [
            "path": "\"c d\"", "kind": "added", "new": ["e": 4], "file": "new.toml", "line": 2,
            "column": 1,
          ],
        ],
        "counts": ["added": 1, "removed": 1, "changed": 1, "reordered": 0],
      ])
  }

  /// Nothing of a file moves a terminal's cursor, and no line is endless.
  @Test func linesAreShortAndPlain() throws {
    let long = String(repeating: "x", count: 500)
    let found = try text("a = \"\\u001B[2J\"", "a = \"\(long)\"\nb = \"\\u202E\"")
    #expect(found.hasPrefix("~ a = \"\\u001b[2J\" -> \"xxx"))
    #expect(found.contains("+ b = \"\\u202e\""))
    #expect(found.split(separator: "\n").allSatisfy { $0.count < 400 })
  }
}
