import JSON
import Testing

@testable import MetisHost

/// Streams of 2025-11-25 that go on after a lost connection.
@Suite struct ResumptionTests {
  private static let tools =
    ["close-70", "slow-300", "disconnect-said", "flood-600", "logs"].map {
      TestHost.Tool(name: $0, strategy: "streamer-blocking")
    } + [TestHost.Tool(name: "changed-t", strategy: "streamer-blocking")]

  private func make(_ more: String = "", loops: Int = 1) throws -> TestHost {
    try TestHost(
      plugins: ["streamer-blocking"], tools: ResumptionTests.tools, more: more, loops: loops)
  }

  private func get(
    _ host: TestHost, _ session: String, _ last: String? = nil, loop: Int = 0
  ) -> TestExchange {
    var fields = TestHost.legacyFields + [("Mcp-Session-Id", session)]
    if let last { fields.append(("Last-Event-ID", last)) }
    return host.door.http("", fields, verb: "GET", loop: loop)
  }

  @Test func aStreamBeginsWithAnIdAndEachEventHasOne() throws {
    let host = try make("[server.streams]\nretry_ms = 250")
    let session = try #require(host.initialize())
    let events = host.begin("logs", session: session).ended().serverSentEvents
    #expect(events.count == 5)
    #expect(events[0] == ServerSentEvent(id: "1-0", retry: 250, data: ""))
    #expect(events.map(\.id) == ["1-0", "1-1", "1-2", "1-3", "1-4"])
    #expect(events[1].event == "message")
    let second = host.begin("logs", session: session).ended().serverSentEvents
    #expect(second.first?.id == "2-0")
    // Older clients take an event without data for a broken message.
    let older = try #require(host.initialize("2025-06-18"))
    let plain = host.begin("logs", session: older).ended().serverSentEvents
    #expect(plain.map(\.id) == ["1-0", "1-1", "1-2", "1-3"] && plain[0].data != "")
    // The stateless era has no ids.
    let modern = host.call(
      "logs", meta: #","io.modelcontextprotocol/logLevel":"debug""#,
      fields: [("Last-Event-ID", "1-0")])
    #expect(modern.serverSentEvents.allSatisfy { $0.id == nil } && modern.events.count == 4)
    host.stop()
  }

  @Test(arguments: [0, 1])
  func aStreamThatTheServerClosedGoesOnWhereTheClientResumes(_ loop: Int) throws {
    let host = try make(loops: 2)
    let session = try #require(host.initialize())
    let first = host.begin("close-70", session: session, id: "\"x\"").ended()
    let events = first.serverSentEvents
    #expect(events.map(\.id) == ["1-0", "1-1", "1-2"])
    #expect(events.last == ServerSentEvent(id: "1-2", retry: 70, data: ""))
    #expect(first.events.count == 1 && !first.now.isCut)
    let second = get(host, session, first.lastEventID, loop: loop).ended()
    #expect(second.events.map { $0["params"]?["data"]?.string } == ["after", nil])
    #expect(second.json["id"] == "x" && second.firstText == "closed")
    #expect(second.serverSentEvents.map(\.id) == ["1-3", "1-4"])
    // Again, from an earlier event: the same bytes.
    let again = get(host, session, "1-0", loop: loop).ended()
    #expect(again.text.hasSuffix(second.text))
    #expect(again.serverSentEvents.map(\.id) == ["1-1", "1-2", "1-3", "1-4"])
    #expect(eventually { host.open() == Census() })
    host.stop()
  }

