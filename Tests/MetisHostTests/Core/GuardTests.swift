import JSON
import MetisPluginAPI
import Testing

@testable import MetisHost

/// Auth plugins and filters on the request path.
@Suite struct GuardTests {
  private static let auth = "[auth]\nuse = [\"guard\"]\n"

  private func authorized(_ who: String) -> [(String, String)] { [("Authorization", who)] }

  @Test func anAuthPluginAllowsDeniesAndAbstains() throws {
    let host = try TestHost(
      plugins: ["puppet", "guard-auth"], puppet: ["context", "value", "count"],
      more: GuardTests.auth)
    let alice = host.call("context", fields: authorized("Bearer alice"))
    #expect(
      alice.result["structuredContent"]?["principal"] == ["id": "alice", "scopes": ["read"]])
    let none = host.call("value")
    #expect(none.status == 401 && none.errorCode == -32600)
    let mallory = host.call("value", fields: authorized("Bearer mallory"))
    #expect(mallory.status == 403 && mallory.errorMessage == "mallory may not")
    #expect(mallory.field("www-authenticate") == "Bearer error=\"insufficient_scope\"")
    #expect(mallory.field("content-type") == "application/json")
    for who in ["broken", "nobody"] {
      let failed = host.call("value", fields: authorized(who))
      #expect(failed.status == 500, "\(who): \(failed.text)")
      #expect(!failed.errorMessage.isEmpty)
    }
    // Every request is asked for, those of a session too.
    #expect(
      host.door.http(TestHost.initializeBody("2025-11-25"), TestHost.legacyFields).ended().status
        == 401)
    #expect(
      host.door.http(
        TestHost.initializeBody("2025-11-25"), TestHost.legacyFields + authorized("alice")
      ).ended().status == 200)
    #expect(host.call("count", fields: authorized("alice")).firstText == "[1,1]")
    host.stop()
  }

  @Test func aServerThatIsToBeProtectedDoesNotStartUnprotected() throws {
    #expect(throws: StartError.self) {
      _ = try TestHost(plugins: ["puppet"], more: GuardTests.auth)
    }
  }

  @Test func filtersRejectReplaceAndPassRequests() throws {
    let host = try TestHost(plugins: ["puppet", "guard"], puppet: ["value"])
    #expect(host.call("value", #"{"a":1}"#).result["structuredContent"] == ["a": 1])
    let rejected = host.call("value", #"{"a":"reject-me"}"#)
    #expect(rejected.status == 400 && rejected.errorMessage == "the filter rejects it")
    #expect(
      host.call("value", #"{"a":"replace-me"}"#).result["structuredContent"]
        == ["was": "replaced"])
    for text in ["odd-code", "replace-by-rubbish"] {
      let failed = host.call("value", #"{"a":"\#(text)"}"#)
      #expect(failed.errorCode == -32603, "\(text): \(failed.text)")
    }
    #expect(
      host.call("value", #"{"a":"odd-code"}"#).errorMessage.contains("org.metis.test.guard"))
    #expect(host.isWell())
    host.stop()
  }

  @Test func filtersSeeClientsAndResults() throws {
    let host = try TestHost(
      plugins: ["puppet", "puppet-async", "guard"], puppet: ["value"],
      tools: [
        .init(name: "value-async", strategy: "puppet-async"),
        .init(name: "classified", strategy: "puppet"),
      ])
    for tool in ["value", "value-async"] {
      let answer = host.call(tool, #"{"a":"classified"}"#)
      #expect(answer.firstText == "redacted", "\(answer.text)")
      #expect(answer.result["structuredContent"] == nil)
      #expect(answer.result["resultType"] == "complete")
    }
    // The list holds the word as well.
    let list = host.door.http(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{\#(TestHost.meta)}}}"#,
      TestHost.modernFields + [("Mcp-Method", "tools/list")]
    ).ended()
    #expect(list.result["tools"] == nil && list.firstText == "redacted")
    let refused = host.door.http(
      TestHost.initializeBody("2025-11-25", client: "unwelcome"), TestHost.legacyFields
    ).ended()
    #expect(refused.errorMessage == "this client is not welcome")
    #expect(refused.field("mcp-session-id") == nil)
    let discover = host.door.http(
      #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{\#(TestHost.meta),"#
        + #""io.modelcontextprotocol/clientInfo":{"name":"unwelcome","version":"1"}}}}"#,
      TestHost.modernFields + [("Mcp-Method", "server/discover")]
    ).ended()
    #expect(discover.errorMessage == "this client is not welcome")
    host.stop()
  }

  @Test func aFilterRefusesASwap() throws {
    let host = try TestHost(plugins: ["puppet", "guard"], puppet: ["value"])
    guard case .failure(let error) = try host.swap("org.metis.test.good", by: "good-1.1") else {
      Issue.record("the swap took place")
      return host.stop()
    }
    #expect(error.kind == .rejected && error.message.contains("the good one stays as it is"))
    #expect(host.isWell())
    #expect(try host.swap("org.metis.test.puppet", by: "puppet").get().newNumber == 2)
    host.stop()
  }
}
