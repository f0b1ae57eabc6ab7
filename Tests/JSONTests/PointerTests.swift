import JSON
import Testing

@Suite struct PointerTests {
  /// The example of RFC 6901, section 5.
  static let document = #"""
    {"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}
    """#

  @Test(arguments: [
    ("/foo/0", "\"bar\""), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"), ("/g|h", "4"),
    ("/i\\j", "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"), ("/foo", "[\"bar\",\"baz\"]"),
  ])
  func evaluates(_ text: String, _ expected: String) throws {
    let document = try JSONValue(json: Self.document)
    let pointer = try JSONPointer(text)
    #expect(document[pointer]?.description == expected)
    #expect(pointer.description == text)
    #expect(document[try JSONPointer("")] == document)
  }

  @Test(arguments: [
    ("/foo/2", "found 2 elements, expected one with the index 2"),
    ("/foo/-", "expected the index of an element"), ("/foo/01", "expected the index of an element"),
    ("/foo/+1", "expected the index of an element"), ("/foo/x", "expected the index of an element"),
    ("/foo/99999999999999999999", "expected the index of an element"),
    ("/bar", "at \"\": found no member \"bar\""), ("/a~1b/x", "at \"/a~1b\": found a number"),
  ])
  func leadsNowhere(_ text: String, _ message: String) throws {
    let document = try JSONValue(json: Self.document)
    let error = #expect(throws: JSONPointerError.self) {
      try JSONPointer(text).evaluate(document)
    }
    #expect(error?.message.contains(message) == true, "\(error as Any)")
  }

  @Test(arguments: ["a", "foo/0", "/~", "/~2", "/a~", "#/a"])
  func refused(_ text: String) {
    #expect(throws: JSONPointerError.self) { try JSONPointer(text) }
  }

  @Test func tokensAreEscaped() throws {
    #expect(try JSONPointer("/~01").tokens == ["~1"])
    #expect(JSONPointer(tokens: ["~1", "/", ""]).description == "/~01/~1/")
    #expect(try JSONPointer("/a").appending("b~").description == "/a/b~0")
  }
}
