import Foundation
import MetisPluginAPI
import Testing

/// What the built static and echo strategies answer to resources and prompts.
@Suite struct StaticKindTests {
  private func load(_ name: String) throws -> LoadedPlugin {
    try LoadedPlugin(Library.entry(Library.built(name)))
  }

  @Test(arguments: [
    (#"{"text":"hi"}"#, METIS_KIND_RESOURCE, METIS_SHAPE_VALUE, #""hi""#),
    (
      #"{"text":"hi","mime_type":"text/x"}"#, METIS_KIND_RESOURCE, METIS_SHAPE_RESULT,
      #"{"contents":[{"mimeType":"text/x","text":"hi"}]}"#
    ),
    (
      #"{"content":{"a":1},"mime_type":"a/b"}"#, METIS_KIND_RESOURCE, METIS_SHAPE_RESULT,
      #"{"contents":[{"mimeType":"a/b","text":"{\"a\":1}"}]}"#
    ),
    (
      #"{"blob":"aGk="}"#, METIS_KIND_RESOURCE, METIS_SHAPE_RESULT,
      #"{"contents":[{"blob":"aGk="}]}"#
    ),
    (
      #"{"result":{"contents":[]}}"#, METIS_KIND_RESOURCE, METIS_SHAPE_RESULT,
      #"{"contents":[]}"#
    ),
    (#"{"text":"hi"}"#, METIS_KIND_PROMPT, METIS_SHAPE_VALUE, #""hi""#),
    (
      #"{"messages":["a",{"role":"assistant","text":"b"},{"content":{"type":"image","data":"","mimeType":"x"}}]}"#,
      METIS_KIND_PROMPT, METIS_SHAPE_RESULT,
      #"{"messages":[{"role":"user","content":{"type":"text","text":"a"}},"#
        + #"{"role":"assistant","content":{"type":"text","text":"b"}},"#
        + #"{"role":"user","content":{"type":"image","data":"","mimeType":"x"}}]}"#
    ),
    (
      #"{"text":"hi"}"#, METIS_KIND_TOOL, METIS_SHAPE_RESULT,
      #"{"content":[{"type":"text","text":"hi"}]}"#
    ),
  ])
  func staticAnswersByKind(
    section: String, kind: UInt32, shape: UInt32, expected: String
  ) throws {
    let instance = try load("StaticStrategy").instance(section, kind: kind)
    for _ in 0..<2 { #expect(instance.call() == .complete(shape, expected)) }
  }

  @Test(arguments: [
    (#"{"blob":"aGk="}"#, METIS_KIND_TOOL, "blob: found in a tool, expected in a resource"),
    (
      #"{"messages":[]}"#, METIS_KIND_RESOURCE,
      "messages: found in a resource, expected in a prompt"
    ),
    (#"{"text":"","mime_type":"a/b"}"#, METIS_KIND_TOOL, "mime_type: found in a tool"),
    (#"{"text":"","is_error":true}"#, METIS_KIND_PROMPT, "is_error: found in a prompt"),
    (
      #"{"blob":"aGk"}"#, METIS_KIND_RESOURCE,
      "blob: found other characters, expected bytes in base64"
    ),
    (#"{"blob":"a!k="}"#, METIS_KIND_RESOURCE, "blob: found other characters"),
    (#"{"result":{}}"#, METIS_KIND_PROMPT, "result: found no array `messages`"),
    (#"{"messages":[1]}"#, METIS_KIND_PROMPT, "messages.0: found a number"),
    (#"{"messages":[{"role":"x","text":""}]}"#, METIS_KIND_PROMPT, "messages.0.role: expected"),
    (
      #"{"messages":[{"text":"","content":""}]}"#, METIS_KIND_PROMPT, "messages.0: expected exactly"
    ),
    (#"{"messages":[{"txt":""}]}"#, METIS_KIND_PROMPT, "messages.0.txt: found an unknown member"),
    (#"{"messages":[{"content":{"text":""}}]}"#, METIS_KIND_PROMPT, "messages.0.content: found"),
    (#"{"text":1}"#, METIS_KIND_PROMPT, "text: found a number, expected a text"),
  ])
  func staticRefusesWhatBelongsElsewhere(section: String, kind: UInt32, part: String) throws {
    let plugin = try load("StaticStrategy")
    let error = #expect(throws: LoadedPlugin.Refused.self) {
      try plugin.instance(section, kind: kind)
    }
    #expect(error?.description.hasPrefix(part) ?? false, "\(String(describing: error))")
  }

  @Test(arguments: ["", "a", "ab", "abc", "\u{0}\u{7f}"])
  func filesOfBytesGoOutInBase64(content: String) throws {
    let path = NSTemporaryDirectory() + "metis-blob-\(UUID().uuidString)"
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let encoded = Data(content.utf8).base64EncodedString()
    let instance = try load("StaticStrategy").instance(
      #"{"blob_file":"\#(path)"}"#, kind: METIS_KIND_RESOURCE)
    #expect(
      instance.call()
        == .complete(METIS_SHAPE_RESULT, #"{"contents":[{"blob":"\#(encoded)"}]}"#))
  }

  @Test func echoGivesTheURIOfAResource() throws {
    let plugin = try load("EchoStrategy")
    let all = try plugin.instance("{}", kind: METIS_KIND_RESOURCE).call(#"{"id":"7"}"#)
    guard case .complete(METIS_SHAPE_VALUE, let text) = all else {
      Issue.record("\(all)")
      return
    }
    #expect(text.hasPrefix(#"{"uri":""#) && text.hasSuffix(#"","arguments":{"id":"7"}}"#))
    let one = try plugin.instance(#"{"field":"/arguments/id"}"#, kind: METIS_KIND_RESOURCE)
    #expect(one.call(#"{"id":"7"}"#) == .complete(METIS_SHAPE_VALUE, #""7""#))
    let prompt = try plugin.instance("{}", kind: METIS_KIND_PROMPT)
    #expect(prompt.call(#"{"x":"1"}"#) == .complete(METIS_SHAPE_VALUE, #"{"x":"1"}"#))
  }
}
