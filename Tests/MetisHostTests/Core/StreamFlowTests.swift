import JSON
import Testing

@testable import MetisHost

/// Readers that are slow: who produces waits, and what was taken arrives once and in order.
@Suite struct StreamFlowTests {
  static func tools(_ strategy: String, _ names: [String]) -> [TestHost.Tool] {
    names.map { TestHost.Tool(name: $0, strategy: strategy) }
  }

  /// The numbers of a flood's messages.
  static func numbers(_ events: [JSONValue]) -> [Int] {
    events.compactMap { $0["params"]?["n"]?.int.map(Int.init) }
  }

  /// Reads whenever the transport has pushed back, until the answer is complete.
  static func readAll(_ exchange: TestExchange) {
    let deadline = inSeconds(60)
    while !exchange.now.hasEnded, inSeconds(0) < deadline {
      _ = exchange.wait(seconds: 5) { $0.hasEnded || $0.wantsWritable }
      if !exchange.now.hasEnded { exchange.read() }
    }
  }

  @Test(arguments: ["streamer-async", "streamer-blocking"])
  func whatASlowReaderGetsIsWhole(_ strategy: String) throws {
    let host = try TestHost(
      plugins: ["streamer-async", "streamer-blocking"],
      tools: StreamFlowTests.tools(strategy, ["flood-1000", "stats"]))
    let exchange = host.door.http(
      TestHost.body("flood-1000"),
      TestHost.modernFields + [("Mcp-Method", "tools/call"), ("Mcp-Name", "flood-1000")],
      reader: TestReader(high: 2048, limit: 8192))
    #expect(exchange.wait { $0.wantsWritable })
    // Nobody reads: nothing grows.
    let before = exchange.now.body.count
    #expect(!exchange.wait(seconds: 0.2) { $0.body.count > before + 8192 })
    #expect(!exchange.now.hasEnded)
    StreamFlowTests.readAll(exchange)
    let events = exchange.events
    #expect(StreamFlowTests.numbers(events) == Array(0..<1000))
    #expect(events.count == 1001)
    #expect(exchange.result["structuredContent"]?["sent"] == 1000)
    #expect(exchange.result["structuredContent"]?["limited"] == 0)
    if strategy == "streamer-async" {
      #expect(exchange.result["structuredContent"]?["busy"]?.int ?? 0 > 10)
    }
    #expect(host.open() == Census())
    host.stop()
  }

  @Test func anInlineStrategyIsToldAndRefused() throws {
    let host = try TestHost(
      plugins: ["streamer"], tools: StreamFlowTests.tools("streamer", ["flood-5000"]))
    let exchange = host.door.http(
      TestHost.body("flood-5000"),
      TestHost.modernFields + [("Mcp-Method", "tools/call"), ("Mcp-Name", "flood-5000")],
      reader: TestReader(high: 2048, limit: 8192))
    StreamFlowTests.readAll(exchange)
    let answer = exchange.result["structuredContent"]
    let sent = Int(answer?["sent"]?.int ?? 0)
    #expect(sent > 100 && sent < 1000 && answer?["limited"] == 1)
    #expect(answer?["busy"]?.int ?? 0 > 10)
    // Everything that was taken has arrived; the answer too, which nothing refuses.
    #expect(StreamFlowTests.numbers(exchange.events) == Array(0..<sent))
    host.stop()
  }

  @Test func framesWaitForTheirReaderAsWell() throws {
    let host = try TestHost(
      plugins: ["streamer-async"],
      tools: StreamFlowTests.tools("streamer-async", ["flood-500", "stats"]))
    let peer = host.door.connection(reader: TestReader(high: 2048, limit: 8192))
    peer.send(TestHost.body("flood-500", id: "1"))
    peer.send(TestHost.body("stats", id: "2"))
    #expect(peer.wait { $0.wantsWritable })
    while peer.answerNow(1) == nil || peer.answerNow(2) == nil {
      peer.read()
      _ = peer.wait(seconds: 0.05) { $0.wantsWritable }
    }
    let frames = peer.now.frames.compactMap { try? JSONValue(jsonBytes: Array($0.utf8)) }
    #expect(StreamFlowTests.numbers(frames) == Array(0..<500))
    #expect(frames.count == 502)
    peer.disconnect()
    host.stop()
  }

