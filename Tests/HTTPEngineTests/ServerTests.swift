import Glibc
import MetisPluginAPI
import Testing

@testable import HTTPEngine

/// Whole connections over loopback, answered inside `receive`.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerTests {
  @Test func answersTheTable() throws {
    let host = try TestHost()
    defer { host.stop() }
    for testCase in RequestCase.all {
      let client = TestClient(host.port)
      client.send(testCase.input)
      client.finish()
      #expect(
        client.statuses().filter { $0 != 100 } == testCase.statuses, "\(testCase.name)")
      #expect(client.isEnded, "\(testCase.name)")
    }
  }

  @Test func answersTheTableByteByByte() throws {
    let host = try TestHost()
    defer { host.stop() }
    for testCase in RequestCase.all where testCase.input.utf8.count < 400 {
      let client = TestClient(host.port)
      for byte in testCase.input.utf8 { client.send([byte]) }
      client.finish()
      #expect(client.statuses().filter { $0 != 100 } == testCase.statuses, "\(testCase.name)")
    }
  }

  @Test func closesAfterARefusalAndSaysWhy() throws {
    let host = try TestHost()
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send("GET / HTTP/1.1\r\n\r\n")
    let response = try #require(client.response())
    #expect(response.status == 400)
    #expect(response.value("connection") == "close")
    #expect(response.text.contains("Host"))
    #expect(client.readToEnd())
    #expect(host.events.withLock { $0.requests.isEmpty })
  }

  @Test func handsOverWhatCame() throws {
    let host = try TestHost()
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send("POST /mcp?x=1 HTTP/1.1\r\nHost: h:1\r\nX-Y:  z \r\nContent-Length: 4\r\n\r\nbody")
    let response = try #require(client.response())
    #expect(response.text == "POST /mcp?x=1 body")
    let request = try #require(host.events.withLock { $0.requests.first })
    #expect(request.verb == "POST" && request.target == "/mcp?x=1")
    #expect(request.fields.map(\.name) == ["Host", "X-Y", "Content-Length"])
    #expect(request.value("x-y") == "z")
    #expect(request.peer.hasPrefix("127.0.0.1:"))
    #expect(host.events.withLock { $0.attached } == 1)
  }

  @Test func writesHeadsByTheRules() throws {
    let host = try TestHost { host, request in
      switch request.target {
      case "/204": host.answer(request.exchange, status: 204, Array("dropped".utf8))
      case "/304": host.answer(request.exchange, status: 304, [])
      case "/close": host.answer(request.exchange, [], close: true)
      case "/odd": host.answer(request.exchange, status: 299, Array("odd".utf8))
      default:
        host.answer(
          request.exchange,
          fields: [
            ("x-a", "1"), ("connection", "upgrade"), ("content-length", "9"), ("date", "x"),
          ],
          Array("hello".utf8))
      }
    }
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    let plain = try #require(client.response())
    #expect(plain.text == "hello")
    #expect(plain.fields.map(\.name) == ["x-a", "date", "content-length"])
    #expect(plain.value("date")?.hasSuffix(" GMT") == true)
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    let head = try #require(client.response(isHead: true))
    #expect(head.value("content-length") == "5")
    client.send("GET /204 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try #require(client.response()).value("content-length") == nil)
    client.send("GET /304 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try #require(client.response()).status == 304)
    client.send("GET /odd HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try #require(client.response()).status == 299)
    client.send("GET /close HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try #require(client.response()).value("connection") == "close")
    #expect(client.readToEnd())
    let old = TestClient(host.port)
    old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(try #require(old.response()).value("connection") == "keep-alive")
  }

  @Test func refusesHeadsThatForge() throws {
    let host = try TestHost { host, request in
      let forged = host.answer(
        request.exchange, fields: [("x-a", "1\r\nset-cookie: b")], Array("x".utf8))
      let named = host.answer(request.exchange, fields: [("x a", "1")], [])
      let status = host.answer(request.exchange, status: 101, [])
      let good = host.answer(request.exchange, Array("\(forged) \(named) \(status)".utf8))
      if good == METIS_OK, host.answer(request.exchange, []) != METIS_LATE { fatalError() }
    }
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send(RequestCase.good)
    #expect(client.response()?.text == "-3 -3 -3")
  }

  @Test func continuesOnce() throws {
    let host = try TestHost()
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    #expect(try #require(client.response()).status == 100)
    client.send("bo")
    client.send("dy")
    #expect(try #require(client.response()).text == "POST / body")
    client.send(RequestCase.good)
    #expect(try #require(client.response()).status == 200)
  }

  @Test func answersPipelinedRequestsInOrder() throws {
    let host = try TestHost { host, request in
      // Every third is answered later: those behind it have to wait.
      if (Int(request.target.dropFirst()) ?? 0) % 3 == 0 {
        host.post { host.answer(request.exchange, Array(request.target.utf8)) }
      } else {
        host.answer(request.exchange, Array(request.target.utf8))
      }
    }
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send((0..<1_000).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
    for number in 0..<1_000 { #expect(client.response()?.text == "/\(number)") }
  }

  @Test func takesAndGivesLargeBodies() throws {
    let host = try TestHost { host, request in host.answer(request.exchange, request.body) }
    defer { host.stop() }
    let body = (0..<4 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let client = TestClient(host.port)
    for _ in 0..<2 {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
      client.send(body)
      #expect(client.response()?.body == body)
    }
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in stride(from: 0, to: body.count, by: 65_536) {
      client.send("10000\r\n")
      client.send(Array(body[start..<start + 65_536]))
      client.send("\r\n")
    }
    client.send("0\r\n\r\n")
    #expect(client.response()?.body == body)
  }

  @Test func numbersOfExchangesAreUnique() throws {
    let host = try TestHost()
    defer { host.stop() }
    for _ in 0..<20 {
      let client = TestClient(host.port)
      client.send(RequestCase.good + RequestCase.good)
      _ = client.response()
      _ = client.response()
    }
    let numbers = host.events.withLock { $0.requests.map(\.exchange) }
    #expect(numbers.count == 40 && Set(numbers).count == 40)
  }

  @Test func servesAThousandConnections() throws {
    let host = try TestHost()
    defer { host.stop() }
    let clients = (0..<1_000).map { _ in TestClient(host.port) }
    for round in 0..<3 {
      for client in clients { client.send("GET /\(round) HTTP/1.1\r\nHost: a\r\n\r\n") }
      for client in clients { #expect(client.response()?.text == "GET /\(round) ") }
    }
  }

  @Test func wakesFromOtherThreads() throws {
    let host = try TestHost()
    defer { host.stop() }
    let before = host.events.withLock { $0.polls }
    for _ in 0..<1_000 { host.server.wake(0) }
    #expect(eventually { host.events.withLock { $0.polls } > before })
    #expect(host.events.withLock { $0.polls } < before + 1_001)
  }

  @Test func servesUnixSockets() throws {
    let path = "/tmp/metis-http-\(getpid()).sock"
    unlink(path)
    let (listener, connect) = Loopback.unixPair(path)
    defer { unlink(path) }
    let host = try TestHost(listener: listener)
    defer { host.stop() }
    let client = connect()
    defer { close(client) }
    let request = Array("GET /u HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
    #expect(write(client, request, request.count) == request.count)
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(client, &buffer, buffer.count), count > 0 {
      answer += buffer[0..<count]
    }
    #expect(String(decoding: answer, as: UTF8.self).hasSuffix("\r\n\r\nGET /u "))
    #expect(host.events.withLock { $0.requests[0].peer.isEmpty })
  }

  @Test func acceptsNoMoreThanItMay() throws {
    var settings = EngineSettings()
    settings.maxConnections = 2
    let host = try TestHost(settings: settings)
    defer { host.stop() }
    var first: TestClient? = TestClient(host.port)
    let second = TestClient(host.port)
    first?.send(RequestCase.good)
    second.send(RequestCase.good)
    #expect(first?.response()?.status == 200)
    #expect(second.response()?.status == 200)
    let third = TestClient(host.port)
    third.send(RequestCase.good)
    usleep(100_000)
    #expect(host.events.withLock { $0.requests.count } == 2)
    first = nil
    #expect(third.response()?.status == 200)
  }
}
