import JSON
import Testing

@testable import MetisHost

/// What sessions of the handshake era ask to hear of.
@Suite struct SessionTests {
  private func send(
    _ host: TestHost, _ session: String, _ method: String, _ params: String, id: Int = 1
  ) -> TestExchange {
    host.door.http(
      #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#,
      TestHost.legacyFields + [("Mcp-Session-Id", session)]
    ).ended()
  }

  private func logged(_ host: TestHost, _ session: String) -> [String] {
    host.begin("logs", session: session).ended().events.compactMap {
      $0["params"]?["level"]?.string
    }
  }

  @Test func logsGoOutAtTheLevelOfTheSession() throws {
    let host = try TestHost(
      plugins: ["streamer"], tools: [.init(name: "logs", strategy: "streamer")])
    let session = try #require(host.initialize())
    let other = try #require(host.initialize())
    // Without a word of the client it gets all of them.
    #expect(logged(host, session) == ["debug", "info", "error"])
    #expect(send(host, session, "logging/setLevel", #"{"level":"warning"}"#).result == [:])
    #expect(logged(host, session) == ["error"])
    #expect(logged(host, other).count == 3)
    #expect(send(host, session, "logging/setLevel", #"{"level":"emergency"}"#).result == [:])
    #expect(host.begin("logs", session: session).ended().now.isStream == false)
    for params in ["{}", #"{"level":"loud"}"#, #"{"level":1}"#] {
      #expect(send(host, session, "logging/setLevel", params).errorCode == -32602)
    }
    let peer = host.door.connection()
    peer.send(TestHost.initializeBody("2024-11-05"))
    peer.send(
      #"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}}"#)
    peer.send(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"logs"}}"#)
    #expect(peer.answer(2)["result"]?["content"]?[0]?["text"] == "logged")
    #expect(peer.now.frames.count == 5)
    peer.disconnect()
    host.stop()
  }

  @Test func logsCanBeSwitchedOff() throws {
    let host = try TestHost(
      plugins: ["streamer"], tools: [.init(name: "logs", strategy: "streamer")],
      more: "[server.capabilities]\nlogging = false")
    let session = try #require(host.initialize())
    #expect(logged(host, session) == [])
    #expect(send(host, session, "logging/setLevel", #"{"level":"info"}"#).errorCode == -32601)
    host.stop()
  }

  @Test func updatesGoToWhoSubscribed() throws {
    let host = try TestHost(
      plugins: ["streamer"], tools: [.init(name: "updated", strategy: "streamer")],
      more: "[server.capabilities.resources]\nsubscribe = true")
    let sessions = try (0..<3).map { _ in try #require(host.initialize()) }
    let streams = sessions.map { session in
      host.door.http("", TestHost.legacyFields + [("Mcp-Session-Id", session)], verb: "GET")
    }
    for stream in streams { #expect(stream.wait { !$0.body.isEmpty }) }
    let watched = #"{"uri":"test://watched"}"#
    #expect(send(host, sessions[0], "resources/subscribe", watched).result == [:])
    #expect(send(host, sessions[1], "resources/subscribe", watched).result == [:])
    #expect(send(host, sessions[1], "resources/unsubscribe", watched).result == [:])
    #expect(send(host, sessions[2], "resources/subscribe", #"{"uri":"test://b"}"#).result == [:])
    #expect(send(host, sessions[0], "resources/subscribe", "{}").errorCode == -32602)
    #expect(host.call("updated").firstText == "1")
    #expect(streams[0].wait { $0.events.count == 1 })
    #expect(
      streams[0].events == [
        [
          "jsonrpc": "2.0", "method": "notifications/resources/updated",
          "params": ["uri": "test://watched"],
        ]
      ])
    #expect(!streams[1].wait(seconds: 0.1) { !$0.events.isEmpty })
    #expect(streams[2].events.isEmpty)
    // A subscriber with two streams is told on one.
    let peer = host.door.connection()
    peer.send(TestHost.initializeBody("2025-11-25"))
    peer.send(
      #"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":\#(watched)}"#)
    #expect(peer.answer(1)["result"] == [:])
    #expect(host.call("updated").firstText == "1")
    #expect(peer.wait { $0.frames.count == 3 })
    for session in sessions {
      #expect(
        host.door.http(
          "", TestHost.legacyFields + [("Mcp-Session-Id", session)], verb: "DELETE"
        ).ended().status == 200)
    }
    peer.disconnect()
    #expect(eventually { host.open() == Census() })
    #expect(host.host.core.subscriptions.uriCount == 0)
    #expect(host.host.core.subscriptions.sessionCount == 0)
    #expect(host.host.core.sessions.count == 0)
    host.stop()
  }

  @Test func anIdleSessionExpiresAndTakesItsPlacesWithIt() {
    let table = SessionTable(identifiers: SystemIdentifiers(), idleLimit: 100, capacity: 2)
    let session = table.open(.november2025, client: [], capabilities: [], now: 0)!
    #expect(table.open(.november2025, client: [], capabilities: [], now: 50) != nil)
    #expect(table.open(.november2025, client: [], capabilities: [], now: 50) == nil)
    #expect(table.expire(90).isEmpty)
    let window = ReplayWindow(events: 10, bytes: 1000, budget: ReplayBudget())
    let stream = session.streams.make(window)
    #expect(session.streams.count == 1 && stream.number == 1)
    #expect(table.expire(120).map(\.id) == [session.id])
    #expect(table.count == 1)
  }
}
