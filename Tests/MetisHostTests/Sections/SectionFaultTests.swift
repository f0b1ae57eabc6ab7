import JSON
import MetisConfig
import Testing

@testable import MetisHost

@Suite struct SectionFaultTests {
  private static let schema = """
    {"type":"object","additionalProperties":false,"required":["name"],"properties":{
    "name":{"type":"string","pattern":"^[a-z]+$","description":"Lower-case letters."},
    "port":{"type":"integer","minimum":1,"maximum":65535},
    "ratio":{"type":"number","exclusiveMaximum":1},
    "level":{"enum":["debug","info","warning"]},
    "version":{"const":2},
    "tags":{"type":"array","items":{"type":"string"},"uniqueItems":true},
    "inner":{"type":"object","minProperties":1,"additionalProperties":{"type":["boolean","array"]}},
    "key":{"type":"string","minLength":8,"writeOnly":true}}}
    """

  @Test func whatFitsIsNotFaulted() throws {
    let found = try Words.faults(
      Self.schema, "name = \"a\"\nport = 1\nratio = 0.5\nlevel = \"info\"\ninner = { a = true }")
    #expect(found == [])
  }

  @Test(arguments: [
    ("name = 5", ["/name: found 5, expected a string"]),
    (
      "name = \"A\"",
      [
        "/name: found \"A\", expected a match of the pattern ^[a-z]+$ (Lower-case letters.)"
      ]
    ),
    ("port = 1", [": the key \"name\" is missing (Lower-case letters.)"]),
    ("nmae = \"a\"", ["/nmae: unknown key (did you mean \"name\"?)"]),
    ("name = \"a\"\nprot = 1", ["/prot: unknown key (did you mean \"port\"?)"]),
    (
      "name = \"a\"\nzzzzzzz = 1",
      [
        "/zzzzzzz: unknown key (known here: name, port, ratio, level, version, tags, inner, key)"
      ]
    ),
    ("name = \"a\"\nport = 0", ["/port: found 0, expected at least 1"]),
    ("name = \"a\"\nport = 1.5", ["/port: found 1.5, expected an integer"]),
    ("name = \"a\"\nratio = 1", ["/ratio: found 1, expected less than 1"]),
    ("name = \"a\"\nratio = true", ["/ratio: found true, expected a number"]),
    (
      "name = \"a\"\nlevel = \"warn\"",
      [
        "/level: found \"warn\", expected one of \"debug\", \"info\", \"warning\""
      ]
    ),
    (
      "name = \"a\"\nlevel = \"inof\"",
      [
        "/level: found \"inof\", expected one of \"debug\", \"info\", \"warning\" "
          + "(did you mean \"info\"?)"
      ]
    ),
    ("name = \"a\"\nversion = 1", ["/version: found 1, expected 2"]),
    ("name = \"a\"\ntags = [\"x\", 1]", ["/tags/1: found 1, expected a string"]),
    ("name = \"a\"\ninner = { }", ["/inner: found an empty table, expected at least one key"]),
    (
      "name = \"a\"\ninner = { a = 1 }",
      [
        "/inner/a: found 1, expected true or false or an array"
      ]
    ),
    (
      "name = \"a\"\nkey = \"hunter2\"",
      [
        "/key: found another value (a secret), expected at least 8"
      ]
    ),
    ("name = [ ]", ["/name: found an array, expected a string"]),
  ])
  func eachMistakeHasItsWords(section: String, expected: [String]) throws {
    #expect(try Words.faults(Self.schema, section) == expected)
  }

  @Test func allMistakesAreToldAtOnce() throws {
    let found = try Words.faults(
      Self.schema, "port = 70000\nlevel = \"x\"\nprot = 1\ninner = { a = 1, b = 2 }")
    #expect(found.count == 6)
  }

