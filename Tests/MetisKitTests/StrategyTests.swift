import MetisPluginAPI
import Testing

@testable import MetisKit

/// One strategy that does what its argument `do` says.
private struct Actor: Strategy {
  struct Config: Decodable {
    var greeting: String
    var limits: [Limit]?

    struct Limit: Decodable { var count: Int }
  }

  struct Arguments: Decodable {
    var `do`: String?
    var name: String?
    var times: Int?
  }

  struct Odd: Error, CustomStringConvertible { var description: String { "something odd" } }

  static var descriptor: Descriptor {
    Descriptor(
      id: "org.example.actor", name: "Actor", version: "1.2.3", vendor: "Example",
      license: "MIT", fingerprint: "abc", provides: ["actor", "player"],
      requirements: [Descriptor.Requirement("org.example.stage", "^1.0")],
      needs: [.fsRead, .netConnect])
  }

  static var schema: StaticString? { #"{"type":"object"}"# }

  static var manifestSchema: StaticString? { #"{"type":"object","minProperties":1}"# }

  static func check(_ config: Config) throws {
    if config.greeting.isEmpty {
      throw ConfigError(["greeting"], "found an empty text, expected a greeting")
    }
  }

  let greeting: String
  let target: Target

  init(config: Config, target: Target) throws {
    guard config.greeting != "refuse" else { throw ConfigError(["greeting"], "not that one") }
    greeting = config.greeting
    self.target = target
  }

  func answer(_ call: borrowing Call) throws -> Answer {
    let arguments = try call.decode(Arguments.self)
    switch arguments.do {
    case "value": return .value(["n": 1, "s": "\u{1F600}\"\n"])
    case "result": return .result(["content": []])
    case "bytes": return .bytes(Array("[1, 2]".utf8), shape: .value)
    case "error": return .error(code: -32_602, message: "bad", data: ["why": "so"])
    case "tool error": return .toolError("the tool failed")
    case "throw": throw Odd()
    case "throw call": throw CallError(code: 42, "coded", data: 7)
    case "seed":
      var random = call.generator()
      return .value([JSONValue(call.seed), JSONValue(call.ordinal), JSONValue(random.next())])
    case "about":
      return .value([
        "kind": JSONValue(target.kind.rawValue), "name": .string(target.name),
        "definition": target.definition, "directory": .string(target.directory),
        "seed": JSONValue(target.seed), "path": .string(target.resolve("a.txt")),
        "absolute": .string(target.resolve("/a.txt")), "context": try call.context,
        "cancelled": .bool(call.isCancelled), "deadline": JSONValue(call.deadline),
        "target": .string(call.target), "configuration": call.host.configuration,
      ])
    case "emit":
      call.progress(1, total: 2, message: "half")
      call.progress(2)
      call.log("info", ["x": 1], logger: "me")
      call.content(["type": "text", "text": "first"])
      return .text("done")
    case "ask":
      guard call.isResumed else {
        return .needInput(requests: ["q": ["method": "roots/list"]], state: Array("s1".utf8))
      }
      return .value([
        "state": .string(String(decoding: call.state, as: UTF8.self)),
        "inputs": try call.inputs ?? .null,
      ])
    default: return .text("\(greeting), \(arguments.name ?? "world")!")
    }
  }
}

private func actor(config: String = "{}") throws -> LoadedPlugin {
  try LoadedPlugin(config: config) { Plugin.enter(Actor.self, $0, $1) }
}

@Suite struct StrategyTests {
  @Test func descriptorReachesTheHost() throws {
    let descriptor = try actor().descriptor
    #expect(descriptor.size == 152)
    #expect(string(descriptor.id) == "org.example.actor")
    #expect(string(descriptor.name) == "Actor")
    #expect(string(descriptor.version) == "1.2.3")
    #expect(string(descriptor.vendor) == "Example")
    #expect(string(descriptor.license) == "MIT")
    #expect(string(descriptor.fingerprint) == "abc")
    #expect(
      (0..<descriptor.provides_count).map { string(descriptor.provides[$0]) } == [
        "actor", "player",
      ])
    #expect(
      (0..<descriptor.needs_count).map { string(descriptor.needs[$0]) } == [
        "fs.read", "net.connect",
      ])
    #expect(descriptor.requirements_count == 1)
    #expect(string(descriptor.requirements[0].id) == "org.example.stage")
    #expect(string(descriptor.requirements[0].range) == "^1.0")
  }

