import Glibc
import MetisPluginAPI
import Synchronization
import Testing

@testable import HTTPEngine

/// WebSockets over loopback: handshake, messages, back-pressure.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WebSocketTests {
  /// Takes every handshake and echoes every message; `later` takes it from `poll`.
  static let echo: TestHost.Handler = { host, request in
    if request.isFrame {
      host.answer(request.exchange, request.body)
    } else if request.target == "/later" {
      host.post { host.answer(request.exchange, status: 101, []) }
    } else if request.target == "/no" {
      host.answer(request.exchange, status: 403, Array("no".utf8))
    } else {
      host.answer(
        request.exchange, status: 101, fields: [("sec-websocket-protocol", "mcp")], [])
    }
  }

  @Test func shakesHands() throws {
    let host = try TestHost(handler: Self.echo)
    defer { host.stop() }
    let client = WebSocketClient(host.port)
    let answer = try #require(client.open())
    #expect(answer.status == 101)
    #expect(answer.value("upgrade") == "websocket" && answer.value("connection") == "upgrade")
    #expect(answer.value("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(answer.value("sec-websocket-protocol") == "mcp")
    #expect(answer.value("content-length") == nil)
    client.send(ClientFrame.text("hello"))
    #expect(client.frame() == .text("hello"))
    let requests = host.events.withLock { $0.requests }
    #expect(requests.count == 2 && requests[0].exchange == requests[1].exchange)
    #expect(requests[1].verb.isEmpty && requests[1].peer == requests[0].peer)
  }

  @Test func shakesHandsLaterAndKeepsWhatCameBehind() throws {
    let host = try TestHost(handler: Self.echo)
    defer { host.stop() }
    for target in ["/", "/later"] {
      let client = WebSocketClient(host.port)
      #expect(client.open(target, behind: ClientFrame.text("early"))?.status == 101)
      #expect(client.frame() == .text("early"))
    }
  }

  @Test func answersOtherStatusesAsUsual() throws {
    let host = try TestHost(handler: Self.echo)
    defer { host.stop() }
    let client = WebSocketClient(host.port)
    #expect(client.open("/no")?.text == "no")
    // The connection serves on, and may try again.
    #expect(client.open("/")?.status == 101)
    client.send(ClientFrame.text("x"))
    #expect(client.frame() == .text("x"))
  }

  @Test func checksHandshakes() throws {
    let results = Mutex<[Int32]>([])
    let host = try TestHost { host, request in
      let result = host.answer(request.exchange, status: 101, [])
      results.withLock { $0.append(result) }
      host.answer(request.exchange, Array("plain".utf8))
    }
    defer { host.stop() }
    let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    let version = "Sec-WebSocket-Version: 13\r\n"
    let key = "Sec-WebSocket-Key: \(WebSocketClient.key)\r\n"
    func answer(_ text: String) -> ReceivedResponse? {
      let client = TestClient(host.port)
      client.send(text)
      return client.response()
    }
    for fields in [upgrade + key, upgrade + key + "Sec-WebSocket-Version: 8\r\n"] {
      let refusal = try #require(answer(WebSocketClient.request("/", fields)))
      #expect(refusal.status == 426 && refusal.value("sec-websocket-version") == "13")
      #expect(refusal.value("upgrade") == "websocket")
    }
    for fields in [
      upgrade + version, upgrade + version + key + key,
      upgrade + version + "Sec-WebSocket-Key: short==\r\n",
      upgrade + version + "Sec-WebSocket-Key: !GhlIHNhbXBsZSBub25jZQ==\r\n",
    ] {
      #expect(answer(WebSocketClient.request("/", fields))?.status == 400)
    }
    #expect(results.withLock { $0.isEmpty })
    // What does not ask for WebSocket is an ordinary request, which 101 does not answer.
    let plain = [
      WebSocketClient.request("/", "Upgrade: h2c\r\nConnection: Upgrade\r\n"),
      WebSocketClient.request("/", "Upgrade: websocket\r\n" + version + key),
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\(upgrade)\(version)\(key)\r\n",
      "GET / HTTP/1.0\r\nHost: a\r\n\(upgrade)\(version)\(key)\r\n",
      RequestCase.good,
    ]
    for text in plain { #expect(answer(text)?.text == "plain") }
    #expect(
      results.withLock { $0 } == [Int32](repeating: METIS_INVALID, count: plain.count))
  }

  @Test func refusesFieldsThatAreNotTheHosts() throws {
    let host = try TestHost { host, request in
      for field in [
        ("sec-websocket-extensions", "permessage-deflate"), ("upgrade", "x"), ("x", "a\nb"),
      ] where host.answer(request.exchange, status: 101, fields: [field], []) != METIS_INVALID {
        return
      }
      host.answer(request.exchange, status: 101, [])
    }
    defer { host.stop() }
    #expect(WebSocketClient(host.port).open()?.status == 101)
  }

  @Test func readsByteByByte() throws {
    let host = try TestHost(handler: Self.echo)
    defer { host.stop() }
    let client = WebSocketClient(host.port)
    #expect(client.open()?.status == 101)
    let input =
      ClientFrame.text("Hel", isFinal: false) + ClientFrame.make(9, Array("ping".utf8))
      + ClientFrame.more("lo €") + ClientFrame.text(String(repeating: "x", count: 200))
    for byte in input { client.send([byte]) }
    #expect(client.frame() == WebSocketClient.Frame(opcode: 10, payload: Array("ping".utf8)))
    #expect(client.frame() == .text("Hello €"))
    #expect(client.frame() == .text(String(repeating: "x", count: 200)))
    #expect(host.events.withLock { $0.closed.isEmpty })
  }

  @Test func carriesManyAndLargeMessages() throws {
    var settings = EngineSettings()
    settings.maxPipelined = 16
    settings.messageLimit = 1 << 20
    let host = try TestHost(settings: settings, handler: Self.echo)
    defer { host.stop() }
    let client = WebSocketClient(host.port)
    #expect(client.open()?.status == 101)
    let texts = (0..<500).map { String(repeating: "\($0)", count: 1 + $0 % 300) }
    client.send(texts.flatMap { ClientFrame.text($0) })
    for text in texts { #expect(client.frame() == .text(text)) }
    let large = ClientFrame.text(String(repeating: "a", count: 1 << 20))
    let writer = JoinedThread { client.send(large) }
    let answer = client.frame()
    writer.join()
    #expect(answer?.payload.count == 1 << 20)
    #expect(answer?.payload.allSatisfy { $0 == 0x61 } == true)
    client.send(ClientFrame.make(1, [], length: (1 << 20) + 1))
    #expect(client.closeCode() == 1009)
  }

  // MARK: Back-pressure

  @Test func keepsOrderForASlowReader() throws {
    let count = 2_000
    let next = Mutex(0)
    let pump: @Sendable (TestHost, UInt64) -> Void = { host, exchange in
      while true {
        let number = next.withLock { $0 }
        if number == count {
          _ = host.server.finish(exchange)
          return
        }
        let text = "\(number);" + String(repeating: ".", count: number * 37 % 5_000)
        let result = host.answer(exchange, Array(text.utf8))
        if result == METIS_OK || result == METIS_BUSY { next.withLock { $0 += 1 } }
        if result != METIS_OK { return }
      }
    }
    let host = try TestHost { host, request in
      host.onWritable.withLock { $0 = pump }
      if !request.isFrame { host.answer(request.exchange, status: 101, []) }
      host.post { pump(host, request.exchange) }
    }
    defer { host.stop() }
    let client = WebSocketClient(host.port, receiveBuffer: 16_384)
    #expect(client.open()?.status == 101)
    for number in 0..<count {
      if number % 400 == 0 { usleep(20_000) }
      let frame = try #require(client.frame())
      #expect(frame.payload.starts(with: Array("\(number);".utf8)))
    }
    #expect(client.closeCode() == 1000)
    #expect(host.events.withLock { $0.writable.count } > 3)
  }

  @Test func refusesOverTheLimitAndTellsOnce() throws {
    let results = Mutex<[Int32]>([])
    let host = try TestHost { host, request in
      host.answer(request.exchange, status: 101, [])
      host.post {
        var list: [Int32] = []
        while list.last != METIS_LIMIT {
          list.append(host.answer(request.exchange, [UInt8](repeating: 0x61, count: 8_192)))
        }
        results.withLock { $0 = list }
      }
    }
    defer { host.stop() }
    let client = WebSocketClient(host.port, receiveBuffer: 4_096)
    #expect(client.open()?.status == 101)
    #expect(eventually { results.withLock { !$0.isEmpty } })
    let list = results.withLock { $0 }
    let busy = list.filter { $0 == METIS_BUSY }.count
    #expect(busy >= 26 && busy <= 29 && list.first == METIS_OK)
    for _ in 0..<list.count - 1 { #expect(client.frame()?.payload.count == 8_192) }
    #expect(eventually { host.events.withLock { $0.writable.count } == 1 })
  }

  /// Who sends and does not read is not read from.
  @Test func stopsReadingWhoDoesNotRead() throws {
    let size = 16_384
    let host = try TestHost { host, request in
      if request.isFrame {
        host.answer(request.exchange, [UInt8](repeating: 0x61, count: size))
      } else {
        host.answer(request.exchange, status: 101, [])
      }
    }
    defer { host.stop() }
    let client = WebSocketClient(host.port, receiveBuffer: 4_096)
    #expect(client.open()?.status == 101)
    let count = 3_000
    client.send((0..<count).flatMap { _ in ClientFrame.text("?") })
    usleep(200_000)
    #expect(host.events.withLock { $0.requests.count } < 100)
    for _ in 0..<count { #expect(client.frame()?.payload.count == size) }
  }

  @Test func cutsAPeerThatReadsNothing() throws {
    var settings = EngineSettings()
    settings.writeTimeout = 200
    let host = try TestHost(settings: settings) { host, request in
      host.answer(request.exchange, status: 101, [])
      while host.answer(request.exchange, [UInt8](repeating: 0x61, count: 65_536))
        != METIS_LIMIT
      {}
    }
    defer { host.stop() }
    let client = WebSocketClient(host.port, receiveBuffer: 4_096)
    client.send(Array(WebSocketClient.request().utf8))
    #expect(eventually { host.events.withLock { $0.closed.count } == 1 })
  }

  @Test func boundsUnfinishedMessagesOfAll() throws {
    var settings = EngineSettings()
    settings.partialLimit = 1 << 20
    let host = try TestHost(settings: settings, handler: Self.echo)
    defer { host.stop() }
    let head = ClientFrame.make(1, [], length: 4 << 20)
    let clients = (0..<3).map { _ in WebSocketClient(host.port) }
    for client in clients {
      #expect(client.open()?.status == 101)
      client.send(head)
      client.send(
        (0..<400_000).map { ClientFrame.mask[$0 & 3] ^ 0x61 })
      usleep(100_000)
    }
    #expect(clients[2].closeCode() == 1013)
    let count = host.events.withLock { $0.closed.count }
    #expect(count == 1 || count == 2)
    // What a closed one held is there for others.
    let next = WebSocketClient(host.port)
    #expect(next.open()?.status == 101)
    next.send(ClientFrame.text("a", isFinal: false) + ClientFrame.more("b"))
    #expect(next.frame() == .text("ab"))
  }
}
