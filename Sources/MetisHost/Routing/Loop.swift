import Glibc
import JSON
import MCP
import MetisPluginAPI
import Synchronization

/// The host's side of one event loop of a transport: everything of an exchange happens here, on
/// the loop's own thread.
///
/// Other threads reach it through ``post(_:)`` alone. The request path is: ``receive(_:)`` →
/// `HTTPRules` or `FrameRules` → `Requests` → `ToolCalls` → the strategy → `Answers`.
final class Loop: @unchecked Sendable {
  /// Lives until the loop has detached.
  unowned(unsafe) let door: Door
  let number: Int
  let core: HostCore
  let calls: CallTable
  private let epoch: EpochSlot
  private let thread: pthread_t
  /// Of the stateless era.
  let modern = RevisionTraits.of(.july2026)

  // Posted by other threads.
  private let lock = Lock()
  private var posts: [Post] = []
  private let hasPosts = Atomic<Bool>(false)
  /// The loop is gone. Under `lock`.
  private var isDetached = false

  // The loop's own.
  /// How many calls of the host are on the loop's stack: only the outermost enters the epoch.
  private var depth = 0
  /// What is visible to the message in hand.
  private(set) var snapshot: Unmanaged<Snapshot>
  var deadlines = DeadlineHeap()
  /// What the snapshot in hand settles.
  private(set) var settings: LoopSettings
  /// Exchanges that wait for an answer or are open streams.
  var open: [UInt64: OpenExchange] = [:]
  /// Connections that last, by their numbers.
  var connections: [UInt64: Connection] = [:]
  /// Event streams that exchanges of this loop read.
  var streams: [UInt64: MessageStream] = [:]
  /// Event streams that calls and batches of this loop write, by the exchange that asked; in the
  /// handshake era a call goes on when that one is gone.
  var answering: [UInt64: MessageStream] = [:]
  /// Streams whose readers are behind.
  var behind: [UInt64: MessageStream] = [:]
  /// Batches that wait for answers.
  var batches: [UInt64: OpenBatch] = [:]
  var lastBatch: UInt64 = 0
  /// The part of the emission in hand in its call's flow.
  var charge: FlowCharge?
  /// Somebody replaces the door: connections end when they are idle.
  var isDraining = false
  /// When the streams are looked after next, CLOCK_MONOTONIC ns.
  var nextCare = UInt64.max
  /// When the next keep-alive comments are due.
  var nextKeepAlive = UInt64.max
  /// The parameters of the message in hand; slices of its bytes.
  let parameters: UnsafeMutablePointer<RequestParameters>
  /// What ``parameters`` are before a message is read: copied as bytes, since they hold no reference.
  let noParameters: UnsafePointer<RequestParameters>
  private(set) var knownMeta: UnsafeMutablePointer<KnownMeta>
  /// Reused for every answer.
  var scratch: [UInt8] = []
  /// Nil where nothing is kept.
  var journal: Unmanaged<JournalRing>?
  /// The entry in ``journal`` of the request in hand; 0: none, or its call has it.
  var entry: UInt64 = 0
  let parts: UnsafeMutablePointer<metis_slice_v1>
  let fields: UnsafeMutablePointer<metis_field_v1>

  static let maximumParts = 16
  static let maximumFields = 8

  /// What another thread wants done here.
  enum Post {
    /// A call has ended; its outcome is in the call.
    case ended(Unmanaged<Call>, token: UInt64)
    /// A call emitted something.
    case emitted(token: UInt64, kind: UInt32, json: [UInt8], charge: FlowCharge)
    /// A call is to be cancelled.
    case cancel(token: UInt64)
    /// The end of a stream that an exchange reads.
    case finish(exchange: UInt64)
    /// A strategy calls a target from another thread.
    case inner(InnerCall)
    /// Anything else.
    case run(@Sendable (Loop) -> Void)
  }

  /// What an exchange is, while it is open.
  enum OpenExchange {
    case call(token: UInt64)
    /// GET of a session.
    case reader(Session)
    /// `subscriptions/listen`.
    case listen(Subscriber)
    case admin
  }

  /// Introduces the calling thread; nil where there are too many loops. [loop-thread]
  init?(door: Door, number: Int, core: HostCore) {
    guard let epoch = core.epochs.join() else { return nil }
    guard let calls = CallDirectory.join() else {
      epoch.leave()
      return nil
    }
    self.door = door
    self.number = number
    self.core = core
    self.calls = calls
    self.epoch = epoch
    thread = pthread_self()
    snapshot = core.currentSnapshot
    settings = LoopSettings(hosts: core.hosts)
    knownMeta = .allocate(capacity: 1)
    knownMeta.initialize(to: KnownMeta())
    parameters = .allocate(capacity: 1)
    parameters.initialize(to: RequestParameters(known: knownMeta))
    let blank = UnsafeMutablePointer<RequestParameters>.allocate(capacity: 1)
    blank.initialize(to: RequestParameters(known: knownMeta))
    noParameters = UnsafePointer(blank)
    parts = .allocate(capacity: Loop.maximumParts)
    fields = .allocate(capacity: Loop.maximumFields)
    // For ever: a plugin's thread may be on its way here long after the loop has ended.
    calls.adopt(Unmanaged.passRetained(self))
    if door.kind == .mcp { journal = core.journal.join(self) }
  }

