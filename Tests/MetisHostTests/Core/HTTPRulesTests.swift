import JSON
import Testing

@testable import MetisHost

/// What verb, target and fields decide, in both eras: one host, one table of requests.
@Suite struct HTTPRulesTests {
  /// One request and what it is answered with.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    var fields: [(String, String)] = TestHost.modernFields
    var removed: [String] = []
    var added: [(String, String)] = [("Mcp-Method", "tools/call"), ("Mcp-Name", "value")]
    var verb = "POST"
    var target = "/mcp"
    var body = TestHost.body("value")
    let status: UInt32
    var code: Int?
    var says = ""
    var testDescription: String { name }
  }

  static let meta = TestHost.meta
  static func list(_ params: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(params)}}"#
  }
  static let listFields = [("Mcp-Method", "tools/list")]

  static let modern: [Case] = [
    Case(name: "a call", status: 200),
    Case(name: "a query behind the target", target: "/mcp?x=1", status: 200),
    Case(name: "another target", target: "/mcp2", status: 404, code: -32600, says: "/mcp"),
    Case(name: "the target in part", target: "/mc", status: 404, code: -32600),
    Case(name: "a foreign host", removed: ["Host"], added: [("Host", "evil.example")], status: 421),
    Case(
      name: "a foreign origin", added: [("Origin", "http://evil.example")], status: 403,
      says: "Origin"),
    Case(
      name: "a local origin",
      added: [("Mcp-Method", "tools/call"), ("Mcp-Name", "value"), ("Origin", "http://localhost")],
      status: 200),
    Case(name: "GET", verb: "GET", status: 405),
    Case(name: "DELETE", verb: "DELETE", status: 405),
    Case(name: "PUT", verb: "PUT", status: 405),
    Case(name: "no content type", removed: ["Content-Type"], status: 400, says: "Content-Type"),
    Case(
      name: "another content type", removed: ["Content-Type"],
      added: [("Content-Type", "text/plain")], status: 400),
    Case(
      name: "a content type with parameters", removed: ["Content-Type"],
      added: [
        ("Content-Type", "Application/JSON ; charset=utf-8"), ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "value"),
      ], status: 200),
    Case(name: "no Accept", removed: ["Accept"], status: 406, says: "Accept"),
    Case(
      name: "Accept without streams", removed: ["Accept"],
      added: [("Accept", "application/json")], status: 406),
    Case(
      name: "Accept that forbids", removed: ["Accept"],
      added: [("Accept", "application/json, text/event-stream;q=0")], status: 406),
    Case(
      name: "Accept on two lines", removed: ["Accept"],
      added: [
        ("accept", "text/event-stream"), ("ACCEPT", "application/json;q=0.5"),
        ("mcp-method", "tools/call"), ("MCP-NAME", "value"),
      ], status: 200),
    Case(name: "no JSON", body: "{", status: 400, code: -32700),
    Case(name: "an empty body", body: "", status: 400, code: -32700),
    Case(name: "a batch", body: "[\(TestHost.body("value"))]", status: 400, code: -32600),
    Case(
      name: "no jsonrpc", body: #"{"id":1,"method":"tools/list"}"#, status: 400, code: -32600),
    Case(
      name: "id null", body: #"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#, status: 400,
      code: -32600),
    Case(
      name: "method twice",
      body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}"#, status: 400,
      code: -32600, says: "method"),
    Case(
      name: "a response", body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#, status: 400, code: -32600),
    Case(
      name: "a notification",
      body: #"{"jsonrpc":"2.0","method":"notifications/anything","params":{}}"#, status: 202),
    Case(
      name: "no params", added: listFields,
      body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, status: 400, code: -32602,
      says: "protocolVersion"),
    Case(
      name: "no capabilities", added: listFields,
      body: list(#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#), status: 400,
      code: -32602, says: "clientCapabilities"),
    Case(
      name: "_meta is no object", added: listFields, body: list(#""_meta":[]"#), status: 400,
      code: -32602, says: "_meta"),
    Case(
      name: "_meta twice", added: listFields, body: list(#""_meta":{\#(meta)},"_meta":{\#(meta)}"#),
      status: 400, code: -32602, says: "twice"),
    Case(
      name: "_meta with an escape", added: listFields,
      body: list(#""\u005fmeta":{},"_meta":{\#(meta)}"#), status: 400, code: -32602,
      says: "escape"),
    Case(
      name: "another version in _meta", added: listFields,
      body: list(
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-29","#
          + #""io.modelcontextprotocol/clientCapabilities":{}}"#), status: 400, code: -32020),
    Case(
      name: "a version of the future", removed: ["MCP-Protocol-Version"],
      added: [("MCP-Protocol-Version", "2031-01-01"), ("Mcp-Method", "tools/list")],
      body: list(
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2031-01-01","#
          + #""io.modelcontextprotocol/clientCapabilities":{}}"#), status: 400, code: -32022),
    Case(
      name: "version twice", added: listFields + [("MCP-Protocol-Version", "2026-07-28")],
      body: list(#""_meta":{\#(meta)}"#), status: 400, code: -32020),
    Case(
      name: "no Mcp-Method", added: [], body: list(#""_meta":{\#(meta)}"#), status: 400,
      code: -32020, says: "Mcp-Method"),
    Case(
      name: "another Mcp-Method", added: [("Mcp-Method", "tools/call")],
      body: list(#""_meta":{\#(meta)}"#), status: 400, code: -32020),
    Case(
      name: "Mcp-Method in another case", added: [("Mcp-Method", "Tools/List")],
      body: list(#""_meta":{\#(meta)}"#), status: 400, code: -32020),
    Case(
      name: "Mcp-Method twice", added: listFields + listFields, body: list(#""_meta":{\#(meta)}"#),
      status: 400, code: -32020),
    Case(
      name: "no Mcp-Name", added: [("Mcp-Method", "tools/call")], status: 400, code: -32020,
      says: "Mcp-Name"),
    Case(
      name: "another Mcp-Name", added: [("Mcp-Method", "tools/call"), ("Mcp-Name", "Value")],
      status: 400, code: -32020),
    Case(
      name: "Mcp-Name in base64",
      added: [("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?dmFsdWU=?=")], status: 200),
    Case(
      name: "Mcp-Name in bad base64",
      added: [("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?dmFsdWU?=")], status: 400,
      code: -32020),
    Case(
      name: "Mcp-Name in base64 of another",
      added: [("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?dmFsdWY=?=")], status: 400,
      code: -32020),
    Case(
      name: "a name with an escape", body: TestHost.body(#"v\u0061lue"#), status: 200),
    Case(
      name: "a name that is no string",
      body: TestHost.body("value").replacing(#""name":"value""#, with: #""name":7"#), status: 400,
      code: -32602, says: "name"),
    Case(
      name: "no name", body: TestHost.body("value").replacing(#""name":"value","#, with: ""),
      status: 400, code: -32602, says: "name"),
    Case(
      name: "arguments that are no object", body: TestHost.body("value", "[]"), status: 400,
      code: -32602, says: "arguments"),
    Case(
      name: "an unknown tool", added: [("Mcp-Method", "tools/call"), ("Mcp-Name", "absent")],
      body: TestHost.body("absent"), status: 400, code: -32602, says: "Unknown tool: absent"),
    Case(
      name: "an unknown method", added: [("Mcp-Method", "tools/dance")],
      body: list(#""_meta":{\#(meta)}"#).replacing("tools/list", with: "tools/dance"), status: 404,
      code: -32601),
    Case(
      name: "a removed method", added: [("Mcp-Method", "ping")],
      body: list(#""_meta":{\#(meta)}"#).replacing("tools/list", with: "ping"), status: 404,
      code: -32601),
    Case(
      name: "a cursor", added: listFields, body: list(#""cursor":"x","_meta":{\#(meta)}"#),
      status: 400, code: -32602, says: "cursor"),
    Case(
      name: "a session id is ignored",
      added: [
        ("Mcp-Method", "tools/call"), ("Mcp-Name", "value"), ("Mcp-Session-Id", "nonsense"),
        ("Last-Event-ID", "7"),
      ], status: 200),
    Case(
      name: "a bad progress token",
      body: TestHost.body("value", meta: #","progressToken":[]"#), status: 400, code: -32602,
      says: "progressToken"),
    Case(
      name: "a bad log level",
      body: TestHost.body("value", meta: #","io.modelcontextprotocol/logLevel":"loud""#),
      status: 400, code: -32602, says: "logLevel"),
  ]

  static let legacy: [Case] = [
    Case(
      name: "initialize", fields: TestHost.legacyFields, added: [],
      body: TestHost.initializeBody("2025-06-18"), status: 200),
    Case(
      name: "initialize without params", fields: TestHost.legacyFields, added: [],
      body: #"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#, status: 200, code: -32602),
    Case(
      name: "initialize without a version", fields: TestHost.legacyFields, added: [],
      body: #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#, status: 200,
      code: -32602, says: "protocolVersion"),
    Case(
      name: "no session", fields: TestHost.legacyFields, added: [], status: 400, code: -32020,
      says: "MCP-Protocol-Version"),
    Case(
      name: "no session and no _meta", fields: TestHost.legacyFields, added: [],
      body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, status: 400, code: -32600,
      says: "Mcp-Session-Id"),
    Case(
      name: "an unknown session", fields: TestHost.legacyFields,
      added: [("Mcp-Session-Id", "0123456789abcdef0123456789abcdef")],
      body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, status: 404, code: -32600),
    Case(
      name: "an invalid version", fields: TestHost.legacyFields,
      added: [("MCP-Protocol-Version", "1999-01-01")],
      body: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, status: 400),
    Case(
      name: "GET without a session", fields: TestHost.legacyFields, added: [], verb: "GET",
      body: "", status: 400, code: -32600),
    Case(
      name: "GET without Accept", fields: TestHost.legacyFields, removed: ["Accept"], added: [],
      verb: "GET", body: "", status: 406),
    Case(
      name: "DELETE without a session", fields: TestHost.legacyFields, added: [], verb: "DELETE",
      body: "", status: 400),
    Case(
      name: "PUT", fields: TestHost.legacyFields, added: [], verb: "PUT", status: 405,
      says: "GET, POST and DELETE"),
    Case(
      name: "no JSON", fields: TestHost.legacyFields, added: [], body: "[1", status: 400,
      code: -32700),
    Case(
      name: "a foreign host", fields: TestHost.legacyFields, removed: ["Host"],
      added: [("host", "evil.example:80")], status: 421),
  ]

  @Test func everyRequestGetsItsStatusAndItsCode() throws {
    let host = try TestHost(puppet: ["value"])
    for item in HTTPRulesTests.modern + HTTPRulesTests.legacy {
      let fields = item.fields.filter { !item.removed.contains($0.0) } + item.added
      let answer = host.door.http(item.body, fields, verb: item.verb, target: item.target).ended()
      #expect(answer.status == item.status, "\(item.name): \(answer.text)")
      if let code = item.code { #expect(answer.errorCode == code, "\(item.name): \(answer.text)") }
      if item.status >= 400 { #expect(answer.errorMessage != "", "\(item.name)") }
      let saysIt = item.says.isEmpty || answer.errorMessage.contains(item.says)
      #expect(saysIt, "\(item.name): \(answer.errorMessage)")
      if item.status == 202 { #expect(answer.text == "", "\(item.name)") }
      if item.status == 200, item.code == nil {
        #expect(answer.error.isNull && answer.result.object != nil, "\(item.name): \(answer.text)")
      }
      if item.status == 405 {
        let allowed =
          item.fields.count == TestHost.legacyFields.count ? "GET, POST, DELETE" : "POST"
        #expect(answer.field("allow") == allowed, "\(item.name)")
      }
      if answer.text != "" { #expect(answer.field("content-type") == "application/json") }
    }
    host.stop()
  }

  @Test func anIdComesBackAsItWasWritten() throws {
    let host = try TestHost(puppet: ["value"])
    for id in ["7", "-1", #""a\u0062\"c""#, "9007199254740993"] {
      let answer = host.call("value", id: id)
      #expect(answer.text.hasPrefix(#"{"jsonrpc":"2.0","id":\#(id),"result":"#), "\(answer.text)")
    }
    // An error before the request was understood has none.
    #expect(host.door.http("{", TestHost.modernFields).ended().json["id"] == nil)
    host.stop()
  }

  @Test func aSessionLivesFromInitializeToDelete() throws {
    let host = try TestHost(puppet: ["value"])
    let opened = host.door.http(TestHost.initializeBody("2024-01-01"), TestHost.legacyFields)
      .ended()
    #expect(opened.result["protocolVersion"] == "2025-11-25")
    #expect(opened.result["capabilities"]?["tools"] == ["listChanged": true])
    let id = try #require(opened.field("mcp-session-id"))
    #expect(id.utf8.count == 32)
    let fields = TestHost.legacyFields + [("Mcp-Session-Id", id)]
    func send(_ body: String, verb: String = "POST") -> TestExchange {
      host.door.http(body, fields, verb: verb).ended()
    }
    #expect(send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).status == 202)
    #expect(send(#"{"jsonrpc":"2.0","id":4,"result":{}}"#).status == 202)
    #expect(send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).result == [:])
    let listed = send(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
    #expect(listed.result["tools"]?.array?.count == 2)
    #expect(listed.result["resultType"] == nil && listed.result["_meta"] == nil)
    #expect(
      send(#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#).errorCode == -32601)
    #expect(host.begin("value", session: id).ended().result["structuredContent"] == [:])
    // The request is malformed, which is no failure of HTTP in this era.
    #expect(host.begin("absent", session: id).ended().status == 200)
    #expect(
      host.door.http(
        "", fields + [("Mcp-Session-Id", "other")], verb: "DELETE"
      ).ended().status == 400)
    #expect(send("", verb: "DELETE").status == 200)
    #expect(send("", verb: "DELETE").status == 404)
    #expect(send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).status == 404)
    host.stop()
  }

  @Test func aSecondStreamReplacesTheFirstAndTheEndClosesIt() throws {
    let host = try TestHost(puppet: ["announce"])
    let id = try #require(host.initialize())
    let fields = TestHost.legacyFields + [("Mcp-Session-Id", id)]
    let first = host.door.http("", fields, verb: "GET")
    #expect(first.wait { $0.isStream && !$0.body.isEmpty })
    #expect(first.status == 200 && first.field("content-type") == "text/event-stream")
    #expect(first.field("x-accel-buffering") == "no")
    let second = host.door.http("", fields, verb: "GET")
    #expect(first.wait { $0.hasEnded })
    #expect(host.call("announce").firstText == "announced")
    #expect(second.wait { String(decoding: $0.body, as: UTF8.self).contains("list_changed") })
    #expect(
      second.events == [
        ["jsonrpc": "2.0", "method": "notifications/tools/list_changed"]
      ])
    #expect(first.events.isEmpty)
    #expect(host.door.http("", fields, verb: "DELETE").ended().status == 200)
    #expect(second.wait { $0.hasEnded })
    host.stop()
  }
}