  @Test func membersThatNoSubschemaKnowsAreToldBesideOtherMistakes() throws {
    let schema = """
      {"allOf":[{"properties":{"port":{"type":"integer"}}}],"$ref":"#/$defs/named",
      "unevaluatedProperties":false,
      "$defs":{"named":{"properties":{"name":{"type":"string"}}}}}
      """
    #expect(
      try Words.faults(schema, "prot = 1") == ["/prot: unknown key (did you mean \"port\"?)"])
    #expect(
      try Words.faults(schema, "nmae = 1\nport = \"x\"") == [
        "/port: found \"x\", expected an integer", "/nmae: unknown key (did you mean \"name\"?)",
      ])
  }

  // MARK: Choices

  private static let shapes = """
    {"properties":{"shape":{"oneOf":[
    {"type":"string","enum":["dot","line"]},
    {"type":"object","required":["kind","radius"],"additionalProperties":false,
     "properties":{"kind":{"const":"circle"},"radius":{"type":"number","minimum":0}}},
    {"$ref":"#/$defs/box"}]}},
    "$defs":{"box":{"type":"object","required":["kind"],"additionalProperties":false,
     "properties":{"kind":{"const":"box"},"side":{"type":"integer"},
     "inner":{"anyOf":[{"$ref":"#/properties/shape"},{"type":"null"}]}}}}}
    """

  @Test(arguments: [
    ("shape = 5", ["/shape: found 5, expected a string or a table"]),
    (
      "shape = \"dott\"",
      [
        "/shape: found \"dott\", expected one of \"dot\", \"line\" (did you mean \"dot\"?)"
      ]
    ),
    (
      "shape = { kind = \"circle\", radius = -1 }",
      [
        "/shape/radius: found -1, expected at least 0"
      ]
    ),
    (
      "shape = { kind = \"box\", sied = 1, side = \"x\" }",
      [
        "/shape/side: found \"x\", expected an integer",
        "/shape/sied: unknown key (known here: kind, side, inner)",
      ]
    ),
    (
      "shape = { kind = \"box\", sdie = 1 }",
      [
        "/shape/sdie: unknown key (did you mean \"side\"?)"
      ]
    ),
    (
      "shape = { kind = \"box\", inner = { kind = \"circle\", radius = \"x\" } }",
      ["/shape/inner/radius: found \"x\", expected a number"]
    ),
  ])
  func theNearestBranchIsTold(section: String, expected: [String]) throws {
    #expect(try Words.faults(Self.shapes, section) == expected)
  }

  @Test func branchesThatOnlyAskForKeysAreListed() throws {
    let schema = """
      {"properties":{"text":{},"file":{},"blob":{}},"additionalProperties":false,
      "oneOf":[{"required":["text"]},{"required":["file"]},{"required":["blob"]}]}
      """
    #expect(
      try Words.faults(schema, "")
        == [": found none of text, file and blob, expected exactly one of them"])
    #expect(
      try Words.faults(schema, "text = 1\nblob = 2")
        == [": found text and blob together, expected one of them"])
  }

  @Test func conditionsAreFollowed() throws {
    let schema = """
      {"properties":{"mode":{"enum":["url","form"]}},
      "if":{"properties":{"mode":{"const":"url"}},"required":["mode"]},
      "then":{"required":["url"]},"else":{"properties":{"fields":{"type":"array"}}},
      "not":{"required":["a","b"]},"dependentRequired":{"user":["password"]}}
      """
    #expect(
      try Words.faults(schema, "mode = \"url\"") == [": the key \"url\" is missing"])
    #expect(
      try Words.faults(schema, "fields = 1") == ["/fields: found 1, expected an array"])
    #expect(
      try Words.faults(schema, "a = 1\nb = 1") == [": found a and b together (keep one of them)"])
    #expect(
      try Words.faults(schema, "user = 1")
        == [": the key \"password\" is missing, since there is \"user\""])
  }

  @Test func keysWithOddNamesAreFound() throws {
    let schema = #"{"properties":{"a/b~c":{"type":"object","properties":{"":{"type":"null"}}}}}"#
    #expect(
      try Words.faults(schema, "[\"a/b~c\"]\n\"\" = 1")
        == ["/a~1b~0c/: found 1, expected null"])
  }

  @Test func referencesThatBranchWithoutEndAreBounded() throws {
    let schema = ##"{"properties":{"a":{"anyOf":[{"$ref":"#"},{"$ref":"#"},{"type":"string"}]}}}"##
    let compiled = try SectionSchema(Array(schema.utf8))
    let depth = 40
    let value = try Words.value(
      String(repeating: "a.", count: depth) + "a = \"${X}\"", ["X": "5"])
    // Two to the power of forty ways lead there: it is left as it is, and soon.
    let last = compiled.converting(value).value(at: Array(repeating: "a", count: depth + 1))
    #expect(last?.string == "5")
  }

  @Test func aSchemaThatIsNoneIsRefused() {
    #expect(throws: SectionSchemaError.self) { try SectionSchema(Array("{".utf8)) }
    #expect(throws: SectionSchemaError.self) {
      try SectionSchema(Array(#"{"type":"nothing"}"#.utf8))
    }
  }

  // MARK: The environment

  private static let typed = """
    {"properties":{"port":{"type":"integer","maximum":65535},"loud":{"type":"boolean"},
    "ratio":{"$ref":"#/$defs/ratio"},"name":{"type":"string"},"any":{},
    "both":{"type":["integer","string"]},"level":{"enum":[1,2]},
    "list":{"type":"array","items":{"anyOf":[{"type":"number"},{"type":"boolean"}]}},
    "others":{"additionalProperties":{"type":"integer"}}},
    "$defs":{"ratio":{"type":"number"}}}
    """

  @Test func textsOfTheEnvironmentBecomeWhatIsWanted() throws {
    let compiled = try SectionSchema(Array(Self.typed.utf8))
    let value = try Words.value(
      """
      port = "${N}"
      loud = "${B}"
      ratio = "${F}"
      name = "${N}"
      any = "${N}"
      both = "${N}"
      level = "${ONE}"
      list = ["${F}", "${B}", "5"]
      others = { a = "${N}" }
      """, ["N": "3000", "B": "true", "F": "0.5", "ONE": "1"])
    let expected: JSONValue = [
      "port": 3000, "loud": true, "ratio": 0.5, "name": "3000", "any": "3000", "both": "3000",
      "level": 1, "list": [0.5, true, "5"], "others": ["a": 3000],
    ]
    #expect(compiled.converting(value).toJSON() == expected)
  }

  @Test func conditionsSayWhatIsWanted() throws {
    let schema = """
      {"allOf":[
      {"if":{"properties":{"type":{"const":"a"}}},"then":{"properties":{"x":{"type":"integer"}}}},
      {"if":{"properties":{"type":{"const":"b"}}},"then":{"properties":{"x":{"type":"string"}}}}]}
      """
    let compiled = try SectionSchema(Array(schema.utf8))
    for (type, expected) in [("a", JSONValue(5)), ("b", "5"), ("c", "5")] {
      let value = try Words.value("type = \"\(type)\"\nx = \"${X}\"", ["X": "5"])
      #expect(compiled.converting(value)["x"]?.toJSON() == expected)
    }
  }

  @Test func textsOfTheEnvironmentAreNeverQuoted() throws {
    let value = try Words.value(
      "port = \"${A}\"\nloud = \"${B}\"\nlevel = \"${C}\"\nratio = \"${B}\"",
      ["A": "70001", "B": "hunter2", "C": "7"])
    #expect(
      try Words.faults(Self.typed, value) == [
        "/port: found a value from the environment, expected at most 65535",
        "/loud: found a value from the environment, expected true or false",
        "/ratio: found a value from the environment, expected a number",
        "/level: found a value from the environment, expected one of 1, 2",
      ])
  }
}
