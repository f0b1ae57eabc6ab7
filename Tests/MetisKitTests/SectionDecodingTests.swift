import Testing

@testable import MetisKit

@Suite struct SectionDecodingTests {
  @Test(arguments: [
    ("$", []),
    ("$.a", ["a"]),
    ("$.tools[2].name", ["tools", "2", "name"]),
    (#"$["a b"]["c\"]"].d"#, ["a b", "c\"]", "d"]),
    (#"$["\u00e9~/"][0][1]"#, ["é~/", "0", "1"]),
    ("$.größe.x", ["größe", "x"]),
  ])
  func aJSONPathBecomesItsSteps(path: String, expected: [String]) {
    #expect(steps(path) == expected)
  }

  @Test func everyPathThatTheDecoderGivesComesBack() throws {
    struct Leaf: Decodable { var n: Int }
    let names = ["a", "a b", "a.b", "a[0]", "\"", "\\", "]", "é", "", "0", "~/", "\n"]
    for outer in names {
      for inner in names {
        let value: JSONValue = [outer: [[inner: ["n": "x"]]]]
        let error = #expect(throws: ConfigError.self) {
          try decodeSection([String: [[String: Leaf]]].self, value)
        }
        #expect(error?.path == [outer, "0", inner, "n"])
        #expect(error?.message == "found a string \"x\", expected an integer")
      }
    }
  }

  @Test func aPathIsWrittenForPeopleAndAsAPointer() {
    let error = ConfigError(["a", "b/c~d", "0"], "is wrong")
    #expect(error.description == "a.b/c~d.0: is wrong")
    #expect(error.pointer == "/a/b~1c~0d/0")
    #expect(ConfigError("is wrong").description == "is wrong")
  }
}
