import MetisPluginAPI
import Synchronization

@testable import MetisHost

/// A transport inside the test's process: the plugin `door` of Tests/FaultyPlugins gives the host
/// this table. A test sends messages of HTTP and frames through it and collects the answers.
///
/// One for each host; a swap of the plugin `door` makes a second ``TestTransport``.
final class TestDoor: @unchecked Sendable {
  private let transports = Locked<[TestTransport]>([])
  private let found = Locked<[String]>([])
  private let lastExchange = Atomic<UInt64>(0)

  /// What the host did that the contract of a transport forbids.
  var violations: [String] { found.withLock { $0 } }

  func violated(_ text: String) { found.withLock { $0.append(text) } }

  func opened(_ transport: TestTransport) { transports.withLock { $0.append(transport) } }

  func destroyed(_ transport: TestTransport) {
    transports.withLock { $0.removeAll { $0 === transport } }
  }

  /// The transport that was made last.
  var newest: TestTransport { transports.withLock { $0.last! } }

  /// How many instances there are, draining ones included.
  var count: Int { transports.withLock { $0.count } }

  /// A number that was never used.
  func nextExchange() -> UInt64 { lastExchange.add(1, ordering: .relaxed).newValue }

  /// The [config] table of the plugin's manifest.
  var manifestTable: String {
    let object = UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque())
    return "table = \(UInt(bitPattern: TestTransport.table))\nobject = \(object)"
  }

  /// Sends a message of HTTP.
  func http(
    _ body: String, _ fields: [(String, String)], verb: String = "POST", target: String = "/mcp",
    loop: Int = 0, reader: TestReader? = nil
  ) -> TestExchange {
    let loop = newest.loops[loop]
    let exchange = TestExchange(
      number: nextExchange(), isFrame: false, loop: loop, reader: reader)
    loop.deliver(exchange, verb: verb, target: target, fields: fields, body: body)
    return exchange
  }

  /// A framed connection.
  func connection(loop: Int = 0, reader: TestReader? = nil) -> TestExchange {
    TestExchange(
      number: nextExchange(), isFrame: true, loop: newest.loops[loop], reader: reader)
  }
}

/// One instance of the transport.
final class TestTransport: @unchecked Sendable {
  let door: TestDoor
  let host: UnsafePointer<metis_host_transport_v1>
  let context: UnsafeMutableRawPointer?
  private(set) var loops: [TestLoop] = []
  private let undrained: Locked<Int>

  private init(_ door: TestDoor, _ setup: metis_transport_setup_v1) {
    self.door = door
    host = setup.host
    context = setup.host_context
    undrained = Locked(Int(setup.loops))
    loops = (0..<setup.loops).map { TestLoop(number: $0, transport: self) }
    door.opened(self)
  }

  func violated(_ text: String) { door.violated(text) }

  func loopDrained() {
    let isLast = undrained.withLock { count in
      count -= 1
      return count == 0
    }
    if isLast { host.pointee.drained(context) }
  }

  private func find(_ number: UInt64) -> TestExchange? {
    // The host answers on the loop that received: only that one knows the exchange.
    guard let loop = loops.first(where: { $0.isCurrent }) else {
      violated("exchange \(number) was used on another thread than its loop's")
      return nil
    }
    return loop.find(number)
  }

  private static func this(_ instance: UnsafeMutableRawPointer?) -> TestTransport {
    Unmanaged<TestTransport>.fromOpaque(instance!).takeUnretainedValue()
  }

  private static func bytes(_ parts: UnsafePointer<metis_slice_v1>?, _ count: Int) -> [UInt8] {
    (0..<count).reduce(into: []) { $0 += parts![$1].raw }
  }

  private static func fields(_ head: metis_response_v1) -> [(name: String, value: String)] {
    (0..<head.field_count).map { (head.fields![$0].name.text, head.fields![$0].value.text) }
  }

  // MARK: The table

  /// Immortal.
  nonisolated(unsafe) static let table: UnsafePointer<metis_transport_v1> = {
    let table = UnsafeMutablePointer<metis_transport_v1>.allocate(capacity: 1)
    table.initialize(
      to: metis_transport_v1(
        size: UInt32(MemoryLayout<metis_transport_v1>.size), flags: METIS_TRANSPORT_LISTENS,
        create: { plugin, setup, _, out in
          let door = Unmanaged<TestDoor>.fromOpaque(plugin!).takeUnretainedValue()
          out!.pointee = Unmanaged.passRetained(TestTransport(door, setup!.pointee)).toOpaque()
          return METIS_OK
        },
        start: { instance, _ in
          for loop in this(instance).loops {
            do { try loop.start() } catch { return METIS_FAILED }
          }
          return METIS_OK
        },
        drain: { instance, deadline, _ in
          for loop in this(instance).loops { loop.drain(deadline: deadline) }
        },
        destroy: { instance in
          let transport = this(instance)
          for loop in transport.loops { loop.stop() }
          transport.door.destroyed(transport)
          Unmanaged<TestTransport>.fromOpaque(instance!).release()
        },
        respond: { this($0).respond($1, $2!.pointee) },
        begin: { this($0).begin($1, $2!.pointee) },
        send: { this($0).send($1, bytes($2, $3)) },
        finish: { this($0).finish($1) },
        abort: { this($0).abort($1) },
        wake: { this($0).loops[Int($1)].wake() },
        reload: nil))
    return UnsafePointer(table)
  }()

  private func respond(_ number: UInt64, _ response: metis_response_v1) -> Int32 {
    guard let exchange = find(number) else { return METIS_LATE }
    let body = TestTransport.bytes(response.parts, response.part_count)
    if exchange.isFrame {
      if body.contains(0x0A) || body.contains(0x0D) { violated("a frame holds a line break") }
      return exchange.take(body) { $0.frames.append(String(decoding: body, as: UTF8.self)) }
    }
    if response.status == 101 {
      exchange.becomeFramed(TestTransport.fields(response))
      return METIS_OK
    }
    if exchange.now.isStream { violated("respond on a stream") }
    loops.first { $0.isCurrent }?.finish(exchange)
    exchange.change { state in
      state.status = response.status
      state.fields = TestTransport.fields(response)
      state.body = body
      state.hasEnded = true
    }
    return METIS_OK
  }

  private func begin(_ number: UInt64, _ head: metis_response_v1) -> Int32 {
    guard let exchange = find(number) else { return METIS_LATE }
    if exchange.isFrame || exchange.now.isStream { violated("begin on a frame or a stream") }
    exchange.change { state in
      state.status = head.status
      state.fields = TestTransport.fields(head)
      state.isStream = true
    }
    return METIS_OK
  }

  private func send(_ number: UInt64, _ piece: [UInt8]) -> Int32 {
    guard let exchange = find(number) else { return METIS_LATE }
    if !exchange.now.isStream { violated("send before begin") }
    return exchange.take(piece) { $0.body += piece }
  }

  private func abort(_ number: UInt64) {
    guard let exchange = find(number) else { return }
    loops.first { $0.isCurrent }?.finish(exchange, isCut: true)
    exchange.change { state in
      state.isCut = true
      state.hasEnded = true
    }
  }

  private func finish(_ number: UInt64) -> Int32 {
    guard let exchange = find(number) else { return METIS_LATE }
    if !exchange.now.isStream, !exchange.isFrame { violated("finish before begin") }
    loops.first { $0.isCurrent }?.finish(exchange)
    exchange.change { $0.hasEnded = true }
    return METIS_OK
  }
}
