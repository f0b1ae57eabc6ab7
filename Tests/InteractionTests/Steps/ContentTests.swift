import Foundation
import Interaction
import MetisKit
import Testing

@Suite struct ContentTests {
  @Test(arguments: [
    (#"[{"text":"hi"}]"#, #"{"content":[{"type":"text","text":"hi"}]}"#),
    ("[]", #"{"content":[]}"#),
    (
      #"[{"content":"hi"},{"content":["a","b"]}]"#,
      #"{"content":[{"type":"text","text":"hi"},{"type":"text","text":"a"},"#
        + #"{"type":"text","text":"b"}]}"#
    ),
    (
      #"[{"text":"hi","annotations":{"priority":1},"_meta":{"a":1}}]"#,
      #"{"content":[{"type":"text","text":"hi","annotations":{"priority":1},"_meta":{"a":1}}]}"#
    ),
    (
      #"[{"content":{"type":"image","base64":"AAAA","mime_type":"image/png"}}]"#,
      #"{"content":[{"type":"image","data":"AAAA","mimeType":"image/png"}]}"#
    ),
    (
      #"[{"base64":"AAAA","mime_type":"audio/wav"}]"#,
      #"{"content":[{"type":"audio","data":"AAAA","mimeType":"audio/wav"}]}"#
    ),
    (
      #"[{"content":{"type":"image","data":"AAAA","mimeType":"image/png"}}]"#,
      #"{"content":[{"type":"image","data":"AAAA","mimeType":"image/png"}]}"#
    ),
    (
      #"[{"content":{"type":"resource","uri":"a://b","mime_type":"text/plain","text":"x"}}]"#,
      #"{"content":[{"type":"resource","resource":{"uri":"a://b","mimeType":"text/plain","#
        + #""text":"x"}}]}"#
    ),
    (
      #"[{"content":{"type":"resource","resource":{"uri":"a://b","blob":"AAAA"}}}]"#,
      #"{"content":[{"type":"resource","resource":{"uri":"a://b","blob":"AAAA"}}]}"#
    ),
    (
      #"[{"content":{"uri":"a://b","name":"B","size":4}}]"#,
      #"{"content":[{"type":"resource_link","uri":"a://b","name":"B","size":4}]}"#
    ),
    (
      #"[{"structured":{"a":[1.50]}}]"#,
      #"{"content":[{"type":"text","text":"{\"a\":[1.50]}"}],"structuredContent":{"a":[1.50]}}"#
    ),
    (
      #"[{"text":"x"},{"structured":7}]"#,
      #"{"content":[{"type":"text","text":"x"}],"structuredContent":7}"#
    ),
    (
      #"[{"error":"it broke"}]"#,
      #"{"content":[{"type":"text","text":"it broke"}],"isError":true}"#
    ),
    (
      #"[{"text":"first"},{"error":{"is_error":true,"content":[{"text":"second"}]}}]"#,
      #"{"content":[{"type":"text","text":"first"},{"type":"text","text":"second"}],"#
        + #""isError":true}"#
    ),
    (
      #"[{"text":"first"},{"result":{"content":[{"type":"text","text":"own"}],"x":1}}]"#,
      #"{"content":[{"type":"text","text":"first"},{"type":"text","text":"own"}],"x":1}"#
    ),
    (#"[{"result":{"x":1}}]"#, #"{"x":1}"#),
  ])
  func toolsAnswerWithBlocks(steps: String, expected: String) throws {
    let target = try SimulatedHost().steps(steps)
    for _ in 0..<2 { #expect(target.call().ending == .result(expected)) }
    // The same steps, kept from being constant, give the same bytes.
    let slow = try SimulatedHost().steps(
      #"[{"set":{"a":"{{ arguments }}"}}"# + (steps == "[]" ? "]" : "," + steps.dropFirst()))
    #expect(slow.call().ending == .result(expected))
  }

  @Test func errorsOfTheProtocolCarryTheirData() throws {
    let target = try SimulatedHost().steps(
      #"[{"error":{"code":-32602,"message":"no {{ arguments.x }}","data":{"n":"{{ 1 + 1 }}"}}}]"#)
    #expect(target.call(#"{"x":"way"}"#).ending == .fail(-32_602, "no way", #"{"n":2}"#))
  }

  @Test(arguments: [
    (
      #"[{"text":"hi"}]"#,
      #"{"messages":[{"role":"user","content":{"type":"text","text":"hi"}}]}"#
    ),
    (
      #"[{"message":"hi"},{"message":{"role":"assistant","text":"ho"}}]"#,
      #"{"messages":[{"role":"user","content":{"type":"text","text":"hi"}},"#
        + #"{"role":"assistant","content":{"type":"text","text":"ho"}}]}"#
    ),
    (
      #"[{"role":"assistant","content":{"type":"image","base64":"AAAA","mime_type":"image/gif"}}]"#,
      #"{"messages":[{"role":"assistant","content":{"type":"image","data":"AAAA","#
        + #""mimeType":"image/gif"}}]}"#
    ),
    (
      #"[{"messages":["a"]},{"result":{"description":"d","messages":[]}}]"#,
      #"{"messages":[{"role":"user","content":{"type":"text","text":"a"}}],"description":"d"}"#
    ),
  ])
  func promptsAnswerWithMessages(steps: String, expected: String) throws {
    #expect(try SimulatedHost().steps(steps, .prompt).call().ending == .result(expected))
  }

  @Test(arguments: [
    (#"[{"text":"hi"}]"#, #"{"contents":[{"uri":"a://b","mimeType":"text/x","text":"hi"}]}"#),
    (
      #"[{"text":"hi","mime_type":"text/y","uri":"c://d"}]"#,
      #"{"contents":[{"uri":"c://d","mimeType":"text/y","text":"hi"}]}"#
    ),
    (
      #"[{"contents":[{"blob":"AAAA"},{"uri":"e://f","text":"x","_meta":{}}]}]"#,
      #"{"contents":[{"uri":"a://b","mimeType":"text/x","blob":"AAAA"},"#
        + #"{"uri":"e://f","mimeType":"text/x","text":"x","_meta":{}}]}"#
    ),
  ])
  func resourcesAnswerWithContents(steps: String, expected: String) throws {
    let target = try SimulatedHost().target(
      #"{"steps":\#(steps)}"#, .resource, name: "a://b", definition: #"{"mime_type":"text/x"}"#)
    #expect(target.call().ending == .result(expected))
  }

  @Test func aTemplateOfResourcesAnswersForTheURIThatWasAsked() throws {
    let target = try SimulatedHost().steps(
      #"[{"text":"{{ params.id }} of {{ uri }}"}]"#, .resource, name: "a://{id}")
    #expect(
      target.call(#"{"id":"7"}"#, uri: "a://7").ending
        == .result(#"{"contents":[{"uri":"a://7","text":"7 of a://7"}]}"#))
  }

  @Test func filesAreReadWhenTheConfigurationIsLoaded() throws {
    let folder = NSTemporaryDirectory() + "metis-steps-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data([1, 2, 3, 4]).write(to: URL(fileURLWithPath: folder + "/a.png"))
    try Data("{}\n".utf8).write(to: URL(fileURLWithPath: folder + "/b.json"))
    let host = SimulatedHost()
    let tool = try host.target(
      #"{"steps":[{"file":"a.png"},{"file":"b.json"},{"content":{"type":"resource","uri":"x://y","file":"b.json"}}]}"#,
      directory: folder)
    #expect(
      tool.call().ending
        == .result(
          #"{"content":[{"type":"image","data":"AQIDBA==","mimeType":"image/png"},"#
            + #"{"type":"text","text":"{}\n"},{"type":"resource","resource":{"uri":"x://y","#
            + #""mimeType":"application/json","text":"{}\n"}}]}"#))
    let resource = try host.target(
      #"{"steps":[{"file":"a.png"}]}"#, .resource, name: "a://b", directory: folder)
    #expect(
      resource.call().ending
        == .result(
          #"{"contents":[{"uri":"a://b","mimeType":"image/png","blob":"AQIDBA=="}]}"#))
    for (path, text) in [
      ("none", "steps.0.file: cannot open \(folder)/none: No such file or directory"),
      ("{{ x }}", "steps.0.file: found \"{{ x }}\", expected the path of a file"),
      (".", "steps.0.file: \(folder)/.: found no regular file, expected one"),
    ] {
      let error = #expect(throws: SimulatedHost.Refused.self) {
        try host.target(#"{"steps":[{"file":"\#(path)"}]}"#, directory: folder)
      }
      #expect(error?.description.hasPrefix(text) == true)
    }
  }

  @Test func templatesKeepTypesAndLoopsCount() throws {
    let target = try SimulatedHost().steps(
      """
      [{"set":{"n":"{{ arguments.n }}","list":["{{ arguments.n }}","x{{ arguments.n }}"]}},
       {"repeat":"{{ vars.list }}","text":"{{ loop.index0 }}/{{ loop.count }} {{ loop.item }}"},
       {"repeat":2,"when":"loop.index0 == 1","text":"second"},
       {"if":"vars.n > 2","then":[{"text":"many"}],"else":[{"text":"few"}]},
       {"repeat":2,"steps":[{"repeat":2,"set":{"c":"{{ loop.index }}"}},{"text":"{{ loop.last }}"}]},
       {"structured":{"n":"{{ vars.n }}","c":"{{ vars.c }}"}}]
      """)
    let call = target.call(#"{"n":3}"#)
    let texts = call.result["content"]?.array?.compactMap { $0["text"]?.string }
    #expect(texts == ["0/2 3", "1/2 x3", "second", "many", "false", "true"])
    #expect(call.result["structuredContent"] == ["n": 3, "c": 2])
    #expect(target.call(#"{"n":1}"#).result["content"]?[3]?["text"] == "few")
  }
}
