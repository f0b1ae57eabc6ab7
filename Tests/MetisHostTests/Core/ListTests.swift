import JSON
import Testing

@testable import MetisHost

/// Lists, cursors, capabilities, completion.
@Suite struct ListTests {
  static let more =
    "[server.caching.tools]\nttl_ms = 60000\nscope = \"public\"\n"
    + TestHost.resource("value://a") + TestHost.resource("value://{id}")
    + TestHost.prompt("value")

  @Test func lists() throws {
    let host = try TestHost(puppet: ["value"], more: Self.more)
    defer { host.stop() }
    let tools = host.ask("tools/list").result
    #expect(tools["tools"]?.array?.map { $0["name"] } == ["good", "value"])
    #expect(tools["ttlMs"] == 60000)
    #expect(tools["cacheScope"] == "public")
    #expect(tools["nextCursor"] == nil)
    let resources = host.ask("resources/list").result
    #expect(resources["resources"] == [["uri": "value://a", "name": "a"]])
    #expect(resources["cacheScope"] == "private")
    let templates = host.ask("resources/templates/list").result
    #expect(templates["resourceTemplates"]?[0]?["uriTemplate"] == "value://{id}")
    let prompts = host.ask("prompts/list").result
    #expect(prompts["prompts"] == [["name": "value"]])
    let session = try #require(host.initialize("2025-03-26"))
    let legacy = host.ask("prompts/list", session: session).result
    #expect(legacy == ["prompts": [["name": "value"]]])
  }

  /// What a server does not have is an empty list.
  @Test func emptyLists() throws {
    let host = try TestHost()
    defer { host.stop() }
    #expect(host.ask("resources/list").result["resources"] == [])
    #expect(host.ask("resources/templates/list").result["resourceTemplates"] == [])
    #expect(host.ask("prompts/list").result["prompts"] == [])
    let capabilities = host.ask("server/discover").result["capabilities"]
    #expect(capabilities?["resources"] == nil)
    #expect(capabilities?["prompts"] == nil)
    #expect(capabilities?["tools"] == ["listChanged": true])
  }

