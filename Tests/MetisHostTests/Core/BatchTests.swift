import JSON
import Testing

@testable import MetisHost

/// Batches: sessions of 2025-03-26 have them, others refuse.
@Suite struct BatchTests {
  private static let tools =
    ["logs", "context"].map { TestHost.Tool(name: $0, strategy: "streamer") } + [
      TestHost.Tool(name: "slow-50", strategy: "streamer-blocking")
    ]

  private func make() throws -> TestHost {
    try TestHost(plugins: ["streamer", "streamer-blocking"], tools: BatchTests.tools)
  }

  private func send(_ host: TestHost, _ session: String?, _ body: String) -> TestExchange {
    host.door.http(
      body, TestHost.legacyFields + (session.map { [("Mcp-Session-Id", $0)] } ?? [])
    ).ended()
  }

  private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
  private static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
  private static func call(_ tool: String, _ id: Int) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)"}}"#
  }

  @Test func answersComeInOneArrayInTheOrderOfTheirRequests() throws {
    let host = try make()
    let session = try #require(host.initialize("2025-03-26"))
    #expect(
      send(
        host, session,
        #"{"jsonrpc":"2.0","id":9,"method":"logging/setLevel","#
          + #""params":{"level":"emergency"}}"#
      ).result == [:])
    let answer = send(
      host, session,
      "[\(BatchTests.call("slow-50", 5)), \(BatchTests.ping),\n\(BatchTests.initialized), "
        + #"{"jsonrpc":"2.0","id":8,"result":{}}, {"jsonrpc":"2.0","id":2,"method":"no/such"}, 7]"#
    )
    #expect(answer.status == 200 && !answer.now.isStream)
    let answers = try #require(answer.json.array)
    // MCP has no null ids: what is no request is answered without one, as a single message is.
    #expect(answers.map { $0["id"] } == [5, 1, 2, nil] as [JSONValue?])
    #expect(answers[0]["result"]?["content"]?[0]?["text"] == "slow")
    #expect(answers[1]["result"] == [:])
    #expect(answers[2]["error"]?["code"] == -32601 && answers[3]["error"]?["code"] == -32600)
    #expect(send(host, session, "[\(BatchTests.initialized)]").status == 202)
    #expect(host.open() == Census())
    host.stop()
  }

  @Test func aCallThatSpeaksMakesItAStream() throws {
    let host = try make()
    let session = try #require(host.initialize("2025-03-26"))
    let answer = send(
      host, session,
      "[\(BatchTests.ping),\(BatchTests.call("logs", 2)),\(BatchTests.call("slow-50", 3))]")
    #expect(answer.now.isStream)
    #expect(answer.events.compactMap { $0["id"]?.int } == [1, 2, 3])
    #expect(answer.events.count == 3 + 3 + 2)
    #expect(host.open() == Census())
    host.stop()
  }

  @Test func whatMayNotBeABatchIsRefused() throws {
    let host = try make()
    let session = try #require(host.initialize("2025-03-26"))
    for (body, says) in [
      ("[]", "empty"), ("[1", "Parse"),
      ("[\((0...100).map { _ in BatchTests.ping }.joined(separator: ","))]", "at most 100"),
    ] {
      let answer = send(host, session, body)
      #expect(answer.status == 400 && answer.errorMessage.contains(says), "\(answer.text)")
    }
    let again = send(host, session, "[\(TestHost.initializeBody("2025-03-26"))]")
    #expect(again.json[0]?["error"]?["code"] == -32600)
    #expect(again.json[0]?["error"]?["message"]?.string?.contains("initialize") == true)
    for revision in ["2024-11-05", "2025-06-18", "2025-11-25"] {
      let other = try #require(host.initialize(revision))
      let answer = send(host, other, "[\(BatchTests.ping)]")
      #expect(answer.status == 400 && answer.errorCode == -32600)
    }
    #expect(send(host, nil, "[\(TestHost.initializeBody("2025-03-26"))]").errorCode == -32600)
    #expect(host.open() == Census())
    host.stop()
  }

  @Test func framesCarryBatchesAsWell() throws {
    let host = try make()
    let peer = host.door.connection()
    peer.send("[\(BatchTests.ping)]")
    #expect(peer.frame(0)["error"]?["code"] == -32600)
    peer.send(TestHost.initializeBody("2025-03-26"))
    #expect(peer.frame(1)["id"] == 0)
    peer.send(" [\(BatchTests.ping), \(BatchTests.call("slow-50", 2))]")
    #expect(peer.frame(2)["method"] == "notifications/message")
    #expect(peer.frame(4).array?.map { $0["id"] } == [1, 2])
    peer.send("[\(BatchTests.initialized)]")
    // Gone in the middle of one.
    peer.send("[\(BatchTests.ping), \(BatchTests.call("slow-50", 2))]")
    #expect(peer.frame(5)["method"] == "notifications/message")
    peer.disconnect()
    #expect(eventually { host.open() == Census() })
    #expect(peer.now.frames.count == 6)
    host.stop()
  }
}
