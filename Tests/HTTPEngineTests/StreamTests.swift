import Glibc
import MetisPluginAPI
import Synchronization
import Testing

@testable import HTTPEngine

/// Answers in pieces, their back-pressure and their end.
@Suite(.serialized, .timeLimit(.minutes(2))) struct StreamTests {
  @Test func streamsInChunks() throws {
    let host = try TestHost { host, request in
      host.begin(request.exchange, fields: [("content-type", "text/event-stream")])
      host.send(request.exchange, Array("data: 1\n\n".utf8))
      host.send(request.exchange, [])
      host.post {
        host.send(request.exchange, Array("data: 2\n\n".utf8))
        host.post { _ = host.server.finish(request.exchange) }
      }
    }
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send(RequestCase.good + RequestCase.good)
    for _ in 0..<2 {
      let response = try #require(client.response())
      #expect(response.value("transfer-encoding") == "chunked")
      #expect(response.text == "data: 1\n\ndata: 2\n\n")
    }
    #expect(host.events.withLock { $0.closed.isEmpty })
  }

  @Test func streamsToOldClientsUntilTheEnd() throws {
    let host = try TestHost { host, request in
      host.begin(request.exchange)
      host.send(request.exchange, Array("all".utf8))
      _ = host.server.finish(request.exchange)
    }
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    let response = try #require(client.response())
    #expect(response.text == "all" && response.value("transfer-encoding") == nil)
    #expect(response.value("connection") == "close")
  }

  @Test func streamsNothingToHead() throws {
    let host = try TestHost { host, request in
      host.begin(request.exchange)
      host.send(request.exchange, Array("all".utf8))
      _ = host.server.finish(request.exchange)
    }
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + RequestCase.good)
    #expect(client.response(isHead: true)?.status == 200)
    #expect(client.response()?.text == "all")
  }

  @Test func tellsWhenThePeerLeavesAStream() throws {
    let host = try TestHost { host, request in
      host.begin(request.exchange)
      host.send(request.exchange, Array("x".utf8))
    }
    defer { host.stop() }
    var client: TestClient? = TestClient(host.port)
    client?.send(RequestCase.good)
    while client?.received.contains(UInt8(ascii: "x")) == false { client?.read() }
    client = nil
    #expect(eventually { host.events.withLock { $0.closed.count } == 1 })
    let (closed, request) = host.events.withLock { ($0.closed[0], $0.requests[0]) }
    #expect(closed == request.exchange)
    let late = Mutex<[Int32]>([])
    host.post {
      let results = [
        host.send(request.exchange, [1]), host.server.finish(request.exchange),
        host.answer(request.exchange, []),
      ]
      late.withLock { $0 = results }
    }
    #expect(eventually { late.withLock { $0 == [METIS_LATE, METIS_LATE, METIS_LATE] } })
  }

  @Test func tellsWhenThePeerLeavesBeforeTheAnswer() throws {
    let host = try TestHost { _, _ in }
    defer { host.stop() }
    var client: TestClient? = TestClient(host.port)
    client?.send(RequestCase.good)
    #expect(eventually { host.events.withLock { $0.requests.count } == 1 })
    client = nil
    #expect(eventually { host.events.withLock { $0.closed == [$0.requests[0].exchange] } })
  }

  @Test func cutsAPeerThatReadsNothing() throws {
    var settings = EngineSettings()
    settings.writeTimeout = 200
    let host = try TestHost(settings: settings) { host, request in
      host.begin(request.exchange)
      while host.send(request.exchange, [UInt8](repeating: 0x61, count: 65_536)) != METIS_LIMIT {}
    }
    defer { host.stop() }
    let client = TestClient(host.port, receiveBuffer: 4_096)
    client.send(RequestCase.good)
    #expect(eventually { host.events.withLock { $0.closed.count } == 1 })
  }

  @Test func abortsWithAReset() throws {
    let host = try TestHost { host, request in
      host.begin(request.exchange)
      host.post { host.server.abort(request.exchange) }
    }
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send(RequestCase.good)
    #expect(client.response() == nil)
    #expect(client.isEnded)
  }

  @Test func stopsReadingWhoDoesNotReadAnswers() throws {
    let host = try TestHost { host, request in
      host.answer(request.exchange, [UInt8](repeating: 0x61, count: 16_384))
    }
    defer { host.stop() }
    let client = TestClient(host.port, receiveBuffer: 4_096)
    let count = 1_500
    client.send(String(repeating: RequestCase.good, count: count))
    usleep(200_000)
    #expect(host.events.withLock { $0.requests.count } < count)
    for _ in 0..<count { #expect(client.response()?.body.count == 16_384) }
  }
}
