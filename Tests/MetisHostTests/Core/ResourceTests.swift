import JSON
import Testing

@testable import MetisHost

/// `resources/read` and `prompts/get`: routes, results, errors.
@Suite struct ResourceTests {
  static let definitions =
    TestHost.resource("value://plain", "mime_type = \"application/x-value\"")
    + TestHost.resource("value://{id}/data")
    + TestHost.resource("value://{+path}", "ttl_ms = 5000\ncache_scope = \"public\"")
    + TestHost.resource("owned://text", "mime_type = \"text/plain\"")
    + TestHost.resource("result://{json}") + TestHost.resource("emit://all")
    + TestHost.resource("fail-tool://x") + TestHost.resource("fail-own://x")
    + TestHost.resource("number://one")

  /// The target gets the variables of the most specific template as arguments.
  @Test func routes() throws {
    let host = try TestHost(more: Self.definitions)
    defer { host.stop() }
    let exact = host.read("value://plain").result["contents"]
    #expect(
      exact == [["uri": "value://plain", "mimeType": "application/x-value", "text": "{}"]])
    let specific = host.read("value://a%20b/data").result["contents"]?[0]
    #expect(specific?["text"] == #"{"id":"a b"}"#)
    #expect(specific?["uri"] == "value://a%20b/data")
    #expect(specific?["mimeType"] == "application/json")
    let general = host.read("value://a/b/c")
    #expect(general.result["contents"]?[0]?["text"] == #"{"path":"a/b/c"}"#)
    #expect(general.result["ttlMs"] == 5000)
    #expect(general.result["cacheScope"] == "public")
    #expect(general.result["resultType"] == "complete")
  }

  @Test func shapes() throws {
    let host = try TestHost(more: Self.definitions)
    defer { host.stop() }
    let text = host.read("owned://text").result
    #expect(
      text["contents"] == [["uri": "owned://text", "mimeType": "text/plain", "text": "owned"]])
    #expect(text["ttlMs"] == 0)
    #expect(text["cacheScope"] == "private")
    #expect(host.read("number://one").result["contents"]?[0]?["text"] == "42")
    // What was emitted goes first, as contents of the resource.
    let emitted = host.read("emit://all").result["contents"]?.array ?? []
    #expect(emitted.map { $0["text"] } == ["first", "second"])
    #expect(emitted.allSatisfy { $0["uri"] == "emit://all" && $0["type"] == nil })
    // The result of the puppet is its arguments: they have no contents.
    let wrong = host.read("result://x")
    #expect(wrong.errorCode == -32603)
    #expect(wrong.errorMessage.contains("contents"))
  }

  @Test func errors() throws {
    let host = try TestHost(more: Self.definitions)
    defer { host.stop() }
    let unknown = host.read("none://x")
    #expect(unknown.errorCode == -32602)
    #expect(unknown.status == 400)
    #expect(unknown.error["data"] == ["uri": "none://x"])
    let session = try #require(host.initialize("2025-06-18"))
    let legacy = host.ask("resources/read", #"{"uri":"none://x"}"#, session: session)
    #expect(legacy.errorCode == -32002)
    #expect(legacy.error["data"] == ["uri": "none://x"])
    #expect(host.ask("resources/read", session: session).errorCode == -32602)
    // What fails a tool is an internal error of a resource.
    #expect(host.read("fail-tool://x").errorCode == -32603)
    #expect(host.read("fail-own://x").errorCode == 7)
    // A template is no resource.
    #expect(host.read("result://{json}").errorCode == -32603)
  }

  @Test func legacyResult() throws {
    let host = try TestHost(more: Self.definitions)
    defer { host.stop() }
    let session = try #require(host.initialize("2024-11-05"))
    let read = host.ask("resources/read", #"{"uri":"value://a/b/c"}"#, session: session)
    #expect(
      read.result
        == [
          "contents": [
            [
              "uri": "value://a/b/c", "mimeType": "application/json",
              "text": #"{"path":"a/b/c"}"#,
            ]
          ]
        ])
  }

  /// `Mcp-Name` repeats the URI or the prompt's name.
  @Test func names() throws {
    let host = try TestHost(more: Self.definitions + TestHost.prompt("value"))
    defer { host.stop() }
    let uri = #""uri":"value://plain","#
    #expect(host.ask("resources/read", uri).errorCode == -32020)
    #expect(host.ask("resources/read", uri, name: "value://other").errorCode == -32020)
    #expect(
      host.ask("resources/read", uri, name: "=?base64?dmFsdWU6Ly9wbGFpbg==?=").status == 200)
    #expect(host.ask("prompts/get", #""name":"value","#).errorCode == -32020)
    #expect(host.ask("prompts/get", #""name":"value","#, name: "value").status == 200)
  }

  /// Calls are numbered through reloads that leave a definition alone.
  @Test func reload() throws {
    let host = try TestHost(
      more: Self.definitions + TestHost.prompt("value"), loops: 1)
    defer { host.stop() }
    for _ in 0..<3 { #expect(host.read("value://plain").status == 200) }
    #expect(host.prompt("value").status == 200)
    let targets = { host.host.control.sync { host.host.composition.snapshot.targets } }
    let before = targets()
    try host.reload(tools: [TestHost.Tool(name: "number", strategy: "puppet")])
    let after = targets()
    for name in ["value://plain", "value://{id}/data", "value", "good"] {
      #expect(before.first { $0.name == name } === after.first { $0.name == name })
    }
    #expect(
      after.first { $0.name == "value://plain" }?.ordinal.load(ordering: .relaxed) == 3)
    #expect(after.map(\.kind.rawValue) == after.map(\.kind.rawValue).sorted { a, b in a < b })
  }

  @Test func prompts() throws {
    let arguments =
      "[[prompts.arguments]]\nname = \"who\"\nrequired = true\n"
      + "[[prompts.arguments]]\nname = \"tone\"\ndefault = \"kind\"\nenum = [\"kind\", \"dry\"]\n"
    let host = try TestHost(
      more: TestHost.prompt("value", arguments: arguments, "description = \"Says it\"")
        + TestHost.prompt("owned") + TestHost.prompt("emit") + TestHost.prompt("result"))
    defer { host.stop() }
    let got = host.prompt("value", #"{"who":"Ada"}"#)
    #expect(got.result["description"] == "Says it")
    #expect(
      got.result["messages"]
        == [
          [
            "role": "user",
            "content": ["type": "text", "text": #"{"who":"Ada","tone":"kind"}"#],
          ]
        ])
    #expect(host.prompt("value").errorCode == -32602)
    #expect(host.prompt("value").errorMessage.contains("who"))
    #expect(host.prompt("value", #"{"who":1}"#).errorCode == -32602)
    #expect(host.prompt("value", #"{"who":"x","tone":"loud"}"#).errorCode == -32602)
    #expect(host.prompt("none").errorCode == -32602)
    #expect(host.prompt("none").errorMessage == "Unknown prompt: none")
    let text = host.prompt("owned").result["messages"]?[0]
    #expect(text == ["role": "user", "content": ["type": "text", "text": "owned"]])
    let emitted = host.prompt("emit").result["messages"]?.array ?? []
    #expect(emitted.map { $0["content"]?["text"] } == ["first", "second"])
    #expect(host.prompt("result").errorMessage.contains("messages"))
    let whole = host.prompt("result", #"{"messages":"no"}"#)
    #expect(whole.errorCode == -32603)
  }
}
