import JSON
import Testing

@testable import MetisConfig

@Suite struct ReadingTests {
  @Test func tomlKeepsOrderAndPlaces() throws {
    let value = try ConfigSource.parse(
      Array("zebra = 1\nant = \"ü\" # note\n[table.inner]\nb = [true, 2.5]\na = 1979-05-27\n".utf8),
      as: "toml", file: "f.toml")
    #expect(
      value.toJSON().description
        == #"{"zebra":1,"ant":"ü","table":{"inner":{"b":[true,2.5],"a":"1979-05-27"}}}"#)
    let inner = try #require(value["table"]?["inner"]?.table)
    #expect(inner[0].place == ConfigPlace(file: "f.toml", line: 4, column: 1))
    #expect(inner[0].value.array?[1].place == ConfigPlace(file: "f.toml", line: 4, column: 12))
    #expect(inner[1].place.line == 5)
    guard case .datetime("1979-05-27") = inner[1].value.content else {
      Issue.record("found \(inner[1].value.content)")
      return
    }
  }

  @Test func tomlDateAndTime() throws {
    let value = try ConfigSource.parse(
      Array("a = 1979-05-27T07:32:00.5-07:00\nb = 07:32:00\n".utf8), as: "toml", file: "f")
    #expect(value.toJSON().description == #"{"a":"1979-05-27T07:32:00.5-07:00","b":"07:32:00"}"#)
  }

  @Test func tomlInlineTablesOverSeveralLines() throws {
    let value = try ConfigSource.parse(
      Array("a = {\n  b = 1,\n  c = [1,\n 2],\n}\n".utf8), as: "toml", file: "f")
    #expect(value.toJSON().description == #"{"a":{"b":1,"c":[1,2]}}"#)
    #expect(value["a"]?.isInline == true)
  }

  @Test func dottedKeysAndReopenedTablesFollowTheSource() throws {
    let value = try ConfigSource.parse(
      Array("[b]\nx.z = 1\nx.a = 2\n[a]\n[b.y]\n[b.k]\n".utf8), as: "toml", file: "f")
    #expect(value.toJSON().description == #"{"b":{"x":{"z":1,"a":2},"y":{},"k":{}},"a":{}}"#)
  }

  @Test func tomlErrorsHaveAPlace() throws {
    #expect(
      try errors("[server]\nname = \n").first?.hasPrefix("metis.toml:2:8: error: not TOML: ")
        == true)
    #expect(try errors("a = 1\na = 2\n").first?.contains("metis.toml:2:") == true)
    #expect(
      try errors("a = nan\n").first?.contains("metis.toml:1:5: error: found inf or nan") == true)
  }

  @Test func parserMessagesDoNotQuoteValues() throws {
    for text in [
      "[auth.api_key]\nkey = true_secret_word\n", "[auth.api_key]\nkey = 12345678901234567890123\n",
      "key = truesecretword\n", "key = inf_secret\n", "key = 0xsecret\n",
    ] {
      let found = try errors(text)
      #expect(!found.isEmpty)
      for error in found {
        #expect(!error.contains("secret"))
        #expect(!error.contains("1234567890"))
      }
    }
    #expect(
      ConfigSource.withoutValues("expected 'true', saw 'trusecret'")
        == "expected 'true', saw a value")
    #expect(ConfigSource.withoutValues("cannot redefine existing string 'name'").contains("'name'"))
  }

  /// Texts that release builds of the parser have undefined behaviour for, if left to themselves.
  @Test func textsThatBreakTheParserAreErrorsWithAPlace() throws {
    #expect(
      try errors("a = 1\n[[.b]]\n") == ["metis.toml:2:3: error: not TOML: unexpected character"])
    #expect(
      try errors("# ü\n\n  [ .b]\n") == ["metis.toml:3:5: error: not TOML: unexpected character"])
    let value = try ConfigSource.parse(Array("\"ä\" = 1\n".utf8), as: "toml", file: "f")
    #expect(value.toJSON().description == #"{"ä":1}"#)
    #expect(try errors("÷ = 1\n").count == 1)
    #expect(try errors("a = ÷\n").count == 1)
  }

  @Test func keysOfTooManyPartsAreRefused() throws {
    let key = Array(repeating: "a", count: 100_000).joined(separator: ".")
    #expect(
      try errors("\(key) = 1\n") == [
        "metis.toml:1:257: error: not TOML: tables and arrays stand more than 64 deep; the limit is 64"
      ])
    #expect(try errors("[\(key)]\n").count == 1)
    let deep = String(repeating: "[", count: 100_000)
    #expect(try errors("a = \(deep)\n").count == 1)
    let dots = String(repeating: ".", count: 1000)
    let text = "[server]\ninstructions = \"\"\"\nx\(dots)\n\"\"\"\n"
    #expect(try load(text).server.instructions?.contains(dots) == true)
  }

  @Test func jsonKeepsPlaces() throws {
    let text = "{\n  \"ü\": [1,\n    {\"b\": null}],\n  \"c\": 1.50\n}"
    let value = try ConfigSource.parse(Array(text.utf8), as: "json", file: "f.json")
    #expect(value.toJSON().description == #"{"ü":[1,{"b":null}],"c":1.50}"#)
    let entries = try #require(value.table)
    #expect(entries[0].place == ConfigPlace(file: "f.json", line: 2, column: 3))
    #expect(entries[0].value.place == ConfigPlace(file: "f.json", line: 2, column: 8))
    #expect(entries[0].value.array?[1].table?[0].place.column == 6)
    #expect(entries[1].value.place == ConfigPlace(file: "f.json", line: 4, column: 8))
  }

  @Test func jsonErrorsHaveAPlace() throws {
    #expect(
      try errors("{\"a\": 1,\n \"a\": 2}", name: "m.json") == [
        "m.json:2:2: error: a: found this key a second time in its object; it stands first in line 1, "
          + "column 2"
      ])
    #expect(
      try errors("{\n,}", name: "m.json").first?.hasPrefix("m.json:2:1: error: not JSON") == true)
    #expect(
      try errors("[]", name: "m.json") == ["m.json:1:1: error: found an array, expected an object"])
  }

  @Test func otherFormatsAreRefused() throws {
    #expect(try errors("a", name: "m.ini").first?.contains("unknown format") == true)
  }

  @Test func missingFilesAreNamed() throws {
    #expect(throws: ConfigErrors.self) { try Configuration.load(["/nowhere/metis.toml"]) }
    do {
      _ = try Configuration.load(["/nowhere/a.toml", "/nowhere/b.toml"])
    } catch {
      #expect(error.errors.count == 2)
      #expect(
        error.errors[0].description
          == "/nowhere/a.toml: error: the file cannot be read: No such file or directory")
    }
  }

  @Test func nearestKeys() {
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("naem", "name") == 1)
    #expect(editDistance("", "abc") == 3)
    #expect(nearest(to: "descripton", among: ["name", "description"]) == "description")
    #expect(nearest(to: "inputSchema", among: ["input_schema"]) == "input_schema")
    #expect(nearest(to: "ttl", among: ["scope", "ttl_ms"]) == "ttl_ms")
    #expect(nearest(to: "ttl", among: ["ttl_ms", "ttl_sec"]) == nil)
    #expect(nearest(to: "zzz", among: ["name", "description"]) == nil)
  }
}
