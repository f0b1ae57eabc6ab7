import MetisPluginAPI
import Synchronization

/// Messages on their way to one reader, in their order, never twice, within bounds.
///
/// What the transport has not taken waits here; of a stream that can be resumed, what it has taken
/// stays for a while as well, so that a client that lost its connection gets it again. One loop
/// appends (its producer's), one loop reads (that of the exchange which is attached): they are two
/// only where a client of the handshake era resumes on another connection.
final class MessageStream: @unchecked Sendable {
  /// How messages are written.
  enum Form: Sendable {
    /// Server-sent events.
    case event
    /// One frame of a connection each.
    case frame
  }

  /// What one message is.
  enum Content: Sendable {
    /// A JSON-RPC message in one line.
    case message([UInt8])
    /// An event without data, which gives the client an id to resume from.
    case priming(retryMs: Int?)

    var count: Int {
      switch self {
      case .message(let text): text.count
      case .priming: 0
      }
    }
  }

  private struct Entry {
    let content: Content
    var charge: FlowCharge?
  }

  /// The place among the streams of its session; nil where it cannot be resumed.
  let number: Int?
  let form: Form
  private let window: ReplayWindow
  private let lock = Lock()

  // Under `lock`.
  /// What was sent and is kept.
  private var kept = PackedEvents()
  /// What was not sent yet: the numbers behind those of ``kept``.
  private var entries: [Entry] = []
  /// How many entries at the beginning of ``entries`` are gone.
  private var dropped = 0
  /// The number of the first event that is left.
  private var first = 0
  /// The number of the entry that the reader gets next.
  private var next = 0
  private var keptBytes = 0
  private var unsentBytes = 0
  private var reader: StreamReader?
  private var isPaused = false
  private var isFinished = false
  private var isPumpPosted = false
  private var waiters: [Flow] = []
  private var finishTime: UInt64?

  /// Who is told on this stream.
  private var subscribers: [Subscriber] = []
  private var pauseTime: UInt64 = 0

  /// Messages that wait for the transport beyond its own queue; a message of any size is taken where
  /// none waits, and an answer always.
  private static let bound = (bytes: 64 << 10, count: 256)

  /// `number`: the stream's place in its session where it can be resumed.
  init(_ form: Form, number: Int? = nil, window: ReplayWindow = .none) {
    self.form = form
    self.number = number
    self.window = number == nil ? .none : window
  }

  deinit { window.give(back: keptBytes - unsentBytes) }

  /// The number of the first entry of ``entries``.
  private var unsent: Int { first + kept.count }

  private var end: Int { unsent + entries.count - dropped }

  /// Whether the reader is behind: whoever produces should wait. A stream that nobody reads is not.
  var isBusy: Bool { lock.withLock { isPaused } }

  /// Whether nothing waits and the transport takes more.
  var isIdle: Bool { lock.withLock { !isPaused && next == end } }

  /// Whether somebody reads it.
  var hasReader: Bool { lock.withLock { reader != nil } }

  /// The exchange that reads it.
  var currentReader: StreamReader? { lock.withLock { reader } }

  /// Bytes that are kept or wait.
  var byteCount: Int { lock.withLock { keptBytes } }

  /// When its end came: CLOCK_MONOTONIC, ns; nil: it goes on.
  var finishedAt: UInt64? { lock.withLock { finishTime } }

  /// Since when the reader has not caught up: CLOCK_MONOTONIC, ns.
  var pausedAt: UInt64 {
    get { lock.withLock { pauseTime } }
    set { lock.withLock { pauseTime = newValue } }
  }

  // MARK: Subscribers

  /// Who is told on this stream: a reader on another loop may be taking it over.
  var told: [Subscriber] { lock.withLock { subscribers } }

  /// Somebody is told on this stream by `teller` from now on, where that one reads it still.
  ///
  /// In one step under the stream's lock: a reader on another loop may take the stream over at any
  /// time, and the subscriber's reader has to be the stream's. Else the one before could name itself
  /// behind its successor; its end would then leave the subscriber without any.
  func tell(_ subscriber: Subscriber, _ teller: StreamReader) {
    lock.withLock {
      guard let reader, reader.exchange == teller.exchange, reader.loop === teller.loop else {
        return
      }
      if !subscribers.contains(where: { $0 === subscriber }) { subscribers.append(subscriber) }
      subscriber.attach(teller)
    }
  }

  /// Whether `exchange` of `loop` reads the stream, and takes more.
  func takes(from exchange: UInt64, of loop: Loop) -> Bool {
    lock.withLock {
      guard let reader, reader.exchange == exchange, reader.loop === loop else { return false }
      return !isPaused
    }
  }