  /// Whether the calling thread is this loop's.
  @inline(__always)
  var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

  /// CLOCK_MONOTONIC, ns.
  @inline(__always)
  var now: UInt64 { core.clock.monotonic }

  /// Runs `body` with a snapshot that stays until it returns.
  @inline(__always)
  func entered<Result>(_ body: () -> Result) -> Result {
    if depth == 0 {
      epoch.enter()
      snapshot = core.currentSnapshot
      if snapshot._withUnsafeGuaranteedRef({ $0.number }) != settings.number { adopt() }
    }
    depth += 1
    defer {
      depth -= 1
      if depth == 0 { epoch.exit() }
    }
    return body()
  }

  /// Reads what another snapshot settles.
  @inline(never)
  private func adopt() {
    settings = snapshot._withUnsafeGuaranteedRef {
      LoopSettings(
        $0.settings, $0.encoded.server.capabilities, number: $0.number, derived: core.hosts,
        budget: core.replay)
    }
  }

  // MARK: From the transport

  /// A message came in. [loop-thread]
  @inline(__always)
  func receive(_ message: UnsafePointer<metis_message_v1>) {
    entered {
      switch door.kind {
      case .mcp:
        if message.pointee.kind == METIS_MESSAGE_HTTP {
          receiveHTTP(message)
        } else {
          receiveFrame(message)
        }
      case .admin: receiveAdmin(message)
      }
    }
  }

  /// The peer is gone. [loop-thread]
  func closed(_ exchange: UInt64) { entered { vanish(exchange) } }

  /// A slow reader has caught up. [loop-thread]
  func writable(_ exchange: UInt64) { entered { resumeStream(exchange) } }

  /// Runs what was posted and what is due; returns when to come back. [loop-thread]
  @inline(__always)
  func poll(_ now: UInt64) -> UInt64 {
    if hasPosts.load(ordering: .relaxed) || deadlines.next <= now || nextCare <= now {
      runDue(now)
    }
    return min(deadlines.next, nextCare)
  }

  private func runDue(_ now: UInt64) {
    entered {
      if hasPosts.exchange(false, ordering: .acquiring) {
        let batch = lock.withLock {
          let taken = posts
          posts = []
          return taken
        }
        for post in batch { run(post) }
      }
      while let token = deadlines.popDue(now) { expire(token) }
      if nextCare <= now { careForStreams(now) }
    }
  }

  private func run(_ post: Post) {
    switch post {
    case .ended(let call, let token): finishPosted(call, token)
    case .emitted(let token, let kind, let json, let charge):
      emitPosted(token, kind, json, charge)
    case .cancel(let token): cancelCall(token)
    case .finish(let exchange): finishStream(exchange)
    case .inner(let call): call.run(on: self)
    case .run(let body): body(self)
    }
  }

  // MARK: From other threads

  /// Hands work to the loop and wakes it. [any-thread]
  func post(_ post: Post) {
    let isTaken = lock.withLock {
      if !isDetached { posts.append(post) }
      return !isDetached
    }
    if !isTaken {
      bury(post)
    } else if !hasPosts.exchange(true, ordering: .releasing) {
      lock.withLock { if !isDetached { door.wake(number) } }
    }
  }

  /// A post that finds its loop gone: an ended call gives back what it holds, and a strategy that
  /// waits for another one is told. Without the lock: both run code of plugins.
  private func bury(_ post: Post) {
    switch post {
    case .inner(let inner): inner.fail(METIS_LATE)
    case .ended(let opened, _):
      opened._withUnsafeGuaranteedRef { call in
        switch call.answerer {
        case .strategy, .task: answerCancelled(call)
        case .exchange, .batch: break
        }
        release(call)
      }
      let isLast = lock.withLock {
        calls.close(opened)
        return calls.openCount == 0
      }
      if isLast { CallDirectory.leave(calls) }
    case .emitted(_, _, _, let charge): charge.release()
    case .cancel, .finish, .run: break
    }
  }

  /// The thread ends: open calls are cancelled, the calls' table goes back. [loop-thread]
  func detach() {
    entered {
      for token in calls.openTokens { peerVanished(token) }
      for exchange in Array(open.keys) + Array(streams.keys) + Array(connections.keys) {
        vanish(exchange)
      }
      open = [:]
      answering = [:]
      batches = [:]
    }
    runDue(now)
    // What was posted may have opened calls again, which wait for clients that are gone.
    entered { for token in calls.openTokens { peerVanished(token) } }
    deadlines = DeadlineHeap()
    // A plugin may have ended a call that it has not posted yet: the table goes back with the
    // last of them.
    let (late, isLast) = lock.withLock {
      isDetached = true
      let late = posts
      posts = []
      return (late, calls.openCount == 0)
    }
    core.journal.leave(self)
    epoch.leave()
    if isLast { CallDirectory.leave(calls) }
    for post in late { bury(post) }
  }
}