  @Test func tablesHaveTheirSizesAndFlags() throws {
    let plugin = try actor()
    #expect(plugin.table.size == 48)
    #expect(plugin.table.abi == METIS_ABI_VERSION)
    #expect(plugin.strategy.size == 32)
    #expect(plugin.strategy.flags == METIS_STRATEGY_REENTRANT)
    #expect(plugin.query("metis.auth/1", metis_auth_v1.self) == nil)
    #expect(plugin.schema == #"{"type":"object"}"#)
    let config = try #require(plugin.query("metis.config/1", metis_config_v1.self)).pointee
    #expect(
      string(config.schema(plugin.plugin, METIS_SECTION_PLUGIN))
        == #"{"type":"object","minProperties":1}"#)
    #expect(string(config.schema(plugin.plugin, METIS_SECTION_AUTH)) == "")
    #expect(StrategyOptions.mayBlock.rawValue == METIS_STRATEGY_MAY_BLOCK)
  }

  @Test func entryRefusesAnotherMajorAndASmallTable() {
    var table = metis_plugin_v1()
    table.size = UInt32(MemoryLayout<metis_plugin_v1>.size)
    #expect(Plugin.enter(Actor.self, 0x0002_0000, &table) == METIS_UNSUPPORTED)
    #expect(table.descriptor == nil)
    table.size = 8
    #expect(Plugin.enter(Actor.self, 0x0001_0000, &table) == METIS_UNSUPPORTED)
    #expect(Plugin.enter(Actor.self, 0x0001_0000, nil) == METIS_INVALID)
    table.size = 4_096
    #expect(Plugin.enter(Actor.self, 0x0001_0007, &table) == METIS_OK)
    #expect(table.size == 48)
  }

  @Test func aManifestsConfigMustBeJSON() {
    #expect(throws: LoadedPlugin.Refused.self) { try actor(config: "{") }
  }

