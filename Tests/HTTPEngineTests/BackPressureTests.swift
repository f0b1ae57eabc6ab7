import Glibc
import MetisPluginAPI
import Synchronization
import Testing

@testable import HTTPEngine

/// Watermarks of streams, and the bounds of memory.
@Suite(.serialized, .timeLimit(.minutes(2))) struct BackPressureTests {
  /// A numbered event of `count` bytes.
  private static func event(_ number: Int, _ count: Int) -> [UInt8] {
    let text = Array("\(number);".utf8)
    return text + [UInt8](repeating: 0x2e, count: count - text.count)
  }

  private static func numbers(_ body: [UInt8]) -> [Int] {
    String(decoding: body, as: UTF8.self).split(separator: ";").dropLast().compactMap {
      Int($0.drop { $0 == "." })
    }
  }

  @Test func holdsBackForASlowReader() throws {
    var settings = EngineSettings()
    settings.streamHigh = 65_536
    settings.streamLow = 16_384
    settings.streamLimit = 131_072
    let results = Mutex<[Int32]>([])
    let host = try TestHost(settings: settings) { host, request in
      host.begin(request.exchange)
      var list: [Int32] = []
      // Goes on although it is told to wait, until the limit.
      for number in 0..<10_000 {
        list.append(host.send(request.exchange, Self.event(number, 8_192)))
        if list.last == METIS_LIMIT { break }
      }
      results.withLock { $0 = list }
    }
    defer { host.stop() }
    let client = TestClient(host.port, receiveBuffer: 4_096)
    client.send(RequestCase.good)
    #expect(eventually { results.withLock { !$0.isEmpty } })
    let list = results.withLock { $0 }
    #expect(list.first == METIS_OK && list.last == METIS_LIMIT)
    // From the high watermark to the limit.
    let busy = list.filter { $0 == METIS_BUSY }.count
    #expect(busy >= 7 && busy <= 9)
    // The kernel's queue does not grow with what it is offered.
    #expect((list.count - busy) * 8_192 < 65_536 + 300_000)
    #expect(host.events.withLock { $0.writable.isEmpty })
    let taken = list.count - 1
    let exchange = host.events.withLock { $0.requests[0].exchange }
    #expect(
      eventually {
        client.read()
        return host.events.withLock { $0.writable == [exchange] }
      })
    host.post { _ = host.server.finish(exchange) }
    let response = try #require(client.response())
    #expect(response.body.count == taken * 8_192)
    #expect(host.events.withLock { $0.writable.count } == 1)
  }

  /// A host that obeys: it sends until it is told to wait, and goes on at `writable`.
  @Test func losesAndReordersNothing() throws {
    let count = 3_000
    let next = Mutex(0)
    let pauses = Mutex(0)
    let pump: @Sendable (TestHost, UInt64) -> Void = { host, exchange in
      while true {
        let number = next.withLock { $0 }
        if number == count {
          _ = host.server.finish(exchange)
          return
        }
        let size = 100 + number * 37 % 5_000
        switch host.send(exchange, Self.event(number, size)) {
        case METIS_OK: next.withLock { $0 += 1 }
        case METIS_BUSY:
          next.withLock { $0 += 1 }
          pauses.withLock { $0 += 1 }
          return
        default:
          pauses.withLock { $0 += 1 }
          return
        }
      }
    }
    let host = try TestHost { host, request in
      host.onWritable.withLock { $0 = pump }
      host.begin(request.exchange)
      pump(host, request.exchange)
    }
    defer { host.stop() }
    let client = TestClient(host.port, receiveBuffer: 16_384)
    client.send(RequestCase.good)
    for round in 0..<100 {
      if round % 10 == 0 { usleep(20_000) }
      client.read(7_919)
    }
    let response = try #require(client.response())
    let isInOrder = Self.numbers(response.body) == Array(0..<count)
    #expect(isInOrder)
    let told = host.events.withLock { $0.writable.count }
    #expect(told > 3 && (told == pauses.withLock { $0 } || told + 1 == pauses.withLock { $0 }))
  }

  @Test func takesOneMessageThatIsLongerThanTheLimit() throws {
    let results = Mutex<[Int32]>([])
    let host = try TestHost { host, request in
      host.begin(request.exchange)
      let list = [
        host.send(request.exchange, [UInt8](repeating: 0x61, count: 1 << 20)),
        host.send(request.exchange, [UInt8](repeating: 0x62, count: 1)),
      ]
      results.withLock { $0 = list }
      _ = host.server.finish(request.exchange)
    }
    defer { host.stop() }
    let client = TestClient(host.port, receiveBuffer: 4_096)
    client.send(RequestCase.good)
    #expect(client.response()?.body.count == 1 << 20)
    #expect(results.withLock { $0 } == [METIS_BUSY, METIS_LIMIT])
  }

  @Test func takesWhatComesWithTheHead() throws {
    let host = try TestHost { host, request in
      host.beginWith(request.exchange, [UInt8](repeating: 0x61, count: 600_000))
      _ = host.server.finish(request.exchange)
    }
    defer { host.stop() }
    let client = TestClient(host.port, receiveBuffer: 4_096)
    client.send(RequestCase.good)
    #expect(client.response()?.body.count == 600_000)
  }

  /// Sanitizers put memory of their own beside each allocation.
  private static let isSanitized =
    dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

  @Test(.disabled(if: isSanitized)) func stalledReadersCostLittleMemory() throws {
    let host = try TestHost { host, request in
      host.begin(request.exchange)
      let event = [UInt8](repeating: 0x61, count: 1_024)
      while host.send(request.exchange, event) == METIS_OK {}
    }
    defer { host.stop() }
    let count = 300
    let before = Self.residentBytes()
    let clients = (0..<count).map { _ in TestClient(host.port, receiveBuffer: 4_096) }
    for client in clients { client.send(RequestCase.good) }
    #expect(eventually(20) { host.events.withLock { $0.requests.count } == count })
    usleep(100_000)
    #expect((Self.residentBytes() - before) / count < 56 * 1_024)
  }

  private static func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 128)
    guard fgets(&buffer, 128, file) != nil else { return 0 }
    let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4_096
  }

  // MARK: Unfinished requests

  private static func half(_ count: Int) -> [UInt8] {
    Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n".utf8)
      + [UInt8](repeating: 0x61, count: count)
  }

  @Test func boundsUnfinishedRequestsOfAll() throws {
    var settings = EngineSettings()
    settings.partialLimit = 1 << 20
    let host = try TestHost(settings: settings)
    defer { host.stop() }
    var clients: [TestClient] = []
    for _ in 0..<4 {
      let client = TestClient(host.port)
      client.send(Self.half(200_000))
      clients.append(client)
      usleep(50_000)
    }
    // Who comes when all is taken is refused; who is in a single piece is not.
    let late = TestClient(host.port)
    late.send(Self.half(600_000))
    let refusal = try #require(late.response())
    #expect(refusal.status == 503 && refusal.value("retry-after") == "1")
    #expect(refusal.value("connection") == "close")
    let small = TestClient(host.port)
    small.send(RequestCase.good)
    #expect(small.response()?.status == 200)
    // What is given back is there for others.
    clients = []
    usleep(100_000)
    let next = TestClient(host.port)
    next.send(Self.half(200_000))
    next.send([UInt8](repeating: 0x61, count: 800_000))
    #expect(next.response()?.status == 200)
  }

  @Test func dropsWhatIsBehindAnOpenRequestWhereThereIsNoRoom() throws {
    var settings = EngineSettings()
    settings.partialLimit = 65_536
    let host = try TestHost(settings: settings) { host, request in
      host.post { host.answer(request.exchange, Array(request.target.utf8)) }
    }
    defer { host.stop() }
    let client = TestClient(host.port)
    let padding = String(repeating: "x", count: 7_000)
    client.send(
      (0..<9).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\nX: \(padding)\r\n\r\n" }.joined())
    var last = try #require(client.response())
    while last.value("connection") == nil, let next = client.response() { last = next }
    #expect(last.value("connection") == "close" || last.text == "/8")
    #expect(last.status == 200)
  }
}
