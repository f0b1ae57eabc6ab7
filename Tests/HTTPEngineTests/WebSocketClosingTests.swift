import Glibc
import MetisPluginAPI
import Synchronization
import Testing

@testable import HTTPEngine

/// How WebSockets end, and how they are kept alive.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WebSocketClosingTests {
  private func settings(_ change: (inout EngineSettings) -> Void) -> EngineSettings {
    var settings = EngineSettings()
    change(&settings)
    return settings
  }

  private func open(_ host: TestHost) -> WebSocketClient {
    let client = WebSocketClient(host.port)
    #expect(client.open()?.status == 101)
    return client
  }

  private func closed(_ host: TestHost) -> Bool {
    eventually {
      host.events.withLock { $0.closed } == host.events.withLock { [$0.requests[0].exchange] }
    }
  }

  @Test func answersThePeersClose() throws {
    for (frame, code) in [
      (ClientFrame.close(1000, "bye"), 1000), (ClientFrame.close(nil), 0),
      (ClientFrame.close(4321), 4321), (ClientFrame.close(1005), 1002),
      (ClientFrame.make(8, [1]), 1002), (ClientFrame.make(1, [0xff]), 1007),
      (ClientFrame.make(2, [1]), 1003), (ClientFrame.make(1, [1], isMasked: false), 1002),
    ] {
      let host = try TestHost(handler: WebSocketTests.echo)
      let client = open(host)
      client.send(ClientFrame.text("x") + frame + ClientFrame.text("dropped"))
      #expect(client.frame() == .text("x"))
      #expect(client.closeCode() == code)
      #expect(client.isEnded())
      #expect(closed(host))
      #expect(host.events.withLock { $0.requests.count } == 2)
      host.stop()
      #expect(host.events.withLock { $0.closed.count } == 1)
    }
  }

  @Test func finishesInOrder() throws {
    let late = Mutex<[Int32]>([])
    let host = try TestHost { host, request in
      guard request.isFrame else {
        host.answer(request.exchange, status: 101, [])
        return
      }
      let results = [
        host.answer(request.exchange, Array("last".utf8)), host.server.finish(request.exchange),
        host.server.finish(request.exchange), host.answer(request.exchange, []),
      ]
      late.withLock { $0 += results }
    }
    defer { host.stop() }
    let client = open(host)
    client.send(ClientFrame.text("?"))
    #expect(client.frame() == .text("last"))
    #expect(client.closeCode() == 1000)
    #expect(late.withLock { $0 } == [METIS_OK, METIS_OK, METIS_LATE, METIS_LATE])
    // What comes before the peer's close frame is dropped; pings get no answer.
    client.send(ClientFrame.text("late") + ClientFrame.make(9, []))
    usleep(50_000)
    #expect(host.events.withLock { $0.closed.isEmpty && $0.requests.count == 2 })
    client.send(ClientFrame.close(1000))
    #expect(client.isEnded())
    #expect(closed(host))
  }

  @Test func aPeerThatDoesNotCloseIsCut() throws {
    let host = try TestHost { host, request in
      host.answer(request.exchange, status: 101, [])
      _ = host.server.finish(request.exchange)
    }
    defer { host.stop() }
    let client = WebSocketClient(host.port)
    let start = EventLoop.monotonic()
    #expect(client.open()?.status == 101)
    #expect(client.closeCode() == 1000)
    #expect(eventually(8) { host.events.withLock { $0.closed.count } == 1 })
    let time = (EventLoop.monotonic() - start) / 1_000_000
    #expect(time >= 4_900 && time < 7_000)
  }

  @Test func tellsWhenThePeerLeaves() throws {
    let host = try TestHost(handler: WebSocketTests.echo)
    defer { host.stop() }
    var client: WebSocketClient? = open(host)
    client?.send(Array(ClientFrame.text("half").dropLast()))
    client = nil
    #expect(closed(host))
  }

  @Test func abortsAndTellsOnce() throws {
    let host = try TestHost { host, request in
      if request.isFrame {
        host.server.abort(request.exchange)
        host.server.abort(request.exchange)
      } else {
        host.answer(request.exchange, status: 101, [])
      }
    }
    defer { host.stop() }
    let client = open(host)
    client.send(ClientFrame.text("?") + ClientFrame.text("?"))
    #expect(client.isEnded())
    #expect(closed(host))
    #expect(host.events.withLock { $0.requests.count } == 2)
  }

  @Test func pingsAndCutsWhoIsSilent() throws {
    let host = try TestHost(
      settings: settings { $0.pingInterval = 200 }, handler: WebSocketTests.echo)
    defer { host.stop() }
    let client = open(host)
    let start = EventLoop.monotonic()
    for _ in 0..<3 {
      #expect(client.frame() == WebSocketClient.Frame(opcode: 9, payload: []))
      client.send(ClientFrame.make(10, []))
    }
    #expect(client.frame()?.opcode == 9)
    #expect(host.events.withLock { $0.closed.isEmpty })
    #expect(client.isEnded())
    #expect(closed(host))
    let time = (EventLoop.monotonic() - start) / 1_000_000
    #expect(time >= 1_000 && time < 2_500)
  }

  @Test func messagesMustComeInTime() throws {
    let host = try TestHost(
      settings: settings { $0.bodyTimeout = 300 }, handler: WebSocketTests.echo)
    defer { host.stop() }
    let client = open(host)
    // Many messages that lie across pieces are no message that takes long.
    let text = ClientFrame.text("0123456789")
    for _ in 0..<8 {
      client.send(Array(text[..<8]))
      usleep(60_000)
      client.send(Array(text[8...]) + text[..<3])
      client.send(Array(text[3...]))
      for _ in 0..<2 { #expect(client.frame() == .text("0123456789")) }
    }
    // Trickling does not buy time, neither do control frames between.
    client.send(ClientFrame.text("half", isFinal: false))
    for _ in 0..<4 {
      usleep(50_000)
      client.send(ClientFrame.make(10, []) + ClientFrame.more("x", isFinal: false))
    }
    #expect(client.closeCode() == 1008)
    #expect(client.isEnded())
    #expect(closed(host))
  }

  @Test func neverPingsWhereTheIntervalIsZero() throws {
    let host = try TestHost(
      settings: settings {
        $0.pingInterval = 0
        $0.idleTimeout = 100
      }, handler: WebSocketTests.echo)
    defer { host.stop() }
    let client = open(host)
    usleep(400_000)
    client.send(ClientFrame.text("x"))
    #expect(client.frame() == .text("x"))
  }

  @Test func drainsWithGoingAway() throws {
    let host = try TestHost(handler: WebSocketTests.echo)
    let client = open(host)
    host.server.drain(deadline: EventLoop.monotonic() + 20_000_000_000)
    usleep(50_000)
    // Until the host closes it, it serves on.
    client.send(ClientFrame.text("x"))
    #expect(client.frame() == .text("x"))
    let exchange = host.events.withLock { $0.requests[0].exchange }
    host.post { _ = host.server.finish(exchange) }
    #expect(client.closeCode() == 1001)
    #expect(host.events.withLock { $0.drained } == 0)
    client.send(ClientFrame.close(1001))
    #expect(client.isEnded())
    client.client.finish()
    #expect(eventually { host.events.withLock { $0.drained } == 1 })
    #expect(closed(host))
    host.stop()
  }

  @Test func saysGoingAwayAtTheDeadline() throws {
    let host = try TestHost(handler: WebSocketTests.echo)
    let client = open(host)
    host.server.drain(deadline: EventLoop.monotonic() + 200_000_000)
    #expect(client.closeCode() == 1001)
    #expect(client.isEnded())
    #expect(eventually { host.events.withLock { $0.drained } == 1 })
    #expect(closed(host))
    host.stop()
  }

  @Test func endsWithOpenWebSockets() throws {
    let host = try TestHost(handler: WebSocketTests.echo)
    let clients = (0..<20).map { _ in open(host) }
    host.stop()
    for client in clients { #expect(client.isEnded()) }
    #expect(host.events.withLock { $0.closed.isEmpty })
  }
}
