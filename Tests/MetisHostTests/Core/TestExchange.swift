import JSON
import MetisPluginAPI

@testable import MetisHost

/// One exchange of HTTP, or one framed connection, as a client of the ``TestDoor`` sees it.
final class TestExchange: @unchecked Sendable {
  let number: UInt64
  let isFrame: Bool
  let loop: TestLoop

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
    /// The answer is complete, or the connection gone.
    var hasEnded = false
  }

  init(number: UInt64, isFrame: Bool, loop: TestLoop) {
    self.number = number
    self.isFrame = isFrame
    self.loop = loop
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

  /// The `data` of each event of a stream; null for one that is no single line of JSON.
  var events: [JSONValue] {
    text.components(separatedBy: "\n\n").filter { !$0.isEmpty && !$0.hasPrefix(":") }.map { event in
      let lines = event.split(separator: "\n", omittingEmptySubsequences: false)
      guard lines.count == 2, lines[0] == "event: message", lines[1].hasPrefix("data: ") else {
        return .null
      }
      return (try? JSONValue(jsonBytes: Array(lines[1].dropFirst(6).utf8))) ?? .null
    }
  }

  var result: JSONValue { json["result"] ?? .null }
  var error: JSONValue { json["error"] ?? .null }
  var errorCode: Int? { error["code"]?.int.map(Int.init) }
  var errorMessage: String { error["message"]?.string ?? "" }

  /// The text of the first content block.
  var firstText: String? { result["content"]?[0]?["text"]?.string }

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
