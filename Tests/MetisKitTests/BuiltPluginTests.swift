import Foundation
import MetisPluginAPI
import Testing

private let metaBytes: [UInt8] = Array("METISPL1".utf8) + [0, 0, 1, 0, 0, 0, 0, 0]

private func load(_ name: String) throws -> LoadedPlugin {
  try LoadedPlugin(Library.entry(Library.built(name)))
}

@Suite struct BuiltPluginTests {
  @Test(arguments: [
    "StaticStrategy", "EchoStrategy", "RandomStrategy", "InteractionStrategy",
  ])
  func onlyTheEntryIsExportedAndTheSectionIsThere(name: String) throws {
    let path = try Library.built(name)
    #expect(try Library.exports(path) == ["metis_plugin_entry"])
    #expect(try Library.meta(path) == metaBytes)
  }

  @Test(arguments: [
    ("StaticStrategy", "dev.metis.strategy.static", "static"),
    ("EchoStrategy", "dev.metis.strategy.echo", "echo"),
    ("RandomStrategy", "dev.metis.strategy.random", "random"),
  ])
  func eachSaysWhoItIsAndGivesASchema(name: String, id: String, provides: String) throws {
    let plugin = try load(name)
    #expect(string(plugin.descriptor.id) == id)
    #expect(plugin.descriptor.provides_count == 1)
    #expect(string(plugin.descriptor.provides[0]) == provides)
    #expect(plugin.strategy.flags == METIS_STRATEGY_REENTRANT)
    let schema = try JSONSerialization.jsonObject(with: Data(plugin.schema.utf8))
    #expect((schema as? [String: Any])?["$schema"] != nil)
  }

