import JSON
import Testing

@testable import MetisHost

/// Connections that begin as an exchange of HTTP: HTTP+SSE of 2024-11-05, and WebSocket.
@Suite struct ConnectionTests {
  private static let tools = ["context", "logs", "changed-t", "slow-200"].map {
    TestHost.Tool(name: $0, strategy: "streamer-blocking")
  }

  private func make(loops: Int = 1, more: String = "", plugins: [String] = []) throws -> TestHost {
    try TestHost(
      plugins: ["streamer-blocking"] + plugins, tools: ConnectionTests.tools, more: more,
      loops: loops)
  }

  private static let events = [("Host", "localhost:80"), ("Accept", "text/event-stream")]
  private static let socket = [
    ("Host", "localhost:80"), ("Connection", "Upgrade"), ("UPGRADE", "WebSocket"),
    ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
  ]

  private func post(
    _ host: TestHost, _ target: String, _ body: String, loop: Int = 0
  ) -> TestExchange {
    host.door.http(
      body, [("Host", "localhost:80"), ("Content-Type", "application/json")], target: target,
      loop: loop
    ).ended()
  }

  private static func call(_ tool: String, _ id: Int, meta: String = "") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
      + #""_meta":{\#(meta)}}}"#
  }

  @Test func postsAreAnsweredOnTheStreamWhicheverLoopTheyComeTo() throws {
    let host = try make(loops: 2)
    let stream = host.door.http("", ConnectionTests.events, verb: "GET", target: "/sse")
    #expect(stream.wait { !$0.body.isEmpty })
    let endpoint = try #require(stream.serverSentEvents.first)
    #expect(endpoint.event == "endpoint")
    let target = try #require(endpoint.data)
    #expect(target.hasPrefix("/messages?sessionId=") && target.utf8.count == 20 + 32)
    func send(_ body: String, loop: Int) {
      let answer = post(host, target, body, loop: loop)
      #expect(answer.status == 202 && answer.text == "")
    }
    send(TestHost.initializeBody("2024-11-05"), loop: 1)
    send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, loop: 0)
    for id in 1...20 { send(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#, loop: id % 2) }
    send(ConnectionTests.call("context", 21), loop: 0)
    #expect(stream.wait { String(decoding: $0.body, as: UTF8.self).contains("\"id\":21") })
    let messages = stream.serverSentEvents.dropFirst().compactMap { event in
      event.event == "message"
        ? event.data.flatMap { try? JSONValue(jsonBytes: Array($0.utf8)) } : nil
    }
    #expect(messages.map { $0["id"]?.int } == (0...21).map { Int64($0) })
    #expect(messages[0]["result"]?["protocolVersion"] == "2024-11-05")
    #expect(messages[21]["result"]?["content"]?[0]?["text"]?.string?.contains("sse") == true)
    // It hears of changes like every session.
    #expect(host.call("changed-t").firstText == "1")
    #expect(stream.wait { String(decoding: $0.body, as: UTF8.self).contains("list_changed") })
    stream.disconnect()
    #expect(eventually { host.open() == Census() })
    #expect(post(host, target, "{}").status == 404)
    host.stop()
  }

  @Test func postsThatDoNotFitAreRefused() throws {
    let host = try make()
    let stream = host.door.http("", ConnectionTests.events, verb: "GET", target: "/sse")
    #expect(stream.wait { !$0.body.isEmpty })
    let target = try #require(stream.serverSentEvents.first?.data)
    #expect(post(host, "/messages", "{}").status == 400)
    #expect(post(host, "/messages?sessionId=0123", "{}").status == 404)
    #expect(post(host, target, "{").errorCode == -32700)
    func status(_ verb: String, _ target: String, _ fields: [(String, String)]) -> UInt32 {
      host.door.http("", fields, verb: verb, target: target).ended().status
    }
    #expect(status("POST", "/sse", ConnectionTests.events) == 405)
    #expect(status("GET", target, ConnectionTests.events) == 405)
    #expect(status("GET", "/sse", [("Host", "localhost")]) == 406)
    #expect(status("GET", "/sse", [("Host", "evil.example"), ("Accept", "*/*")]) == 421)
    #expect(
      status("GET", "/sse", ConnectionTests.events + [("Origin", "http://evil.example")]) == 403)
    #expect(post(host, target, "[]").status == 202)
    stream.disconnect()
    host.stop()
  }

  @Test func aWebSocketServesBothEras() throws {
    let host = try make()
    let peer = host.door.http(
      "", ConnectionTests.socket + [("Sec-WebSocket-Protocol", "chat, mcp")], verb: "GET",
      target: "/ws")
    #expect(peer.wait { $0.status != 0 })
    #expect(peer.status == 101 && peer.field("sec-websocket-protocol") == "mcp")
    peer.send(ConnectionTests.call("context", 1, meta: TestHost.meta))
    #expect(
      peer.answer(1)["result"]?["structuredContent"]?["transport"] == "websocket")
    peer.send(TestHost.initializeBody("2025-06-18"))
    #expect(peer.answer(0)["result"]?["protocolVersion"] == "2025-06-18")
    peer.send(ConnectionTests.call("logs", 2))
    #expect(peer.answer(2)["result"]?["content"]?[0]?["text"] == "logged")
    #expect(peer.now.frames.count == 6)
    peer.send(SubscriptionTests.body("3", #"{"toolsListChanged":true}"#))
    #expect(host.call("changed-t").firstText == "1")
    // Once for the session and once for the subscription.
    #expect(peer.wait { $0.frames.count == 9 })
    peer.send(ConnectionTests.call("slow-200", 4))
    peer.disconnect()
    #expect(eventually { host.open() == Census() })
    host.stop()
  }

  @Test func aHandshakeThatDoesNotFitIsRefused() throws {
    let host = try make()
    func open(_ fields: [(String, String)], verb: String = "GET") -> TestExchange {
      let exchange = host.door.http("", fields, verb: verb, target: "/ws")
      _ = exchange.wait { $0.status != 0 }
      return exchange
    }
    let other = open(ConnectionTests.socket + [("Sec-WebSocket-Protocol", "chat, MCP")])
    #expect(other.status == 400 && other.errorMessage.contains("mcp"))
    let plain = open([("Host", "localhost")])
    #expect(plain.status == 426 && plain.field("upgrade") == "websocket")
    #expect(open(ConnectionTests.socket, verb: "POST").status == 405)
    #expect(open(ConnectionTests.socket + [("Origin", "http://evil.example")]).status == 403)
    let quiet = open(ConnectionTests.socket)
    #expect(quiet.status == 101 && quiet.field("sec-websocket-protocol") == nil)
    quiet.disconnect()
    #expect(eventually { host.open() == Census() })
    host.stop()
  }

  @Test func pathsCanBeSwitchedOff() throws {
    let host = try make(
      more: "[server.transport]\nsse_path = \"\"\nwebsocket_path = \"/socket\"\npath = \"/api\"")
    func status(_ target: String) -> UInt32 {
      host.door.http("", ConnectionTests.events, verb: "GET", target: target).ended().status
    }
    #expect(status("/sse") == 404 && status("/messages?sessionId=1") == 404)
    #expect(status("/ws") == 404 && status("/socket") == 426)
    #expect(status("/mcp") == 404 && status("/api") == 400)
    host.stop()
  }

  @Test func whoOpenedAConnectionIsKeptWithIt() throws {
    let host = try make(more: "[auth]\nuse = [\"guard\"]", plugins: ["guard-auth"])
    let refused = host.door.http("", ConnectionTests.socket, verb: "GET", target: "/ws").ended()
    #expect(refused.status == 401)
    let peer = host.door.http(
      "", ConnectionTests.socket + [("Authorization", "alice")], verb: "GET", target: "/ws")
    #expect(peer.wait { $0.status == 101 })
    peer.send(ConnectionTests.call("context", 1, meta: TestHost.meta))
    #expect(peer.answer(1)["result"]?["structuredContent"]?["principal"]?["id"]?.string != nil)
    peer.disconnect()
    host.stop()
  }
}
