import JSON
import Testing

@testable import MetisHost

/// Arguments against input schemas, results against output schemas, fields against arguments.
@Suite struct ValidationTests {
  static let input =
    "[tools.input_schema]\nrequired = [\"n\"]\n[tools.input_schema.properties.n]\n"
    + "type = \"integer\"\n"
  static let output =
    "[tools.output_schema]\ntype = \"object\"\nrequired = [\"n\"]\n"
    + "[tools.output_schema.properties.n]\ntype = \"integer\"\n"

  static func tool(_ name: String, _ more: String) -> TestHost.Tool {
    TestHost.Tool(name: name, strategy: "puppet", more: more)
  }

  @Test func input() throws {
    let host = try TestHost(
      tools: [
        Self.tool("value", Self.input),
        Self.tool("value-unchecked", "validation = { input = false }\n" + Self.input),
      ])
    defer { host.stop() }
    #expect(host.call("value", #"{"n":1}"#).result["structuredContent"] == ["n": 1])
    for arguments in [#"{"n":"x"}"#, "{}"] {
      let refused = host.call("value", arguments)
      #expect(refused.status == 200)
      #expect(refused.result["isError"] == true)
      #expect(refused.result["resultType"] == "complete")
      let text = refused.firstText ?? ""
      #expect(text.contains("value") && text.contains("rule /"), "\(text)")
    }
    #expect(host.call("value", #"{"n":"x"}"#).firstText?.contains("/n") == true)
    #expect(host.call("value-unchecked", #"{"n":"x"}"#).result["isError"] == nil)
    // Calls that never reach the strategy are not numbered.
    let count = host.host.control.sync {
      host.host.composition.snapshot.targets.first { $0.name == "value" }?.ordinal
        .load(ordering: .relaxed)
    }
    #expect(count == 1)
  }

  @Test(arguments: ["2025-11-25", "2025-06-18", "2024-11-05"])
  func legacyInput(_ revision: String) throws {
    let host = try TestHost(tools: [Self.tool("value", Self.input)])
    defer { host.stop() }
    let session = try #require(host.initialize(revision))
    let refused = host.begin("value", #"{"n":"x"}"#, session: session).ended()
    if revision == "2025-11-25" {
      #expect(refused.result["isError"] == true)
    } else {
      #expect(refused.errorCode == -32602)
      #expect(refused.errorMessage.contains("/n"))
    }
  }

  /// A strategy that calls another tool keeps to its schema as well.
  @Test func nestedInput() throws {
    let host = try TestHost(
      puppet: ["nest-value"], tools: [Self.tool("value", Self.input)])
    defer { host.stop() }
    // The puppet's answer quotes the message, which holds quotes: it is no JSON.
    let refused = host.call("nest-value", "{}")
    #expect(refused.errorMessage.contains("not one JSON value"))
    let count = host.host.control.sync {
      host.host.composition.snapshot.targets.first { $0.name == "value" }?.ordinal
        .load(ordering: .relaxed)
    }
    #expect(count == 0)
    #expect(host.call("nest-value", #"{"n":1}"#).result["structuredContent"]?["inner"] != nil)
  }

  @Test func output() throws {
    let host = try TestHost(
      tools: [
        Self.tool("value", Self.output), Self.tool("result", Self.output),
        Self.tool("value-warned", "validation = { output = \"warn\" }\n" + Self.output),
        Self.tool("number", Self.output), Self.tool("fail-tool", Self.output),
      ])
    defer { host.stop() }
    let good = host.call("value", #"{"n":1}"#).result
    #expect(good["structuredContent"] == ["n": 1])
    #expect(good["content"]?[0]?["text"] == #"{"n":1}"#)
    let bad = host.call("value", #"{"n":"x"}"#)
    #expect(bad.errorCode == -32603)
    #expect(bad.errorMessage.contains("org.metis.test.puppet"))
    #expect(bad.errorMessage.contains("/n") && bad.errorMessage.contains("rule /properties/n/type"))
    #expect(host.call("value-warned", #"{"n":"x"}"#).result["structuredContent"] == ["n": "x"])
    // A value that is no object becomes text and structured content, which the schema refuses.
    #expect(host.call("number").errorCode == -32603)
    #expect(host.call("result", #"{"content":[]}"#).errorCode == -32603)
    #expect(
      host.call("result", #"{"content":[],"structuredContent":{"n":1}}"#).status == 200)
    // A tool that says that it failed owes nothing.
    #expect(host.call("fail-tool").result["isError"] == true)
    let session = try #require(host.initialize("2024-11-05"))
    let old = host.begin("value", #"{"n":1}"#, session: session).ended()
    #expect(old.result == ["content": [["type": "text", "text": #"{"n":1}"#]]])
  }

  /// A schema that does not compile is an error of the configuration.
  @Test func badSchema() throws {
    let host = try TestHost()
    defer { host.stop() }
    let outcome = try host.reload(
      tools: [Self.tool("value", "[tools.input_schema.properties.n]\ntype = \"intejer\"\n")])
    guard case .failure(let error) = outcome else {
      Issue.record("the reload was accepted")
      return
    }
    #expect(error.message.contains("tools.value.input_schema"))
    #expect(error.message.contains("metis.toml"))
    #expect(host.isWell())
  }

  @Test func headers() throws {
    let schema =
      "[tools.input_schema.properties.region]\ntype = \"string\"\n\"x-mcp-header\" = \"Region\"\n"
    let host = try TestHost(tools: [Self.tool("value", schema)])
    defer { host.stop() }
    let arguments = #"{"region":"Hello"}"#
    let good = host.call("value", arguments, fields: [("Mcp-Param-Region", "Hello")])
    #expect(good.status == 200)
    let encoded = host.call(
      "value", arguments, fields: [("mcp-param-region", "=?base64?SGVsbG8=?=")])
    #expect(encoded.status == 200)
    for fields in [[], [("Mcp-Param-Region", "hello")], [("Mcp-Param-Region", "=?base64?x?=")]] {
      let refused = host.call("value", arguments, fields: fields)
      #expect(refused.status == 400)
      #expect(refused.errorCode == -32020)
    }
    #expect(host.call("value", "{}").status == 200)
    #expect(host.call("value", "{}", fields: [("Mcp-Param-Region", "x")]).status == 400)
    // The handshake era knows no such fields.
    let session = try #require(host.initialize())
    #expect(host.begin("value", arguments, session: session).ended().status == 200)
  }

  /// Content that an older revision does not know is replaced.
  @Test func translation() throws {
    let host = try TestHost(puppet: ["result"])
    defer { host.stop() }
    let arguments =
      #"{"content":[{"type":"audio","data":"AA==","mimeType":"audio/wav"}],"#
      + #""structuredContent":[1]}"#
    let modern = host.call("result", arguments).result
    #expect(modern["structuredContent"] == [1])
    #expect(modern["content"]?[0]?["type"] == "audio")
    let november = try #require(host.initialize("2025-11-25"))
    let middle = host.begin("result", arguments, session: november).ended().result
    #expect(middle["structuredContent"] == nil)
    #expect(middle["content"]?[0]?["type"] == "audio")
    let first = try #require(host.initialize("2024-11-05"))
    let old = host.begin("result", arguments, session: first).ended().result
    #expect(old["content"]?[0]?["type"] == "text")
  }
}
