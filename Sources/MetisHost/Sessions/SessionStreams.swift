import MCP

/// The streams of one session of HTTP that can be resumed, by their numbers: 0 is the one that GET
/// opens, the others are answers of POSTs.
final class SessionStreams: @unchecked Sendable {
  private let lock = Lock()
  private var streams: [Int: MessageStream] = [:]
  private var lastNumber = 0

  /// How many streams a session keeps; the oldest finished one goes first.
  private static let capacity = 64
  /// How long a finished stream can be resumed, ns.
  static let lifetime: UInt64 = 300_000_000_000

  /// A new stream for the answer of a POST.
  func make(_ window: ReplayWindow) -> MessageStream {
    lock.withLock {
      lastNumber += 1
      let stream = MessageStream(.event, number: lastNumber, window: window)
      streams[lastNumber] = stream
      if streams.count > SessionStreams.capacity {
        let finished = streams.filter { $0.key != 0 && $0.value.finishedAt != nil }
        if let oldest = finished.keys.min() { streams[oldest] = nil }
      }
      return stream
    }
  }

  /// The stream that GET opens.
  func standalone(_ window: ReplayWindow) -> MessageStream {
    lock.withLock {
      if let stream = streams[0] { return stream }
      let stream = MessageStream(.event, number: 0, window: window)
      streams[0] = stream
      return stream
    }
  }

  /// The stream and the number of the event that an event id names; nil for no such id.
  func find(_ id: UnsafeRawBufferPointer) -> (stream: MessageStream, event: Int)? {
    let parts = id.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard id.count <= 40, parts.count == 2, let number = SessionStreams.number(parts[0]),
      let event = SessionStreams.number(parts[1]), let stream = lock.withLock({ streams[number] })
    else { return nil }
    return (stream, event)
  }

  private static func number(_ text: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard !text.isEmpty, text.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
    return Int(String(decoding: text, as: UTF8.self))
  }

  /// Forgets what finished long ago.
  func sweep(_ now: UInt64) {
    lock.withLock {
      streams = streams.filter { _, stream in
        guard let finished = stream.finishedAt, !stream.hasReader else { return true }
        return now < finished || now - finished < SessionStreams.lifetime
      }
    }
  }

  /// Whether somebody reads one of them.
  var hasReader: Bool { all.contains { $0.hasReader } }

  /// All of them.
  var all: [MessageStream] { lock.withLock { Array(streams.values) } }

  /// How many there are.
  var count: Int { lock.withLock { streams.count } }
}
