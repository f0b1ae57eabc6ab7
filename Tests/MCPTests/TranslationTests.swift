import JSON
import MCP
import Testing

/// From results of the newest revision to older ones.
@Suite struct TranslationTests {
  func translated(_ json: String, _ revision: ProtocolRevision) throws -> JSONValue? {
    let text = bytes(json)
    let members = try ResultMembers(scanning: text)
    return try ResultTranslation.translated(text, members, for: revision).map {
      try JSONValue(jsonBytes: $0)
    }
  }

  static let rich = #"""
    {"resultType":"complete","content":[
      {"type":"text","text":"a","annotations":{"audience":["user"],"lastModified":"2025-01-01"},"_meta":{"x":1}},
      {"type":"audio","data":"AAAA","mimeType":"audio/wav"},
      {"type":"resource_link","uri":"a:b","name":"b","icons":[{"src":"i"}]},
      {"type":"resource","resource":{"uri":"a:c","text":"c","_meta":{"y":1}}}],
     "structuredContent":[1],"_meta":{"kept":true}}
    """#

  /// The newest revision, and results that need no change, are left alone.
  @Test(arguments: ProtocolRevision.allCases)
  func nothingToDo(_ revision: ProtocolRevision) throws {
    let plain = #"{"content":[{"type":"text","text":"icons audio"}],"isError":true}"#
    #expect(try translated(plain, revision) == nil)
    if !revision.isLegacy { #expect(try translated(Self.rich, revision) == nil) }
  }

  @Test(arguments: ProtocolRevision.allCases.filter(\.isLegacy))
  func tools(_ revision: ProtocolRevision) throws {
    let result = try #require(try translated(Self.rich, revision))
    #expect(result["resultType"] == nil)
    #expect(result["structuredContent"] == nil)
    #expect(result["_meta"] == ["kept": true])
    let blocks = try #require(result["content"]?.array)
    #expect(blocks.count == 4)
    #expect((blocks[0]["_meta"] != nil) == (revision >= .june2025))
    #expect((blocks[0]["annotations"]?["lastModified"] != nil) == (revision >= .june2025))
    #expect(blocks[0]["annotations"]?["audience"] == ["user"])
    #expect(blocks[1]["type"]?.string == (revision == .november2024 ? "text" : "audio"))
    #expect(blocks[2]["type"]?.string == (revision >= .june2025 ? "resource_link" : "text"))
    #expect((blocks[2]["icons"] != nil) == (revision >= .november2025))
    #expect((blocks[3]["resource"]?["_meta"] != nil) == (revision >= .june2025))
    if revision == .november2024 {
      #expect(blocks[1]["text"]?.string?.contains("audio/wav") == true)
      #expect(blocks[2]["text"]?.string?.contains("a:b") == true)
    }
  }

  /// A name that is spelled with escapes is found as well.
  @Test func escapedNames() throws {
    let json = #"{"content":[{"type":"a\u0075dio","data":"","mimeType":"audio/wav"}]}"#
    let result = try #require(try translated(json, .november2024))
    #expect(result["content"]?[0]?["type"] == "text")
  }

  @Test func structuredContent() throws {
    let object = #"{"content":[],"structuredContent":{"a":1}}"#
    #expect(try translated(object, .november2025) == nil)
    #expect(try translated(object, .june2025) == nil)
    #expect(try translated(object, .march2025) == ["content": []])
  }

  @Test func resourcesAndPrompts() throws {
    let read = #"{"contents":[{"uri":"a:b","text":"","_meta":{}}],"ttlMs":5,"cacheScope":"public"}"#
    #expect(
      try translated(read, .november2025) == [
        "contents": [["uri": "a:b", "text": "", "_meta": [:]]]
      ])
    #expect(try translated(read, .march2025) == ["contents": [["uri": "a:b", "text": ""]]])
    let prompt =
      #"{"messages":[{"role":"user","content":{"type":"audio","data":"","mimeType":"audio/wav"}}]}"#
    #expect(try translated(prompt, .march2025) == nil)
    let old = try #require(try translated(prompt, .november2024))
    #expect(old["messages"]?[0]?["content"]?["type"] == "text")
  }
}