  @Test func aClientThatHangsUpHasNotCancelled() throws {
    let host = try make()
    let session = try #require(host.initialize())
    for tool in ["slow-300", "disconnect-said"] {
      let first = host.begin(tool, session: session)
      #expect(first.wait { String(decoding: $0.body, as: UTF8.self).contains("before") })
      if tool == "slow-300" { first.disconnect() } else { #expect(first.ended().now.isCut) }
      let second = get(host, session, first.lastEventID).ended()
      #expect(second.result["isError"] == false || second.firstText != nil, "\(second.text)")
      let said = (first.events + second.events).compactMap { $0["params"]?["data"]?.string }
      #expect(said == ["before", "after"])
    }
    host.stop()
  }

  @Test func aSlowReaderLosesNothingWhenItResumes() throws {
    let host = try make("[server.streams]\nreplay_events = 1000\nstall_timeout_sec = 1")
    let session = try #require(host.initialize())
    let first = host.door.http(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"flood-600"}}"#,
      TestHost.legacyFields + [("Mcp-Session-Id", session)],
      reader: TestReader(high: 2048, limit: 8192))
    #expect(first.wait { $0.hasEnded })
    let seen = StreamFlowTests.numbers(first.events)
    #expect(seen == Array(0..<seen.count) && seen.count < 600)
    let second = get(host, session, first.lastEventID).ended()
    #expect(seen + StreamFlowTests.numbers(second.events) == Array(0..<600))
    #expect(second.result["structuredContent"]?["sent"] == 600)
    host.stop()
  }

  /// A client that resumes elsewhere while its first connection is behind: the strategy that waits
  /// for the first one goes on.
  @Test func whoWaitsForAReaderGoesOnWithTheNextOne() throws {
    let host = try make("[server.streams]\nreplay_events = 1000", loops: 2)
    let session = try #require(host.initialize())
    let first = host.door.http(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"flood-600"}}"#,
      TestHost.legacyFields + [("Mcp-Session-Id", session)],
      reader: TestReader(high: 2048, limit: 8192))
    #expect(first.wait { $0.wantsWritable })
    // The strategy fills what it may fill, and waits.
    #expect(!first.wait(seconds: 0.1) { $0.hasEnded })
    let second = get(host, session, "1-0", loop: 1).ended(seconds: 5)
    #expect(second.now.hasEnded)
    #expect(StreamFlowTests.numbers(second.events) == Array(0..<600))
    host.stop()
  }

  /// The stream of GET that another loop takes over is told like the one before, however close the
  /// second GET is behind the first: that one may still be on its way to say who is told.
  @Test func aStreamThatMovesToAnotherLoopIsToldOnThere() throws {
    let host = try make(loops: 2)
    let subscriptions = host.host.core.subscriptions
    for _ in 0..<50 {
      let session = try #require(host.initialize())
      let first = get(host, session)
      #expect(first.wait { !$0.body.isEmpty })
      let second = get(host, session, loop: 1)
      #expect(first.ended().now.hasEnded)
      #expect(second.wait { !$0.body.isEmpty })
      subscriptions.publish(.promptsListChanged)
      #expect(second.wait { String(decoding: $0.body, as: UTF8.self).contains("prompts/list_c") })
      second.disconnect()
    }
    #expect(eventually { host.open() == Census() })
    host.stop()
  }

  /// What moves while its reader is behind goes on where it stood; back and forth, with a change at
  /// each place, the last reader hears of the last one.
  @Test func aStreamThatMovesWhileItsReaderIsBehindLosesNothing() throws {
    let host = try make(loops: 2)
    let session = try #require(host.initialize())
    let subscriptions = host.host.core.subscriptions
    let first = host.door.http(
      "", TestHost.legacyFields + [("Mcp-Session-Id", session)], verb: "GET",
      reader: TestReader(high: 64, limit: 4096))
    // Equal changes merge while they wait: new ones until the reader is behind.
    #expect(
      eventually {
        subscriptions.publish(.toolsListChanged)
        return first.now.wantsWritable
      })
    subscriptions.publish(.promptsListChanged)
    var streams: [TestExchange] = [first]
    for round in 1...100 {
      let stream = get(host, session, loop: round % 2)
      #expect(stream.wait { !$0.body.isEmpty })
      streams.append(stream)
      subscriptions.publish(.toolsListChanged)
    }
    #expect(streams.dropLast().allSatisfy { $0.ended().now.hasEnded })
    subscriptions.publish(.resourcesListChanged)
    #expect(streams[100].wait { String(decoding: $0.body, as: UTF8.self).contains("resources/") })
    let heard = streams.map(\.text).joined()
    #expect(heard.contains("prompts/list_changed") && heard.contains("tools/list_changed"))
    streams[100].disconnect()
    #expect(eventually { host.open() == Census() })
    host.stop()
  }

  /// A reader that has lost its stream to another one does not name itself to who is told on it.
  @Test func aReaderThatWasReplacedIsNotTold() throws {
    let host = try make(loops: 2)
    let id = try #require(host.initialize())
    let first = get(host, id)
    #expect(first.wait { !$0.body.isEmpty })
    let session = try #require(host.host.core.sessions.all().first)
    let stream = try #require(session.streams.all.first)
    let before = try #require(stream.currentReader)
    let second = get(host, id, loop: 1)
    #expect(first.ended().now.hasEnded && second.wait { !$0.body.isEmpty })
    stream.tell(session.subscriber, before)
    session.subscriber.detach(before.exchange, of: before.loop)
    host.host.core.subscriptions.publish(.promptsListChanged)
    #expect(second.wait { String(decoding: $0.body, as: UTF8.self).contains("prompts/list_c") })
    #expect(!before.loop.isCurrent && stream.currentReader?.exchange == second.number)
    second.disconnect()
    host.stop()
  }

  @Test func whatIsNotKnownAnyMoreIsRefused() throws {
    let host = try make("[server.streams]\nreplay_events = 2")
    let session = try #require(host.initialize())
    let first = host.begin("logs", session: session).ended()
    #expect(first.events.count == 4)
    for id in ["1-0", "1-9", "7-0", "x", "", "1-", "-1", "1-1-1", "99999999999999999999-1"] {
      let refused = get(host, session, id).ended()
      #expect(refused.status == 400 && refused.errorMessage.contains("Last-Event-ID"), "\(id)")
    }
    #expect(get(host, session, "1-3").ended().firstText == "logged")
    // Another session's ids are its own.
    let other = try #require(host.initialize())
    #expect(get(host, other, "1-3").ended().status == 400)
    host.stop()
  }

  @Test func changesWaitForTheStreamOfTheSession() throws {
    let host = try make()
    let session = try #require(host.initialize())
    for _ in 0..<3 { #expect(host.call("changed-t").firstText == "1") }
    let first = get(host, session)
    #expect(first.wait { String(decoding: $0.body, as: UTF8.self).contains("list_changed") })
    #expect(first.events == [["jsonrpc": "2.0", "method": "notifications/tools/list_changed"]])
    #expect(first.serverSentEvents.map(\.id) == ["0-0", "0-1"])
    first.disconnect()
    #expect(host.call("changed-t").firstText == "1")
    let second = get(host, session, "0-0")
    #expect(second.wait { String(decoding: $0.body, as: UTF8.self).contains("0-2") })
    #expect(second.serverSentEvents.map(\.id) == ["0-1", "0-2"])
    second.disconnect()
    #expect(eventually { host.open() == Census() })
    host.stop()
  }

  @Test func onlyWhoCanResumeMayBeClosed() throws {
    let host = try make()
    let older = try #require(host.initialize("2025-06-18"))
    #expect(host.begin("close-70", session: older).ended().firstText == "unsupported")
    #expect(host.call("close-70").firstText == "unsupported")
    let peer = host.door.connection()
    peer.send(TestHost.initializeBody("2025-11-25"))
    peer.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"close-70"}}"#)
    #expect(peer.answer(1)["result"]?["content"]?[0]?["text"] == "unsupported")
    peer.disconnect()
    host.stop()
  }
}
