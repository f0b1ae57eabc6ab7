import Glibc
import MetisPluginAPI
import Synchronization

@testable import HTTPEngine

/// A request as a test sees it.
struct ReceivedRequest: Sendable {
  var exchange: UInt64
  var isFrame: Bool
  var verb: String
  var target: String
  var fields: [(name: String, value: String)]
  var body: [UInt8]
  var peer: String
}

/// A host in Swift: a door, an engine behind it and a socket of an ephemeral port before it.
final class TestHost: @unchecked Sendable {
  typealias Handler = @Sendable (TestHost, ReceivedRequest) -> Void

  struct Events: Sendable {
    var requests: [ReceivedRequest] = []
    var closed: [UInt64] = []
    var writable: [UInt64] = []
    var drained = 0
    var attached = 0
    var detached = 0
    var polls = 0
    var posted: [@Sendable () -> Void] = []
  }

  let events = Mutex(Events())
  let handler: Handler
  /// Beside the note that it takes of `writable`.
  let onWritable = Mutex<@Sendable (TestHost, UInt64) -> Void>({ _, _ in })
  private(set) var server: HTTPServer!
  private(set) var port: UInt16 = 0
  let listener: Int32
  private let table = UnsafeMutablePointer<metis_host_transport_v1>.allocate(capacity: 1)

  init(
    settings: EngineSettings = EngineSettings(), loops: Int = 1, listener shared: Int32? = nil,
    handler: @escaping Handler = TestHost.echo
  ) throws {
    self.handler = handler
    listener = shared ?? Loopback.listen()
    port = Loopback.port(listener)
    table.initialize(
      to: metis_host_transport_v1(
        size: UInt32(MemoryLayout<metis_host_transport_v1>.size), reserved: 0,
        attach: { host, _ in
          TestHost.from(host).events.withLock { $0.attached += 1 }
          return METIS_OK
        },
        detach: { host, _ in TestHost.from(host).events.withLock { $0.detached += 1 } },
        receive: { host, _, message in
          guard let message else { return }
          let host = TestHost.from(host)
          let request = ReceivedRequest(message.pointee)
          host.events.withLock { $0.requests.append(request) }
          host.handler(host, request)
        },
        closed: { host, _, exchange in
          TestHost.from(host).events.withLock { $0.closed.append(exchange) }
        },
        writable: { host, _, exchange in
          let host = TestHost.from(host)
          host.events.withLock { $0.writable.append(exchange) }
          host.onWritable.withLock { $0 }(host, exchange)
        },
        poll: { host, _, _ in
          let posted = TestHost.from(host).events.withLock { events in
            events.polls += 1
            let posted = events.posted
            events.posted = []
            return posted
          }
          for work in posted { work() }
          return UInt64.max
        },
        drained: { host in TestHost.from(host).events.withLock { $0.drained += 1 } },
        ended: { _ in }))
    server = try HTTPServer(
      settings: settings, loops: loops, listeners: [(listener, 0)], host: table,
      hostContext: Unmanaged.passUnretained(self).toOpaque())
    try server.start()
  }

  /// Ends the engine; the test is over.
  func stop(closeListener: Bool = true) {
    server.stop()
    if closeListener { close(listener) }
    table.deallocate()
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> TestHost {
    Unmanaged<TestHost>.fromOpaque(context!).takeUnretainedValue()
  }

  /// Runs `work` on the loop, from `poll`.
  func post(_ work: @escaping @Sendable () -> Void) {
    events.withLock { $0.posted.append(work) }
    server.wake(0)
  }

  /// Answers with verb, target and body.
  static let echo: Handler = { host, request in
    host.answer(request.exchange, Array("\(request.verb) \(request.target) ".utf8) + request.body)
  }

  @discardableResult
  func answer(
    _ exchange: UInt64, status: UInt32 = 200, fields: [(String, String)] = [], _ body: [UInt8],
    close: Bool = false
  ) -> Int32 {
    withHead(status: status, fields: fields, body: body, close: close) {
      server.respond(exchange, $0)
    }
  }

  @discardableResult
  func begin(
    _ exchange: UInt64, status: UInt32 = 200, fields: [(String, String)] = []
  ) -> Int32 {
    withHead(status: status, fields: fields, body: [], close: false) { server.begin(exchange, $0) }
  }

  /// Begins with a piece of the body.
  @discardableResult
  func beginWith(_ exchange: UInt64, _ body: [UInt8]) -> Int32 {
    withHead(status: 200, fields: [], body: body, close: false) { server.begin(exchange, $0) }
  }

  @discardableResult
  func send(_ exchange: UInt64, _ bytes: [UInt8]) -> Int32 {
    bytes.withUnsafeBufferPointer { bytes in
      var part = metis_slice_v1(bytes: bytes.baseAddress, count: bytes.count)
      return server.send(exchange, &part, 1)
    }
  }

  private func withHead(
    status: UInt32, fields: [(String, String)], body: [UInt8], close: Bool,
    _ use: (UnsafePointer<metis_response_v1>) -> Int32
  ) -> Int32 {
    var text: [UInt8] = []
    for field in fields { text += Array(field.0.utf8) + Array(field.1.utf8) }
    return text.withUnsafeBufferPointer { text in
      var place = 0
      var list: [metis_field_v1] = []
      for field in fields {
        let name = metis_slice_v1(
          bytes: text.baseAddress! + place, count: field.0.utf8.count)
        place += field.0.utf8.count
        let value = metis_slice_v1(
          bytes: text.baseAddress! + place, count: field.1.utf8.count)
        place += field.1.utf8.count
        list.append(metis_field_v1(name: name, value: value))
      }
      return body.withUnsafeBufferPointer { body in
        list.withUnsafeBufferPointer { list in
          var part = metis_slice_v1(bytes: body.baseAddress, count: body.count)
          return withUnsafePointer(to: &part) { part in
            var head = metis_response_v1(
              size: UInt32(MemoryLayout<metis_response_v1>.size), status: status,
              flags: close ? METIS_RESPONSE_CLOSE : 0, reserved: 0, fields: list.baseAddress,
              field_count: list.count, parts: part, part_count: 1)
            return use(&head)
          }
        }
      }
    }
  }
}

extension ReceivedRequest {
  init(_ message: metis_message_v1) {
    exchange = message.exchange
    isFrame = message.kind == METIS_MESSAGE_FRAME
    verb = String(message.verb)
    target = String(message.target)
    fields = UnsafeBufferPointer(start: message.fields, count: message.field_count).map {
      (String($0.name), String($0.value))
    }
    body = Array(UnsafeBufferPointer(start: message.body.bytes, count: message.body.count))
    peer = String(message.peer)
  }

  func value(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name }?.value
  }
}

extension String {
  init(_ slice: metis_slice_v1) {
    self.init(
      decoding: UnsafeBufferPointer(start: slice.bytes, count: slice.count), as: UTF8.self)
  }
}
