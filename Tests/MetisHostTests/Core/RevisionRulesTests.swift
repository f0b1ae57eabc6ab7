import JSON
import MCP
import Testing

@testable import MetisHost

/// What settings and fields decide before a message is looked at: revisions, hosts, origins.
@Suite struct RevisionRulesTests {
  private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#

  @Test func aServerOfTheStatelessEraAloneSaysSo() throws {
    let host = try TestHost(puppet: ["value"], more: "[server]\nrevisions = [\"2026-07-28\"]")
    #expect(host.call("value").status == 200)
    for fields in [
      TestHost.legacyFields, TestHost.legacyFields + [("MCP-Protocol-Version", "2025-11-25")],
    ] {
      let refused = host.door.http(TestHost.initializeBody("2025-11-25"), fields).ended()
      #expect(refused.status == 400 && refused.errorCode == -32022)
      #expect(refused.error["data"]?["supported"] == ["2026-07-28"])
      #expect(refused.json["id"] == 0)
    }
    let get = host.door.http("", TestHost.legacyFields, verb: "GET").ended()
    #expect(get.status == 405 && get.field("allow") == "POST")
    let peer = host.door.connection()
    peer.send(TestHost.initializeBody("2025-11-25"))
    #expect(peer.answer(0)["error"]?["code"] == -32022)
    peer.disconnect()
    #expect(
      host.door.http("", TestHost.legacyFields, verb: "GET", target: "/sse").ended().status == 404)
    host.stop()
  }

  @Test func aServerOfTheHandshakeEraAloneSaysSo() throws {
    let host = try TestHost(
      puppet: ["value"], more: "[server]\nrevisions = [\"2025-06-18\", \"2025-03-26\"]")
    let refused = host.call("value")
    #expect(refused.status == 400 && refused.errorCode == -32022)
    #expect(refused.error["data"]?["supported"] == ["2025-06-18", "2025-03-26"])
    #expect(refused.error["data"]?["requested"] == "2026-07-28")
    for (asked, given) in [
      ("2025-03-26", "2025-03-26"), ("2025-11-25", "2025-06-18"), ("2024-11-05", "2025-06-18"),
      ("2026-07-28", "2025-06-18"),
    ] {
      let opened = host.door.http(TestHost.initializeBody(asked), TestHost.legacyFields).ended()
      #expect(opened.result["protocolVersion"]?.string == given)
    }
    let peer = host.door.connection()
    peer.send(TestHost.body("value"))
    #expect(peer.answer(1)["error"]?["code"] == -32022)
    peer.disconnect()
    host.stop()
  }

  @Test(arguments: [
    ("2025-11-25", "2025-11-25", 200), ("2025-11-25", "2025-06-18", 400),
    ("2025-06-18", "2025-11-25", 400), ("2025-11-25", "", 200), ("2025-11-25", "1999-01-01", 400),
    ("2025-03-26", "2025-11-25", 200), ("2024-11-05", "2025-03-26", 200),
  ])
  func theFieldAgreesWithTheSession(_ session: String, _ field: String, _ status: UInt32) throws {
    let host = try TestHost()
    let id = try #require(host.initialize(session))
    var fields = TestHost.legacyFields + [("Mcp-Session-Id", id)]
    if field != "" { fields.append(("mcp-protocol-VERSION", field)) }
    let answer = host.door.http(RevisionRulesTests.ping, fields).ended()
    #expect(answer.status == status, "\(answer.text)")
    if status == 400, field.hasPrefix("2025") {
      #expect(answer.errorMessage.contains(session) && answer.json["id"] == 1)
      #expect(host.door.http("", fields, verb: "GET").ended().status == 400)
      #expect(host.door.http("", fields, verb: "DELETE").ended().status == 400)
    }
    host.stop()
  }

  @Test func listsOfHostsAndOriginsReplaceWhatIsDerived() throws {
    let host = try TestHost(
      puppet: ["value"],
      more: "[server]\nallowed_hosts = [\"mcp.example\", \"other.example:81\"]\n"
        + "allowed_origins = [\"https://app.example\"]")
    func status(_ name: String, _ origin: String? = nil) -> UInt32 {
      var fields = TestHost.modernFields.filter { $0.0 != "Host" } + [("Host", name)]
      fields += [("Mcp-Method", "tools/call"), ("Mcp-Name", "value")]
      if let origin { fields.append(("Origin", origin)) }
      return host.door.http(TestHost.body("value"), fields).ended().status
    }
    #expect(status("mcp.example") == 200 && status("MCP.example:8080") == 200)
    #expect(status("other.example:81") == 200 && status("other.example") == 421)
    #expect(status("localhost") == 421 && status("mcp.example.evil") == 421)
    #expect(status("mcp.example", "https://APP.example") == 200)
    #expect(status("mcp.example", "https://app.example:8") == 403)
    #expect(status("mcp.example", "http://localhost") == 403)
    // A reload is enough.
    _ = try host.reload(tools: [.init(name: "value", strategy: "puppet")])
    host.stop()
  }

  @Test func aNameIsCheckedWhereAMethodHasOne() throws {
    let host = try TestHost()
    for (method, member, value) in [
      ("prompts/get", "name", "a"), ("resources/read", "uri", "test://a"),
      ("tasks/get", "taskId", "t"),
    ] {
      let body =
        #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{"\#(member)":"\#(value)","#
        + #""_meta":{\#(TestHost.meta)}}}"#
      let wrong = host.door.http(
        body, TestHost.modernFields + [("Mcp-Method", method), ("Mcp-Name", "other")]
      ).ended()
      #expect(wrong.status == 400 && wrong.errorCode == -32020, "\(method)")
      let right = host.door.http(
        body, TestHost.modernFields + [("Mcp-Method", method), ("Mcp-Name", value)]
      ).ended()
      #expect(right.errorCode != -32020, "\(method)")
    }
    host.stop()
  }
}
