import Foundation
import JSON
import MetisPluginAPI

@testable import MetisHost

/// One exchange of HTTP, or one framed connection, as a client of the ``TestDoor`` sees it.
final class TestExchange: @unchecked Sendable {
  let number: UInt64
  let loop: TestLoop
  /// A client that does not read at once; nil: it does.
  let reader: TestReader?

  private let lock = Lock()
  private let changed = Condition()
  private var state = State()

  /// What came so far.
  struct State {
    var status: UInt32 = 0
    var fields: [(name: String, value: String)] = []
    /// The body of an answer or a stream.
    var body: [UInt8] = []
    /// Messages of a framed connection.
    var frames: [String] = []
    var isStream = false
    /// A framed connection.
    var isFrame = false
    /// The host has cut the connection.
    var isCut = false
    /// Bytes that the client has not read.
    var unread = 0
    /// The host waits for `writable`.
    var wantsWritable = false
    var counter = FloodCounter()
    /// The answer is complete, or the connection gone.
    var hasEnded = false
  }

  init(number: UInt64, isFrame: Bool, loop: TestLoop, reader: TestReader? = nil) {
    self.number = number
    self.loop = loop
    self.reader = reader
    state.isFrame = isFrame
  }

  var isFrame: Bool { now.isFrame }

  /// A WebSocket from now on.
  func becomeFramed(_ fields: [(name: String, value: String)]) {
    change { state in
      state.status = 101
      state.fields = fields
      state.isFrame = true
    }
  }

  func change(_ body: (inout State) -> Void) {
    lock.withLock {
      body(&state)
      changed.broadcast()
    }
  }

  var now: State { lock.withLock { state } }

  /// Waits until `condition` holds; says whether it did within the time.
  func wait(seconds: Double = 10, until condition: (State) -> Bool) -> Bool {
    let deadline = inSeconds(seconds)
    lock.lock()
    defer { lock.unlock() }
    while !condition(state) {
      if !changed.wait(lock, until: deadline) { return condition(state) }
    }
    return true
  }

  /// Waits for the end of the answer.
  @discardableResult
  func ended(seconds: Double = 10) -> TestExchange {
    _ = wait(seconds: seconds) { $0.hasEnded }
    return self
  }

  // MARK: What was answered

  var status: UInt32 { now.status }
  var text: String { String(decoding: now.body, as: UTF8.self) }

  func field(_ name: String) -> String? { now.fields.first { $0.name == name }?.value }

  /// The answer: the JSON body, or the last event of a stream. Null where it is no JSON.
  var json: JSONValue {
    let state = now
    if state.isStream { return events.last ?? .null }
    return (try? JSONValue(jsonBytes: state.body)) ?? .null
  }

  /// The `data` of each message of a stream; null for one that is no single line of JSON.
  var events: [JSONValue] { now.events }

  /// The complete events of a stream, comments left out.
  var serverSentEvents: [ServerSentEvent] { now.serverSentEvents }

  /// The id of the last event.
  var lastEventID: String? { serverSentEvents.last { $0.id != nil }?.id }

  var result: JSONValue { json["result"] ?? .null }
  var error: JSONValue { json["error"] ?? .null }
  var errorCode: Int? { error["code"]?.int.map(Int.init) }
  var errorMessage: String { error["message"]?.string ?? "" }

  /// The text of the first content block.
  var firstText: String? { result["content"]?[0]?["text"]?.string }

  // MARK: A client that reads slowly

  /// The host sends; `note` keeps it. The code is what a transport with watermarks returns.
  func take(_ bytes: [UInt8], _ note: (inout State) -> Void) -> Int32 {
    var code = METIS_OK
    change { state in
      if let reader {
        if reader.isSlow, state.unread > 0, state.unread + bytes.count > reader.limit {
          state.wantsWritable = true
          code = METIS_LIMIT
          return
        }
        state.unread += bytes.count
        if reader.isSlow, state.unread > reader.high {
          state.wantsWritable = true
          code = METIS_BUSY
        }
        if reader.isCounting {
          state.counter.take(bytes)
          return
        }
      }
      note(&state)
    }
    return code
  }

  /// The client reads what is there; the transport says once that there is room again.
  func read() {
    loop.run { [self] in
      var isWanted = false
      change { state in
        isWanted = state.wantsWritable && state.unread > 0
        state.unread = 0
        if isWanted { state.wantsWritable = false }
      }
      if isWanted { loop.tellWritable(number) }
    }
  }

  // MARK: Framed connections

  /// Sends a frame.
  func send(_ text: String) { loop.deliver(self, body: text) }

  /// Waits for the frame which answers the request `id`.
  func answer(_ id: JSONValue, seconds: Double = 10) -> JSONValue {
    var found = JSONValue.null
    _ = wait(seconds: seconds) { state in
      for frame in state.frames {
        if let value = try? JSONValue(jsonBytes: Array(frame.utf8)), value["id"] == id {
          found = value
          return true
        }
      }
      return false
    }
    return found
  }

  /// Waits for the frame number `index`.
  func frame(_ index: Int, seconds: Double = 10) -> JSONValue {
    _ = wait(seconds: seconds) { $0.frames.count > index }
    let frames = now.frames
    guard index < frames.count else { return .null }
    return (try? JSONValue(jsonBytes: Array(frames[index].utf8))) ?? .null
  }

  /// The client goes away.
  func disconnect() { loop.disconnect(self) }
}

extension TestExchange.State {
  /// The complete events of a stream, comments left out.
  var serverSentEvents: [ServerSentEvent] {
    ServerSentEvent.parse(String(decoding: body, as: UTF8.self))
  }

  /// The `data` of each message of a stream; null for one that is no single line of JSON.
  var events: [JSONValue] {
    serverSentEvents.filter { $0.event != nil || $0.data.map { $0 != "" } ?? true }.map { event in
      guard event.event == "message", let data = event.data else { return .null }
      return (try? JSONValue(jsonBytes: Array(data.utf8))) ?? .null
    }
  }
}

/// Where the queue of a test's client is full.
struct TestReader {
  var high = 4096
  var limit = 16384
  /// What came is counted and not kept.
  var isCounting = false
  /// Reads now and then only.
  var isSlow = true
}

/// The messages of a flood, counted as they come.
struct FloodCounter {
  var messages = 0
  var isOrdered = true

  /// Takes one event.
  mutating func take(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("event: message") else { return }
    if let place = text.range(of: "\"n\":") {
      let digits = text[place.upperBound...].prefix { $0.isNumber }
      if Int(digits) != messages { isOrdered = false }
    }
    messages += 1
  }
}

/// One event of a stream (HTML standard, "Server-sent events").
struct ServerSentEvent: Equatable {
  var id: String?
  var event: String?
  var retry: Int?
  var data: String?

  static func parse(_ text: String) -> [ServerSentEvent] {
    var pieces = text.components(separatedBy: "\n\n")
    pieces.removeLast()
    return pieces.compactMap { piece in
      var found = ServerSentEvent()
      for line in piece.split(separator: "\n") where !line.hasPrefix(":") {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        switch parts[0] {
        case "id": found.id = value
        case "event": found.event = value
        case "retry": found.retry = Int(value)
        case "data": found.data = value
        default: break
        }
      }
      return found == ServerSentEvent() ? nil : found
    }
  }
}