  @Test func aStreamThatNobodyReadsIsClosed() throws {
    let host = try TestHost(
      plugins: ["streamer-async", "streamer-blocking"],
      tools: StreamFlowTests.tools("streamer-async", ["flood-1000", "stats"])
        + StreamFlowTests.tools("streamer-blocking", ["flood-2000"]),
      more: "[server.streams]\nstall_timeout_sec = 1")
    for tool in ["flood-1000", "flood-2000"] {
      let exchange = host.door.http(
        TestHost.body(tool),
        TestHost.modernFields + [("Mcp-Method", "tools/call"), ("Mcp-Name", tool)],
        reader: TestReader(high: 2048, limit: 1 << 20))
      #expect(exchange.wait { $0.hasEnded })
      #expect(exchange.text.hasSuffix(": closed: the stream was not read for 1 s\n\n"))
      #expect(!exchange.text.contains("\"result\""))
    }
    #expect(eventually { host.open() == Census() })
    #expect(host.call("stats").result["structuredContent"]?["cancelled"] == 1)
    host.stop()
  }

  @Test func silentStreamsAreKeptAlive() throws {
    let host = try TestHost(
      plugins: ["streamer-blocking"],
      tools: StreamFlowTests.tools("streamer-blocking", ["slow-2500"]),
      more: "[server.streams]\nkeep_alive_sec = 1")
    let session = try #require(host.initialize())
    let exchange = host.begin("slow-2500", session: session).ended()
    #expect(exchange.text.components(separatedBy: ": keep-alive\n\n").count == 3)
    #expect(exchange.firstText == "slow")
    host.stop()
  }

  @Test func notificationsGoAsTheyStandAndMalformedOnesAreRefused() throws {
    let host = try TestHost(
      plugins: ["streamer"],
      tools: StreamFlowTests.tools("streamer", ["bad-notification", "flood-1"]))
    #expect(host.call("bad-notification").firstText == "[-3,-3]")
    let event = host.call("flood-1").events[0]
    #expect(event["jsonrpc"] == "2.0" && event["method"] == "notifications/flood")
    #expect(event["params"]?["n"] == 0)
    host.stop()
  }

  @Test func aCutEndsAModernCallAndNothingElse() throws {
    let host = try TestHost(
      plugins: ["streamer-blocking"],
      tools: StreamFlowTests.tools("streamer-blocking", ["disconnect", "stats"]))
    let exchange = host.begin("disconnect").ended()
    #expect(exchange.now.isCut && exchange.status == 0)
    #expect(
      eventually {
        host.call("stats").result["structuredContent"]?["cancelled"] == 1
      })
    #expect(eventually { host.open() == Census() })
    let peer = host.door.connection()
    peer.send(TestHost.body("disconnect", id: "1"))
    #expect(peer.wait { $0.hasEnded })
    #expect(peer.now.isCut && peer.now.frames.isEmpty)
    #expect(eventually { host.open() == Census() })
    host.stop()
  }

  @Test func aClientThatVanishesLeavesNothingBehind() throws {
    let host = try TestHost(
      plugins: ["streamer-async", "streamer-blocking"],
      tools: StreamFlowTests.tools("streamer-async", ["flood-1000"])
        + StreamFlowTests.tools("streamer-blocking", ["flood-2000", "slow-300"]))
    for tool in ["flood-1000", "flood-2000", "slow-300"] {
      for seconds in [0.0, 0.01, 0.05] {
        let exchange = host.door.http(
          TestHost.body(tool),
          TestHost.modernFields + [("Mcp-Method", "tools/call"), ("Mcp-Name", tool)],
          reader: TestReader(high: 2048, limit: 8192))
        _ = exchange.wait(seconds: seconds) { $0.hasEnded }
        exchange.disconnect()
      }
    }
    #expect(eventually { host.open() == Census() })
    host.stop()
  }
}
