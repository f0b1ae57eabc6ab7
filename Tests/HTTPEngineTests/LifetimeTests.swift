import Glibc
import MetisPluginAPI
import Testing

@testable import HTTPEngine

/// Time-outs, drain and the end.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LifetimeTests {
  private func settings(_ change: (inout EngineSettings) -> Void) -> EngineSettings {
    var settings = EngineSettings()
    change(&settings)
    return settings
  }

  private func milliseconds(_ body: () -> Void) -> Int {
    let start = EventLoop.monotonic()
    body()
    return Int((EventLoop.monotonic() - start) / 1_000_000)
  }

  @Test func headsMustComeInTime() throws {
    let host = try TestHost(settings: settings { $0.headerTimeout = 200 })
    defer { host.stop() }
    let client = TestClient(host.port)
    let time = milliseconds {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n")
      // Trickling does not buy time.
      for _ in 0..<5 {
        usleep(20_000)
        client.send("X: y\r\n")
      }
      let response = client.response()
      #expect(response?.status == 408 && response?.value("connection") == "close")
      #expect(client.readToEnd())
    }
    #expect(time >= 200 && time < 1_500)
  }

  @Test func bodiesMustComeInTime() throws {
    let host = try TestHost(settings: settings { $0.bodyTimeout = 200 })
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
    #expect(client.response()?.status == 408)
  }

  @Test func idleConnectionsAreClosedSilently() throws {
    let host = try TestHost(settings: settings { $0.idleTimeout = 200 })
    defer { host.stop() }
    let fresh = TestClient(host.port)
    let used = TestClient(host.port)
    let time = milliseconds {
      for _ in 0..<3 {
        used.send(RequestCase.good)
        #expect(used.response()?.status == 200)
        usleep(100_000)
      }
      #expect(used.readToEnd() && used.received.isEmpty)
      #expect(fresh.readToEnd() && fresh.received.isEmpty)
    }
    #expect(time >= 400 && time < 2_000)
  }

  @Test func aSlowReaderIsNotIdle() throws {
    let size = 8 << 20
    let host = try TestHost(settings: settings { $0.idleTimeout = 100 }) { host, request in
      host.answer(request.exchange, [UInt8](repeating: 0x61, count: size))
    }
    defer { host.stop() }
    let client = TestClient(host.port, receiveBuffer: 65_536)
    client.send(RequestCase.good)
    for _ in 0..<10 {
      usleep(50_000)
      client.read()
    }
    #expect(client.response()?.body.count == size)
  }

  @Test func unansweredExchangesHaveNoTimeOut() throws {
    let host = try TestHost(
      settings: settings {
        $0.idleTimeout = 100
        $0.headerTimeout = 100
      }
    ) { _, _ in }
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send(RequestCase.good)
    usleep(400_000)
    let exchange = host.events.withLock { $0.requests[0].exchange }
    host.post { host.answer(exchange, []) }
    #expect(client.response()?.status == 200)
  }

  @Test func drains() throws {
    let listener = Loopback.listen()
    let old = try TestHost(listener: listener) { host, request in
      if request.target != "/later" { TestHost.echo(host, request) }
    }
    let idle = TestClient(old.port)
    idle.send(RequestCase.good)
    #expect(idle.response()?.status == 200)
    let waiting = TestClient(old.port)
    waiting.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    let half = TestClient(old.port)
    half.send("GET /half HTTP/1.1\r\nHo")
    #expect(eventually { old.events.withLock { $0.requests.count } == 2 })
    usleep(50_000)

    let new = try TestHost(listener: listener)
    old.server.drain(deadline: EventLoop.monotonic() + 10_000_000_000)
    usleep(50_000)
    // New connections go to the successor.
    let fresh = TestClient(old.port)
    fresh.send(RequestCase.good)
    #expect(fresh.response()?.value("connection") == nil)
    #expect(new.events.withLock { $0.requests.count } == 1)

    half.send("st: a\r\n\r\n")
    let finished = try #require(half.response())
    #expect(finished.text == "GET /half " && finished.value("connection") == "close")
    idle.send(RequestCase.good)
    #expect(try #require(idle.response()).value("connection") == "close")
    #expect(old.events.withLock { $0.drained } == 0)
    let exchange = old.events.withLock { $0.requests[1].exchange }
    old.post { old.answer(exchange, Array("late".utf8)) }
    let answered = try #require(waiting.response())
    #expect(answered.text == "late" && answered.value("connection") == "close")
    for client in [half, idle, waiting] {
      #expect(client.readToEnd())
      client.finish()
    }
    #expect(eventually { old.events.withLock { $0.drained } == 1 })
    old.stop(closeListener: false)
    #expect(old.events.withLock { $0.detached } == 1)
    fresh.send(RequestCase.good)
    #expect(fresh.response()?.status == 200)
    new.stop()
  }

  @Test func cutsWhatIsLeftAtTheDeadline() throws {
    let host = try TestHost { host, request in
      host.begin(request.exchange)
      host.send(request.exchange, Array("x".utf8))
    }
    let idle = TestClient(host.port)
    let stream = TestClient(host.port)
    stream.send(RequestCase.good)
    #expect(eventually { host.events.withLock { $0.requests.count } == 1 })
    host.server.drain(deadline: EventLoop.monotonic() + 200_000_000)
    #expect(idle.readToEnd())
    #expect(stream.readToEnd())
    #expect(eventually { host.events.withLock { $0.drained } == 1 })
    #expect(host.events.withLock { $0.closed == [$0.requests[0].exchange] })
    host.stop()
  }

  @Test func closesIdleConnectionsWhereNobodyTakesOver() throws {
    let host = try TestHost { host, request in
      if request.target == "/stream" {
        host.begin(request.exchange)
        host.send(request.exchange, Array("x".utf8))
      } else {
        host.answer(request.exchange, Array("ok".utf8))
      }
    }
    let idle = TestClient(host.port)
    idle.send(RequestCase.good)
    #expect(idle.response()?.status == 200)
    let stream = TestClient(host.port)
    stream.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(eventually { host.events.withLock { $0.requests.count } == 2 })
    host.server.drain(deadline: EventLoop.monotonic() + 20_000_000_000, closesIdle: true)
    #expect(idle.readToEnd())
    #expect(host.events.withLock { $0.drained } == 0)
    let exchange = host.events.withLock { $0.requests[1].exchange }
    host.post { _ = host.server.finish(exchange) }
    #expect(stream.readToEnd())
    #expect(eventually { host.events.withLock { $0.drained } == 1 })
    host.stop()
  }

  @Test func drainsAtOnceWithoutConnections() throws {
    let host = try TestHost(loops: 2)
    host.server.drain(deadline: UInt64.max)
    #expect(eventually { host.events.withLock { $0.drained } == 1 })
    host.stop()
    #expect(host.events.withLock { $0.attached == 2 && $0.detached == 2 })
  }

  @Test func endsWithOpenConnections() throws {
    let host = try TestHost { _, _ in }
    let clients = (0..<50).map { _ in TestClient(host.port) }
    for client in clients { client.send(RequestCase.good) }
    #expect(eventually { host.events.withLock { $0.requests.count } == 50 })
    host.stop()
    for client in clients { #expect(client.readToEnd()) }
  }
}
