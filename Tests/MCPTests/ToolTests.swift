import JSON
import MCP
import Testing

/// Tools as lists show them.
@Suite struct ToolDefinitionTests {
  static let full = ToolDefinition(
    name: "greet", title: "Greet", description: "Says hello",
    inputSchema: ["type": "object", "properties": ["name": ["type": "string"]]],
    outputSchema: ["type": "object"], annotations: ["readOnlyHint": true],
    icons: [["src": "https://example.org/i.png"]], meta: ["org.example/a": 1])

  @Test(arguments: [
    (ProtocolRevision.november2024, ["name", "description", "inputSchema"]),
    (.march2025, ["name", "description", "inputSchema", "annotations"]),
    (
      .june2025,
      ["name", "title", "description", "inputSchema", "outputSchema", "annotations", "_meta"]
    ),
    (
      .november2025,
      [
        "name", "title", "description", "inputSchema", "outputSchema", "annotations", "icons",
        "_meta",
      ]
    ),
    (
      .july2026,
      [
        "name", "title", "description", "inputSchema", "outputSchema", "annotations", "icons",
        "_meta",
      ]
    ),
  ])
  func members(_ revision: ProtocolRevision, _ names: [String]) throws {
    let object = try #require(Self.full.encoded(revision).object)
    #expect(object.map(\.key) == names)
    #expect(object["name"] == "greet")
    #expect(object["inputSchema"] == Self.full.inputSchema)
  }

  @Test(arguments: ProtocolRevision.allCases)
  func leastTool(_ revision: ProtocolRevision) {
    #expect(
      ToolDefinition(name: "a").encoded(revision)
        == ["name": "a", "inputSchema": ["type": "object"]])
  }

  /// Before 2026-07-28 an output schema describes an object.
  @Test func outputSchemaOfAnotherType() {
    let tool = ToolDefinition(name: "a", outputSchema: ["type": "array"])
    for revision in ProtocolRevision.allCases {
      #expect((tool.encoded(revision)["outputSchema"] != nil) == (revision == .july2026))
    }
  }

  @Test(arguments: ProtocolRevision.allCases)
  func list(_ revision: ProtocolRevision) throws {
    let tools = [Self.full, ToolDefinition(name: "b"), ToolDefinition(name: "a")]
    let list = try JSONValue(
      jsonBytes: ListPage(.tools, tools.map { $0.encoded(revision) }, revision).last)
    let names = try #require(list["tools"]?.array).map { $0["name"]?.string }
    #expect(names == ["greet", "b", "a"])
    #expect((list["ttlMs"] == 0) == !revision.isLegacy)
    #expect((list["cacheScope"] == "private") == !revision.isLegacy)
    let empty = try JSONValue(jsonBytes: ListPage(.tools, [], revision).last)
    #expect(empty["tools"] == [])
  }
}

/// Results of tools.
@Suite struct ToolResultTests {
  func shape(
    _ json: String, emitted: [String] = [], _ structured: RevisionTraits.StructuredContent,
    hasOutputSchema: Bool = false
  ) throws -> JSONValue {
    var writer = JSONWriter([UInt8]())
    ToolResult.shape(
      try JSONCursor.validate(bytes(json)), emitted: emitted.map { Array($0.utf8) },
      structured: structured, hasOutputSchema: hasOutputSchema, into: &writer)
    return try JSONValue(jsonBytes: writer.finish())
  }

  @Test(arguments: [
    (#""hello \"you\"""#, #"hello "you""#), ("42", "42"), ("null", "null"), ("true", "true"),
    (#"{"a":"b"}"#, #"{"a":"b"}"#), (#"[1,"x"]"#, #"[1,"x"]"#), (#""""#, ""),
  ])
  func text(_ json: String, _ text: String) throws {
    #expect(
      try shape(json, .absent) == ["content": [["type": "text", "text": .string(text)]]])
  }

  @Test func structured() throws {
    for json in [#"{"a":1}"#, "[1]", "5", #""t""#, "true", "null"] {
      let isObject = json.hasPrefix("{")
      let expected = try value(json)
      for hasOutputSchema in [false, true] {
        let absent = try shape(json, .absent, hasOutputSchema: hasOutputSchema)
        #expect(absent["structuredContent"] == nil)
        let objects = try shape(json, .objects, hasOutputSchema: hasOutputSchema)
        #expect(objects["structuredContent"] == (isObject ? expected : JSONValue?.none))
        let any = try shape(json, .any, hasOutputSchema: hasOutputSchema)
        let isShown = isObject || (hasOutputSchema && json != "null")
        #expect(any["structuredContent"] == (isShown ? expected : JSONValue?.none))
      }
    }
  }

  @Test func emittedComesFirst() throws {
    let result = try shape(
      "1", emitted: [#"{"type":"text","text":"a"}"#, #"{"type":"text","text":"b"}"#], .absent)
    let texts = try #require(result["content"]?.array).map { $0["text"]?.string }
    #expect(texts == ["a", "b", "1"])
  }

  @Test func failure() throws {
    let result = try JSONValue(jsonBytes: ToolResult.failure("no \"way\""))
    #expect(
      result == ["content": [["type": "text", "text": "no \"way\""]], "isError": true])
  }

  @Test func scanning() throws {
    let all = try ResultMembers(
      scanning: bytes(
        #" {"resultType":"complete","content":[],"structuredContent":{"a":1},"_meta":{"b":2}} "#))
    #expect(!all.isEmpty && all.hasContent && all.hasResultType)
    #expect(all.structuredContent?.text == #"{"a":1}"#)
    #expect(all.meta?.text == #"{"b":2}"#)
    let none = try ResultMembers(scanning: bytes("{}"))
    #expect(none.isEmpty && !none.hasContent && !none.hasResultType)
    #expect(none.meta == nil && none.structuredContent == nil)
    let other = try ResultMembers(
      scanning: bytes(#"{"Content":[],"resulttype":1,"meta_":{},"structuredcontent":1}"#))
    #expect(!other.isEmpty && !other.hasContent && !other.hasResultType)
    #expect(other.meta == nil && other.structuredContent == nil)
    #expect(try !ResultMembers(scanning: bytes(#"{"content":{}}"#)).hasContent)
    #expect(ResultMembers(bodies: .content).hasContent)
    #expect(!ResultMembers(bodies: []).isEmpty)
  }

  /// The same names, spelled otherwise: the host must not add a second one of them.
  @Test func scanningEscapedNames() throws {
    let read = try ResultMembers(
      scanning: bytes(
        #"{"\u0072esultType":"x","c\u006fntent":[],"\u005fmeta":{},"structure\u0064Content":1}"#))
    #expect(read.hasResultType && read.hasContent)
    #expect(read.meta?.text == "{}" && read.structuredContent?.text == "1")
  }

  @Test(arguments: [
    "", "[]", "5", "{", #"{"content":[}"#, #"{"content":[]} x"#, #"{"_meta":5}"#,
    #"{"_meta":[]}"#, #"{"\u005fmeta":null}"#, #"{"content":[],}"#,
  ])
  func refused(_ text: String) {
    #expect(throws: JSONError.self) { try ResultMembers(scanning: bytes(text)) }
  }
}
