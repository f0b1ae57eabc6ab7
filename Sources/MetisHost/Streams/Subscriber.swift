/// One who is told of events: a session of the handshake era, or a `subscriptions/listen`.
///
/// Events wait here until the reader's loop puts them into its stream, so that nothing grows behind
/// a reader that is slow or away: an event which a later one covers is dropped where too much waits.
final class Subscriber: @unchecked Sendable {
  /// What it asked to hear of.
  struct Interests: Sendable {
    var tools = false
    var prompts = false
    var resources = false
    var uris: [String] = []
    var tasks: [String] = []
  }

  /// The id of the `subscriptions/listen`, as JSON; nil for a session.
  let subscription: [UInt8]?
  /// Of a listen: what was granted. A session's URIs change: they stand in the registry.
  let interests: Interests

  private let lock = Lock()
  private var waiting: [ChangeEvent] = []
  private var reader: StreamReader?
  /// The reader's loop knows that something waits.
  private var isPosted = false

  /// From how many waiting events on covered ones are dropped.
  private static let soft = 64
  /// Whole messages, which nothing covers, are refused over this.
  private static let hard = 1024

  init(subscription: [UInt8]?, interests: Interests = Interests()) {
    self.subscription = subscription
    self.interests = interests
  }

  /// Takes an event; false where too much waits. [any-thread]
  @discardableResult
  func offer(_ event: ChangeEvent) -> Bool {
    lock.withLock {
      if waiting.count >= Subscriber.soft || reader == nil {
        waiting.removeAll { $0.isCovered(by: event) }
      }
      if case .message = event, waiting.count >= Subscriber.hard { return false }
      waiting.append(event)
      post()
      return true
    }
  }

  /// With the lock held.
  private func post() {
    guard !isPosted, !waiting.isEmpty, let reader else { return }
    isPosted = true
    reader.loop.post(.run { [self] in $0.tell(self, reader.exchange) })
  }

  /// Takes the next event; nil where none waits. [loop-thread]
  func take() -> ChangeEvent? {
    lock.withLock { waiting.isEmpty ? nil : waiting.removeFirst() }
  }

  /// The loop looks at what waits: what comes from now on is posted anew. [loop-thread]
  func noted() { lock.withLock { isPosted = false } }

  /// Names the stream that events go to from now on.
  func attach(_ new: StreamReader) {
    lock.withLock {
      reader = new
      isPosted = false
      post()
    }
  }

  /// Forgets a stream, where it still is the subscriber's.
  func detach(_ exchange: UInt64, of loop: Loop) {
    lock.withLock {
      guard let reader, reader.exchange == exchange, reader.loop === loop else { return }
      self.reader = nil
      isPosted = false
    }
  }
}

/// Where the bytes of a stream go: an exchange or a connection of a loop, for as long as the loop
/// knows it.
struct StreamReader: Sendable {
  let loop: Loop
  let exchange: UInt64
}