  /// Forgets those that `isGone` names.
  func removeSubscribers(where isGone: (Subscriber) -> Bool) {
    lock.withLock { subscribers.removeAll(where: isGone) }
  }

  // MARK: The producer

  /// What became of a message.
  enum Appended {
    /// The reader's loop has to pump: it is the calling one's.
    case pump
    /// Done: it waits, or another loop was told.
    case waits
    /// Too much waits, or nobody will ever read it.
    case refused(Int32)
  }

  /// Adds a message behind the others. `isAnswer`: it is taken whatever waits.
  func append(
    _ content: Content, charge: FlowCharge? = nil, isAnswer: Bool = false, on loop: Loop
  ) -> Appended {
    lock.withLock {
      guard !isFinished, reader != nil || window.isOpen else { return .refused(METIS_LATE) }
      if reader != nil, !isAnswer, next < end {
        let isFull =
          unsentBytes + content.count > MessageStream.bound.bytes
          || end - next >= MessageStream.bound.count
        // What was counted when another thread handed it over is taken: it was promised.
        if isFull, charge == nil { return .refused(METIS_LIMIT) }
      }
      entries.append(Entry(content: content, charge: charge))
      keptBytes += content.count
      unsentBytes += content.count
      guard let reader else {
        // Nobody waits for the transport: what was handed over has arrived.
        keepAll()
        next = end
        window.take(unsentBytes)
        unsentBytes = 0
        evict()
        return .waits
      }
      if isPaused { return .waits }
      if reader.loop === loop { return .pump }
      if !isPumpPosted {
        isPumpPosted = true
        reader.loop.post(.run { [self] in $0.pump(self, reader.exchange) })
      }
      return .waits
    }
  }

  /// Nothing follows. The stream of the reader ends once it has everything.
  func finish(_ now: UInt64, on loop: Loop) -> Appended {
    lock.withLock {
      guard !isFinished else { return .waits }
      isFinished = true
      finishTime = now
      guard let reader, !isPaused else { return .waits }
      if reader.loop === loop { return .pump }
      if !isPumpPosted {
        isPumpPosted = true
        reader.loop.post(.run { [self] in $0.pump(self, reader.exchange) })
      }
      return .waits
    }
  }

  /// Has a strategy told when the reader has caught up.
  func await(_ flow: Flow) {
    let isLate = lock.withLock {
      guard isPaused else { return true }
      if !waiters.contains(where: { $0 === flow }) { waiters.append(flow) }
      flow.pause()
      return false
    }
    if isLate { flow.resume()?() }
  }

  // MARK: The reader

  /// What the reader's loop does next.
  enum Step {
    case send(number: Int, Content)
    /// Everything is sent and nothing follows.
    case end
    case rest
  }

  /// The next step for the reader `exchange` of `loop`. [loop-thread]
  func step(_ exchange: UInt64, of loop: Loop) -> Step {
    lock.withLock {
      isPumpPosted = false
      guard let reader, reader.exchange == exchange, reader.loop === loop, !isPaused else {
        return .rest
      }
      if next < unsent { return .send(number: next, kept.content(at: next - first)) }
      if next < end { return .send(number: next, entries[dropped].content) }
      guard isFinished else { return .rest }
      self.reader = nil
      return .end
    }
  }

  /// The transport has answered to the message `number`; false where it takes no more for now.
  /// [loop-thread]
  func sent(_ number: Int, _ code: Int32, _ exchange: UInt64, of loop: Loop) -> Bool {
    lock.withLock {
      guard let reader, reader.exchange == exchange, reader.loop === loop, next == number else {
        return false
      }
      switch code {
      case METIS_OK, METIS_BUSY:
        let size = next < unsent ? kept.size(at: next - first) : keepFirst()
        next += 1
        unsentBytes -= size
        window.take(size)
        evict()
        if code == METIS_BUSY { isPaused = true }
        return code == METIS_OK
      case METIS_LIMIT:
        isPaused = true
        return false
      default:
        // The peer is gone; the transport says so, or has said.
        return false
      }
    }
  }

  /// The transport has pushed back on what went past the queue; false where the reader is another.
  /// [loop-thread]
  func pause(_ exchange: UInt64, of loop: Loop) -> Bool {
    lock.withLock {
      guard let reader, reader.exchange == exchange, reader.loop === loop, !isPaused else {
        return false
      }
      isPaused = true
      return true
    }
  }

  /// The transport takes messages again. [loop-thread]
  func resume(_ exchange: UInt64, of loop: Loop) -> Bool {
    lock.withLock {
      guard let reader, reader.exchange == exchange, reader.loop === loop else { return false }
      isPaused = false
      return true
    }
  }