  @Test func pages() throws {
    let names = (0..<5).map { "number-\($0)" }
    let host = try TestHost(puppet: names, more: "[server]\npage_size = 2\n")
    defer { host.stop() }
    var found: [String] = []
    var cursor: String?
    var cursors: [String] = []
    repeat {
      let page = host.ask("tools/list", cursor.map { #""cursor":"\#($0)","# } ?? "").result
      found += page["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
      cursor = page["nextCursor"]?.string
      if let cursor { cursors.append(cursor) }
    } while cursor != nil && found.count < 20
    #expect(found == ["good"] + names)
    #expect(cursors.count == 2)
    let first = try #require(cursors.first)
    let session = try #require(host.initialize())
    let legacy = host.ask("tools/list", #"{"cursor":"\#(first)"}"#, session: session)
    #expect(legacy.result["tools"]?.array?.count == 2)
    for bad in ["", "bogus", String(first.dropLast()), first + "A"] {
      let refused = host.ask("tools/list", #""cursor":"\#(bad)","#)
      #expect(refused.errorCode == -32602, "\(bad)")
      #expect(refused.errorMessage.contains("cursor"))
    }
    // A cursor is good for its own list, as long as that is the same.
    #expect(host.ask("prompts/list", #""cursor":"\#(first)","#).errorCode == -32602)
    try host.reload(tools: [TestHost.Tool(name: "number", strategy: "puppet")])
    let outdated = host.ask("tools/list", #""cursor":"\#(first)","#)
    #expect(outdated.errorCode == -32602)
    #expect(outdated.errorMessage.contains("changed"))
  }

  @Test func capabilities() throws {
    let host = try TestHost(
      tools: [
        TestHost.Tool(
          name: "number", strategy: "puppet",
          more: "task_support = \"optional\"\nui = { resource_uri = \"ui://a\" }")
      ],
      more: "[server]\nname = \"S\"\ndescription = \"D\"\nwebsite_url = \"https://e.org\"\n"
        + "title = \"T\"\n[server.capabilities]\nlogging = false\n"
        + "[server.capabilities.prompts]\nlist_changed = false\n"
        + "[server.capabilities.experimental.\"org.example\"]\nx = 1\n"
        + TestHost.resource("value://{id}", "complete = { id = [\"1\"] }"))
    defer { host.stop() }
    let modern = host.ask("server/discover").result
    #expect(
      modern["capabilities"]
        == [
          "tools": ["listChanged": true], "resources": ["subscribe": true, "listChanged": true],
          "prompts": ["listChanged": false], "completions": [:],
          "extensions": ["io.modelcontextprotocol/tasks": [:], "io.modelcontextprotocol/ui": [:]],
          "experimental": ["org.example": ["x": 1]],
        ])
    #expect(modern["supportedVersions"] == ["2026-07-28"])
    let info = modern["_meta"]?["io.modelcontextprotocol/serverInfo"]
    #expect(info?["description"] == "D")
    #expect(info?["websiteUrl"] == "https://e.org")
    func legacy(_ revision: String) -> JSONValue {
      host.door.http(TestHost.initializeBody(revision), TestHost.legacyFields).ended().result
    }
    let november = legacy("2025-11-25")
    #expect(november["capabilities"]?["tasks"]?["requests"] == ["tools": ["call": [:]]])
    #expect(november["capabilities"]?["extensions"] == nil)
    #expect(legacy("2025-06-18")["capabilities"]?["tasks"] == nil)
    #expect(legacy("2025-06-18")["serverInfo"]?["title"] == "T")
    #expect(legacy("2025-06-18")["serverInfo"]?["description"] == nil)
    #expect(legacy("2024-11-05")["capabilities"]?["completions"] == nil)
    let session = try #require(host.initialize("2025-11-25"))
    let tools = host.ask("tools/list", session: session).result["tools"]
    #expect(tools?[1]?["execution"] == ["taskSupport": "optional"])
    #expect(tools?[1]?["_meta"]?["ui"]?["resourceUri"] == "ui://a")
    #expect(host.ask("tools/list").result["tools"]?[1]?["execution"] == nil)
  }

  /// Revisions that are not offered are refused in their own era.
  @Test func revisions() throws {
    let legacyOnly = try TestHost(
      more: "[server]\nrevisions = [\"2025-06-18\", \"2025-03-26\"]\n")
    defer { legacyOnly.stop() }
    #expect(legacyOnly.ask("tools/list").errorCode == -32022)
    let opened = legacyOnly.door.http(
      TestHost.initializeBody("2025-11-25"), TestHost.legacyFields
    ).ended()
    #expect(opened.result["protocolVersion"] == "2025-06-18")
    let modernOnly = try TestHost(more: "[server]\nrevisions = [\"2026-07-28\"]\n")
    defer { modernOnly.stop() }
    #expect(modernOnly.ask("tools/list").status == 200)
    let refused = modernOnly.door.http(
      TestHost.initializeBody("2025-11-25"), TestHost.legacyFields
    ).ended()
    #expect(refused.errorCode == -32022)
    #expect(refused.error["data"]?["supported"] == ["2026-07-28"])
  }

  /// After a reload clients hear of the lists that changed, and only of those.
  @Test func changes() throws {
    let host = try TestHost(puppet: ["value"], more: Self.more)
    defer { host.stop() }
    let peer = host.door.connection()
    peer.send(TestHost.initializeBody("2025-11-25"))
    #expect(peer.frame(0)["result"] != nil)
    try host.reload(
      tools: [TestHost.Tool(name: "value", strategy: "puppet")],
      extra: TestHost.resource("value://b/{more}"))
    #expect(peer.frame(1)["method"] == "notifications/resources/list_changed")
    try host.reload(
      tools: [TestHost.Tool(name: "value", strategy: "puppet")],
      extra: TestHost.resource("value://b/{more}") + TestHost.prompt("second"))
    #expect(peer.frame(2)["method"] == "notifications/prompts/list_changed")
    #expect(peer.now.frames.count == 3)
  }

  @Test func completion() throws {
    let arguments =
      "[[prompts.arguments]]\nname = \"city\"\ncomplete = [\"Paris\", \"Park\", \"Rome\"]\n"
      + "[[prompts.arguments]]\nname = \"free\"\n"
    let host = try TestHost(
      more: TestHost.prompt("value", arguments: arguments)
        + TestHost.resource("value://{id}", "complete = { id = [\"1\", \"12\", \"2\"] }"))
    defer { host.stop() }
    func complete(_ ref: String, _ name: String, _ value: String) -> TestExchange {
      host.ask(
        "completion/complete",
        #""ref":\#(ref),"argument":{"name":"\#(name)","value":"\#(value)"},"#)
    }
    let prompt = #"{"type":"ref/prompt","name":"value"}"#
    let found = complete(prompt, "city", "pa").result
    #expect(
      found["completion"] == ["values": ["Paris", "Park"], "total": 2, "hasMore": false])
    #expect(found["resultType"] == "complete")
    #expect(complete(prompt, "free", "x").result["completion"]?["values"] == [])
    #expect(complete(prompt, "none", "x").errorCode == -32602)
    let template = #"{"type":"ref/resource","uri":"value://{id}"}"#
    #expect(complete(template, "id", "1").result["completion"]?["values"] == ["1", "12"])
    #expect(complete(#"{"type":"ref/prompt","name":"x"}"#, "a", "").errorCode == -32602)
    #expect(complete(#"{"type":"ref/resource","uri":"x:y"}"#, "a", "").errorCode == -32602)
    #expect(complete(#"{"type":"ref/else"}"#, "a", "").errorCode == -32602)
    #expect(host.ask("completion/complete").errorCode == -32602)
  }
}