  @Test(arguments: [
    (#"{"name":"Ada"}"#, Recorder.Ending.complete(METIS_SHAPE_VALUE, #""Hi, Ada!""#)),
    (#"{"do":"value"}"#, .complete(METIS_SHAPE_VALUE, #"{"n":1,"s":"😀\"\n"}"#)),
    (#"{"do":"result"}"#, .complete(METIS_SHAPE_RESULT, #"{"content":[]}"#)),
    (#"{"do":"bytes"}"#, .complete(METIS_SHAPE_VALUE, "[1, 2]")),
    (#"{"do":"error"}"#, .fail(-32_602, "bad", #"{"why":"so"}"#)),
    (#"{"do":"tool error"}"#, .fail(0, "the tool failed", "")),
    (#"{"do":"throw"}"#, .fail(0, "something odd", "")),
    (#"{"do":"throw call"}"#, .fail(42, "coded", "7")),
    (#"{"do":"seed"}"#, .complete(METIS_SHAPE_VALUE, "[99,0,6432450796990294708]")),
    (#"{"times":"x"}"#, .fail(0, "$.times: found a string \"x\", expected an integer", "")),
    (
      "{",
      .fail(
        0,
        "JSON line 1, column 2 (byte 1): found the end of the text, expected a member name in double quotes or '}'",
        "")
    ),
  ])
  func callsEndOnceAndAsAnswered(arguments: String, expected: Recorder.Ending) throws {
    let instance = try actor().instance(#"{"greeting":"Hi"}"#)
    #expect(instance.call(arguments) == expected)
  }

  @Test func theTargetAndTheCallAreVisible() throws {
    let instance = try actor(config: #"{"a":1}"#).instance(
      #"{"greeting":"Hi"}"#, kind: METIS_KIND_RESOURCE, target: "db://x",
      definition: #"{"uri":"db://x"}"#, directory: "/etc", seed: 11)
    let record = instance.record(#"{"do":"about"}"#, target: "db://x") { $0.isCancelled = true }
    let expected: JSONValue = [
      "kind": 2, "name": "db://x", "definition": ["uri": "db://x"], "directory": "/etc",
      "seed": 11, "path": "/etc/a.txt", "absolute": "/a.txt",
      "context": ["revision": "2026-07-28", "client": ["name": "test"]], "cancelled": true,
      "deadline": 5_000, "target": "db://x", "configuration": ["a": 1],
    ]
    guard case .complete(METIS_SHAPE_VALUE, let text) = record.endings.first else {
      Issue.record("ended with \(record.endings)")
      return
    }
    #expect(try JSONValue(json: text) == expected)
  }

  @Test func whatIsEmittedComesFirst() throws {
    let record = try actor().instance(#"{"greeting":"Hi"}"#).record(#"{"do":"emit"}"#)
    #expect(
      record.emitted == [
        #"1 {"progress":1.0,"total":2.0,"message":"half"}"#, #"1 {"progress":2.0}"#,
        #"2 {"level":"info","data":{"x":1},"logger":"me"}"#,
        #"3 {"type":"text","text":"first"}"#,
      ])
    #expect(record.endings == [.complete(METIS_SHAPE_VALUE, #""done""#)])
  }

  @Test func aCallResumesWithItsState() throws {
    let instance = try actor().instance(#"{"greeting":"Hi"}"#)
    #expect(
      instance.call(#"{"do":"ask"}"#) == .needInput(#"{"q":{"method":"roots/list"}}"#, "s1"))
    #expect(
      instance.call(#"{"do":"ask"}"#, state: "s1", inputs: #"{"q":{"roots":[]}}"#)
        == .complete(METIS_SHAPE_VALUE, #"{"state":"s1","inputs":{"q":{"roots":[]}}}"#))
  }

  @Test func aClientThatCannotBeAskedGetsAnError() throws {
    let instance = try actor().instance(#"{"greeting":"Hi"}"#)
    let record = instance.record(#"{"do":"ask"}"#) { $0.needInputStatus = METIS_UNSUPPORTED }
    #expect(
      record.endings == [
        .fail(
          -32_021, "this needs a capability that the client has not declared: roots",
          #"{"requiredCapabilities":{"roots":{}}}"#)
      ])
  }

  @Test func anAnswerOverTheLimitBecomesAnError() throws {
    let instance = try actor().instance(#"{"greeting":"Hi"}"#)
    let record = instance.record(#"{"do":"bytes"}"#) { $0.completeStatus = METIS_LIMIT }
    #expect(
      record.endings == [
        .fail(0, "the answer has 6 bytes, which is more than the host takes; make it smaller", "")
      ])
  }

  @Test(arguments: [
    ("{}", "", "found no member \"greeting\", which is required"),
    (#"{"greeting":1}"#, "/greeting", "greeting: found a number 1, expected a string"),
    (
      #"{"greeting":"Hi","limits":[{"count":1},{"count":"x"}]}"#, "/limits/1/count",
      "limits.1.count: found a string \"x\", expected an integer"
    ),
    (
      #"{"greeting":"Hi","greting":"Ho"}"#, "/greting",
      "greting: found an unknown member, expected one of: greeting, limits"
    ),
    (#"{"greeting":""}"#, "/greeting", "greeting: found an empty text, expected a greeting"),
  ])
  func sectionsAreCheckedWithTheirPlace(section: String, pointer: String, text: String) throws {
    let found = try #require(try actor().check(section))
    #expect(found.pointer == pointer)
    #expect(found.text.hasSuffix(text))
  }

  @Test func aGoodSectionPasses() throws {
    #expect(try actor().check(#"{"greeting":"Hi"}"#) == nil)
  }

  @Test func createRefusesWithItsText() throws {
    let error = #expect(throws: LoadedPlugin.Refused.self) {
      try actor().instance(#"{"greeting":"refuse"}"#)
    }
    #expect(error?.description == "greeting: not that one")
    #expect(error?.status == METIS_INVALID)
    #expect(throws: LoadedPlugin.Refused.self) {
      try actor().instance(#"{"greeting":"Hi"}"#, kind: 9)
    }
  }

  @Test func aLongTextIsCutAtACharacter() throws {
    let name = String(repeating: "é", count: 600)
    let error = #expect(throws: LoadedPlugin.Refused.self) {
      try actor().instance(#"{"greeting":"Hi","\#(name)":1}"#)
    }
    let text = try #require(error?.description)
    #expect(text.utf8.count <= 1_008 && text.utf8.count >= 1_006)
    #expect(!text.unicodeScalars.contains("\u{FFFD}"))
  }

  @Test func theMetaSectionSaysWhatTheHeadersSay() {
    #expect(pluginMeta.0 == METIS_META_MAGIC)
    #expect(pluginMeta.1 == METIS_ABI_VERSION)
    #expect(pluginMeta.2 == 0)
  }
}