  /// Who waits and may go on, where the reader has caught up. [loop-thread]
  func takeWaiters() -> [Flow] {
    lock.withLock {
      guard !isPaused else { return [] }
      let taken = waiters
      waiters = []
      return taken
    }
  }

  /// Gives the stream to a reader that begins behind the event `last`; nil: with what no reader was
  /// sent. False where that event is not known any more. `old` receives the reader before.
  func attach(_ new: StreamReader, after last: Int?, old: inout StreamReader?) -> Bool {
    lock.withLock {
      if let last {
        guard last >= first - 1, last < unsent else { return false }
        for place in last + 1..<max(next, last + 1) {
          let size = kept.size(at: place - first)
          unsentBytes += size
          window.give(back: size)
        }
        next = last + 1
      }
      old = reader
      reader = new
      isPaused = false
      return true
    }
  }

  /// The reader is gone. Returns who waited for it, to be told without delay. [loop-thread]
  func detach(_ exchange: UInt64, of loop: Loop) -> [Flow] {
    lock.withLock {
      guard let reader, reader.exchange == exchange, reader.loop === loop else { return [] }
      self.reader = nil
      isPaused = false
      subscribers = []
      // Nobody waits for the transport any more.
      for place in dropped..<entries.count { entries[place].charge.take()?.release() }
      if window.isOpen {
        window.take(unsentBytes)
        unsentBytes = 0
        let unsent = next
        keepAll()
        next = end
        evict()
        // What no reader was sent comes first for the next one, as far as it is left.
        if number == 0 {
          let back = max(unsent, first)
          for place in back..<end {
            let size = kept.size(at: place - first)
            unsentBytes += size
            window.give(back: size)
          }
          next = back
        }
      }
      let taken = waiters
      waiters = []
      return taken
    }
  }

  /// Drops the oldest of what was sent beyond the window; with the lock held. The newest stays while
  /// nobody reads: it may be the answer.
  private func evict() {
    while first < next, kept.count > 0 {
      let isNewest = reader == nil && next - first == 1 && next == end && window.isOpen
      let over = window.isOver(bytes: keptBytes - unsentBytes, count: next - first)
      guard over, !isNewest else { break }
      let size = kept.removeFirst()
      first += 1
      keptBytes -= size
      window.give(back: size)
    }
  }

  /// The first entry was sent: it is kept as far as the stream can be resumed. Returns its size; with
  /// the lock held.
  private func keepFirst() -> Int {
    let content = entries[dropped].content
    entries[dropped].charge.take()?.release()
    entries[dropped] = Entry(content: .priming(retryMs: nil), charge: nil)
    dropped += 1
    if dropped == entries.count {
      entries.removeAll(keepingCapacity: entries.count <= 16)
      dropped = 0
    } else if dropped >= 32, dropped * 2 >= entries.count {
      entries.removeFirst(dropped)
      dropped = 0
    }
    if window.isOpen {
      kept.append(content)
    } else {
      first += 1
      keptBytes -= content.count
    }
    return content.count
  }

  /// Nobody will send the entries: they are kept as if they had been; with the lock held.
  private func keepAll() { while dropped < entries.count { _ = keepFirst() } }
}

/// How much of what was sent a stream keeps for a client that resumes.
struct ReplayWindow: Sendable {
  let events: Int
  let bytes: Int
  /// What all streams together keep; nil where nothing is kept.
  private let budget: ReplayBudget?

  /// Nothing is kept.
  static let none = ReplayWindow(events: 0, bytes: 0, budget: nil)

  init(events: Int, bytes: Int, budget: ReplayBudget?) {
    self.events = events
    self.bytes = bytes
    self.budget = events > 0 && bytes > 0 ? budget : nil
  }

  /// Whether anything is kept.
  var isOpen: Bool { budget != nil }

  /// Whether `count` sent events of `bytes` bytes are too many.
  func isOver(bytes: Int, count: Int) -> Bool {
    guard let budget else { return true }
    return count > events || bytes > self.bytes || budget.isOver
  }

  /// `size` bytes are kept beyond their sending.
  func take(_ size: Int) { budget?.used.wrappingAdd(size, ordering: .relaxed) }

  /// `size` kept bytes are gone or wait again.
  func give(back size: Int) { budget?.used.wrappingSubtract(size, ordering: .relaxed) }
}

/// What the streams of all sessions together keep of what they have sent.
final class ReplayBudget: Sendable {
  let used = Atomic<Int>(0)
  let limit: Int

  init(limit: Int = 256 << 20) { self.limit = limit }

  /// Whether more is kept than should be.
  var isOver: Bool { used.load(ordering: .relaxed) > limit }
}