  @Test(arguments: [
    (#"{"content":"hi"}"#, "{}", #"{"content":[{"type":"text","text":"hi"}]}"#),
    (
      #"{"content":{"a":[1.50,"é"]}}"#, "{}",
      #"{"content":[{"type":"text","text":"{\"a\":[1.50,\"é\"]}"}]}"#
    ),
    (
      #"{"content":{"a":1}}"#, #"{"output_schema":{"type":"object"}}"#,
      #"{"content":[{"type":"text","text":"{\"a\":1}"}],"structuredContent":{"a":1}}"#
    ),
    (
      #"{"content":{"a":1}}"#, #"{"outputSchema":{}}"#,
      #"{"content":[{"type":"text","text":"{\"a\":1}"}],"structuredContent":{"a":1}}"#
    ),
    (#"{"content":null}"#, "{}", #"{"content":[{"type":"text","text":"null"}]}"#),
    (
      #"{"content":"no","is_error":true}"#, "{}",
      #"{"content":[{"type":"text","text":"no"}],"isError":true}"#
    ),
    (#"{"result":{"content":[],"_meta":{}}}"#, "{}", #"{"content":[],"_meta":{}}"#),
  ])
  func staticToolsAnswerWithAWholeResult(
    section: String, definition: String, expected: String
  ) throws {
    let instance = try load("StaticStrategy").instance(section, definition: definition)
    for _ in 0..<2 { #expect(instance.call() == .complete(METIS_SHAPE_RESULT, expected)) }
  }

  @Test func staticResourcesAndPromptsAnswerWithAValue() throws {
    let plugin = try load("StaticStrategy")
    for kind in [METIS_KIND_RESOURCE, METIS_KIND_PROMPT] {
      let instance = try plugin.instance(#"{"content":{"a":1}}"#, kind: kind)
      #expect(instance.call() == .complete(METIS_SHAPE_VALUE, #"{"a":1}"#))
    }
  }

  @Test func staticFilesAreReadRelativeToTheDefinition() throws {
    let folder = NSTemporaryDirectory() + "metis-static-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("{ \"a\" : 1 }\n".utf8).write(to: URL(fileURLWithPath: folder + "/a.json"))
    try Data("line\n".utf8).write(to: URL(fileURLWithPath: folder + "/b.txt"))
    try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/bad.json"))
    try Data([0xff]).write(to: URL(fileURLWithPath: folder + "/bad.txt"))
    let plugin = try load("StaticStrategy")
    func answer(_ path: String) throws -> Recorder.Ending? {
      try plugin.instance(
        #"{"content_file":"\#(path)"}"#, kind: METIS_KIND_RESOURCE, directory: folder
      ).call()
    }
    #expect(try answer("a.json") == .complete(METIS_SHAPE_VALUE, #"{"a":1}"#))
    #expect(try answer("b.txt") == .complete(METIS_SHAPE_VALUE, #""line\n""#))
    #expect(try answer(folder + "/b.txt") == .complete(METIS_SHAPE_VALUE, #""line\n""#))
    for (path, text) in [
      ("none.txt", "content_file: cannot open \(folder)/none.txt: No such file or directory"),
      (".", "content_file: \(folder)/.: found no regular file, expected one"),
      (
        "bad.json",
        "content_file: \(folder)/bad.json: JSON line 1, column 2 (byte 1): found the end of the "
          + "text, expected a member name in double quotes or '}'"
      ),
      ("bad.txt", "content_file: \(folder)/bad.txt: found bytes that are not UTF-8, expected text"),
    ] {
      let error = #expect(throws: LoadedPlugin.Refused.self) { try answer(path) }
      #expect(error?.description == text)
    }
  }

  @Test(arguments: [
    (
      "{}", "",
      "found none of text, content, content_file, blob, blob_file, messages and result; expected "
        + "exactly one of them"
    ),
    (
      #"{"content":1,"result":{}}"#, "",
      "found content and result together; keep exactly one of them"
    ),
    (#"{"result":1}"#, "/result", "result: found a number, expected an MCP result object"),
    (
      #"{"content":1,"is_error":1}"#, "/is_error",
      "is_error: found a number, expected true or false"
    ),
  ])
  func staticMistakesAreNamed(section: String, pointer: String, text: String) throws {
    let found = try #require(try load("StaticStrategy").check(section))
    #expect(found.pointer == pointer)
    #expect(found.text == text)
  }

  @Test(arguments: [
    ("{}", #"{ "b" : [1.0, "x"] }"#, Recorder.Ending.complete(0, #"{ "b" : [1.0, "x"] }"#)),
    (#"{"field":"/b/1"}"#, #"{"b":[1,"x"]}"#, .complete(0, #""x""#)),
    (#"{"field":"/a~1b"}"#, #"{"a/b":{"c":1.50}}"#, .complete(0, #"{"c":1.50}"#)),
    (#"{"prefix":"You said: ","field":"/m"}"#, #"{"m":"hi"}"#, .complete(0, #""You said: hi""#)),
    (#"{"prefix":"> "}"#, #"{"m":[1]}"#, .complete(0, #""> {\"m\":[1]}""#)),
    (
      #"{"field":"/x/y"}"#, #"{"x":{}}"#,
      .fail(0, #"cannot echo /x/y: at "/x": found no member "y""#, "")
    ),
  ])
  func echoAnswersWithWhatItWasAsked(
    section: String, arguments: String, expected: Recorder.Ending
  ) throws {
    #expect(try load("EchoStrategy").instance(section).call(arguments) == expected)
  }

  @Test func echoNamesItsMistakes() throws {
    let plugin = try load("EchoStrategy")
    let field = try #require(plugin.check(#"{"field":"a"}"#))
    #expect(field.pointer == "/field")
    #expect(field.text.hasPrefix("field: found \"a\", expected a JSON Pointer"))
    #expect(plugin.check(#"{"prefix":1}"#)?.text == "prefix: found a number, expected a text")
  }

  @Test func randomAnswersByTheSeedOfTheCall() throws {
    let plugin = try load("RandomStrategy")
    let section = #"{"type":"object","schema":{"id":{"type":"uuid"}}}"#
    let instance = try plugin.instance(section)
    let first = instance.call(seed: 42)
    #expect(first == .complete(0, #"{"id":"15780b2e-0c2e-4716-a104-d9866d113a7e"}"#))
    #expect(try plugin.instance(section).call(seed: 42) == first)
    #expect(instance.call(seed: 43) != first)
    let found = try #require(
      plugin.check(#"{"type":"object","schema":{"a/b":{"type":"fake"}}}"#))
    #expect(found.pointer == "/schema/a~1b/type")
    #expect(found.text.contains("found \"fake\""))
  }

  /// Two generations of one plugin in one process, as after a swap: both answer as themselves.
  @Test func twoCopiesOfALibraryLiveSideBySide() throws {
    let copy = NSTemporaryDirectory() + "libmetis-\(UUID().uuidString).so"
    try FileManager.default.copyItem(atPath: Library.built("EchoStrategy"), toPath: copy)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    let old = try load("EchoStrategy").instance(#"{"prefix":"old "}"#)
    let new = try LoadedPlugin(Library.entry(copy)).instance(#"{"prefix":"new ","field":"/m"}"#)
    for _ in 0..<100 {
      #expect(old.call("[1]") == .complete(0, #""old [1]""#))
      #expect(new.call(#"{"m":"x"}"#) == .complete(0, #""new x""#))
    }
  }
}
