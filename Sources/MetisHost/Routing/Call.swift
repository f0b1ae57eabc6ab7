import JSON
import MCP
import MetisPluginAPI
import Synchronization

/// One call of a strategy, from its start to its end; reused for the next one.
///
/// Names: a call is known to plugins by a token (generation, table, place) that is never used
/// again. Threads: whoever moves ``state`` from open to ended owns ``outcome`` and ``buffer`` until
/// it has handed the call to its loop; everything else belongs to the loop.
final class Call: @unchecked Sendable {
  /// How a call ended.
  enum Outcome {
    case none
    /// The text is in ``Call/buffer``.
    case completed(shape: UInt32)
    /// The text is the plugin's until `release` has run.
    case owned(shape: UInt32, body: metis_slice_v1, release: Release)
    case failed(MCPError)
    /// A tool's own failure: a result with `isError`.
    case refused(String)
    case cancelled
    /// The strategy asks its client; the call goes on with the answers, or is sent again.
    case asked(AskedInput)
  }

  /// Gives memory back to the plugin that owns it; once.
  struct Release {
    let function: @convention(c) (UnsafeMutableRawPointer?) -> Void
    let owner: UnsafeMutableRawPointer?
    func callAsFunction() { function(owner) }
  }

  /// Where the answer goes.
  enum Answerer {
    /// An exchange of HTTP, or a framed connection.
    case exchange(UInt64, isFrame: Bool)
    /// Another strategy, by `metis.host.call/1`.
    case strategy(metis_call_done_v1, UnsafeMutableRawPointer?)
    /// A task of the process's task table: its client asks for the end.
    case task(UInt64)
    /// An open batch of the loop (2025-03-26), and the place of the answer in it.
    case batch(UInt64, place: Int)

    /// Whether the answer is one frame of a connection.
    var isFrame: Bool {
      if case .exchange(_, isFrame: true) = self { true } else { false }
    }

    /// Whether the answer has to be one line: a frame, or a part of a batch, which may become one.
    var isLine: Bool {
      switch self {
      case .exchange(_, let isFrame): isFrame
      case .batch: true
      case .strategy, .task: false
      }
    }
  }

  /// `state`: the token's generation above, the phase in the lowest byte.
  enum Phase {
    static let free: UInt64 = 0
    static let open: UInt64 = 1
    static let ended: UInt64 = 2
  }

  let state = Atomic<UInt64>(Phase.free)
  let table: CallTable
  let place: Int

  var outcome = Outcome.none
  /// Guards ``buffer`` and ``contextText`` where the strategy may run on another thread than the
  /// loop: both are lent to it, and the loop may end the call meanwhile.
  let lending = Lock()
  var buffer = GrowableBuffer()
  /// The JSON of `context()`, made on demand; kept until the call ends.
  var contextText: [UInt8] = []

  // From here on: the loop's.
  var token: UInt64 = 0
  var answerer = Answerer.exchange(0, isFrame: false)
  var revision = ProtocolRevision.newest
  /// The request's id as raw JSON: borrowed while the request is being received, else in `kept`.
  var id = UnsafeRawBufferPointer(start: nil, count: 0)
  /// `params._meta`, like ``id``.
  var meta = UnsafeRawBufferPointer(start: nil, count: 0)
  var progressToken = UnsafeRawBufferPointer(start: nil, count: 0)
  /// What the strategy was called with, like ``id``: it is called with the same when it resumes.
  var name = UnsafeRawBufferPointer(start: nil, count: 0)
  var arguments = UnsafeRawBufferPointer(start: nil, count: 0)
  var seed: UInt64 = 0
  var ordinal: UInt64 = 0
  var logLevel: MCP.LogLevel?
  var target: Unmanaged<Target>?
  var instances: Unmanaged<InstanceSet>?
  var instance: Instance?
  /// The request's entry in the loop's journal, 0: none; and what is noted there at the end.
  var entry: UInt64 = 0
  var noted = JournalRing.Outcome.ok
  var notedCode: Int32 = 0
  /// The URI that was asked for; empty for other kinds than resources.
  var requested: [UInt8] = []
  var principal: [UInt8] = []
  var session: Session?
  /// CLOCK_MONOTONIC, ns; 0: none, as the strategy ends its calls before it returns.
  var deadline: UInt64 = 0
  /// The end of the task that the call is, in place of its target's time; 0: it is none.
  var taskDeadline: UInt64 = 0
  /// How many calls through `metis.host.call/1` stand above this one.
  var nesting = 0
  /// The strategy may use the call on other threads than the loop's: set before it is called.
  var isShared = false
  /// The call has returned to the loop without an end: ``kept`` owns what was borrowed and the
  /// instance set counts it.
  var isPending = false
  /// The session knows the call by its request id.
  var isRegistered = false
  /// A stream was begun for this exchange.
  var isStreaming = false
  /// Content blocks that were emitted before the end, each one JSON object.
  var emitted: [[UInt8]] = []
  /// Owned copies of what was borrowed from the request.
  var kept: [UInt8] = []
  /// Bytes of ``emitted``.
  var emittedBytes = 0
  /// What this call has in common with the ones before that asked for input (2026-07-28).
  var chain: CallChain?
  /// The call waits for answers of its client. No strategy knows its token then.
  var suspension: Suspension?
  /// Calls through `metis.host.call/1` that were opened for this one; some have ended.
  var inner: [UInt64] = []
  let cancellation = Cancellation()
  /// How far its emissions have got, where it emits from other threads; under ``lending``.
  var flow: Flow?

  init(table: CallTable, place: Int) {
    self.table = table
    self.place = place
  }

  /// Ends the call for whoever gets here first. [any-thread]
  @inline(__always)
  func claim(_ token: UInt64) -> Bool {
    let generation = (token >> 32) << 8
    return state.compareExchange(
      expected: generation | Phase.open, desired: generation | Phase.ended,
      ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Ends the call from outside, while its strategy may be at work on it. What the strategy borrowed
  /// is put aside for it: a late write must not meet the next call's memory. [loop-thread]
  func seize(_ token: UInt64) -> Bool {
    lending.withLock {
      guard claim(token) else { return false }
      if isShared, buffer.isLent || !contextText.isEmpty, let instances {
        var lent = GrowableBuffer()
        swap(&buffer, &lent)
        let owner = ObjectIdentifier(instances.takeUnretainedValue())
        LateMemory.keep(token, LateMemory(lent, contextText, owner: owner))
        contextText = []
      }
      return true
    }
  }

  /// Runs `body` where the call is open and nobody else can end it meanwhile; nil after its end.
  /// `isLoop`: the caller is the loop. [any-thread]
  @inline(__always)
  func whileOpen<Result>(_ token: UInt64, isLoop: Bool, _ body: () -> Result) -> Result? {
    if isLoop, !isShared { return isOpen(token) ? body() : nil }
    return lending.withLock { isOpen(token) ? body() : nil }
  }

  /// Whether the call that `token` names is still open. [any-thread]
  @inline(__always)
  func isOpen(_ token: UInt64) -> Bool {
    state.load(ordering: .acquiring) == (token >> 32) << 8 | Phase.open
  }

  /// Whether the call that `token` names has ended and its answer is on the way. [loop-thread]
  @inline(__always)
  func isClosed(_ token: UInt64) -> Bool {
    let word = state.load(ordering: .acquiring)
    return word >> 8 != token >> 32 || word & 0xFF == Phase.free
  }

  /// Copies what is borrowed from the message, because the call outlives it. [loop-thread]
  func keep() {
    kept.removeAll(keepingCapacity: true)
    kept.reserveCapacity(
      id.count + meta.count + progressToken.count + name.count + arguments.count)
    let idRange = keep(id)
    let metaRange = keep(meta)
    let tokenRange = keep(progressToken)
    let nameRange = keep(name)
    let argumentsRange = keep(arguments)
    // The array is not changed again before the call ends, so its storage stays where it is.
    kept.withUnsafeBytes { bytes in
      id = UnsafeRawBufferPointer(rebasing: bytes[idRange])
      meta = UnsafeRawBufferPointer(rebasing: bytes[metaRange])
      progressToken = UnsafeRawBufferPointer(rebasing: bytes[tokenRange])
      name = UnsafeRawBufferPointer(rebasing: bytes[nameRange])
      arguments = UnsafeRawBufferPointer(rebasing: bytes[argumentsRange])
    }
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) -> Range<Int> {
    let start = kept.count
    kept.append(contentsOf: bytes)
    return start..<kept.count
  }

  /// Notes a call that was opened for this one. [loop-thread]
  func opened(_ token: UInt64) {
    if inner.count >= 64, inner.count.nonzeroBitCount == 1 {
      inner.removeAll { token in
        CallDirectory.find(token)?._withUnsafeGuaranteedRef { !$0.isOpen(token) } ?? true
      }
    }
    inner.append(token)
  }

  /// Opens a call that its strategy has ended again, under a token that nobody knows yet.
  /// [loop-thread]
  func reopen() {
    buffer.removeAll()
    // Who waits for the reader waits under the token that has ended.
    if isShared || flow != nil { endFlow() }
    contextText.removeAll()
    emitted.removeAll()
    emittedBytes = 0
    cancellation.reset(isShared: isShared)
    outcome = .none
    let generation = ((token >> 32) &+ 1) & 0xFFFF_FFFF
    token = generation << 32 | token & 0xFFFF_FFFF
    state.store(generation << 8 | Phase.open, ordering: .releasing)
  }
}

extension Call {
  /// What its target is. [loop-thread]
  @inline(__always)
  var kind: Target.Kind { target?._withUnsafeGuaranteedRef { $0.kind } ?? .tool }

  /// Whether a result that the host shaped has to be looked at again. [loop-thread]
  @inline(__always)
  var needsScan: Bool {
    target?._withUnsafeGuaranteedRef { $0.checksOutput || $0.kind != .tool } ?? false
  }

  /// Forgets what one call left, for the next one. [loop-thread]
  func reset() {
    buffer.removeAll()
    if isShared || flow != nil { endFlow() }
    cancellation.reset(isShared: isShared)
    isShared = false
    if session != nil { session = nil }
    if isStreaming { isStreaming = false }
    if !emitted.isEmpty {
      emitted.removeAll()
      emittedBytes = 0
    }
    if !contextText.isEmpty { contextText.removeAll() }
    if !principal.isEmpty { principal.removeAll() }
    if !requested.isEmpty { requested.removeAll() }
    entry = 0
    noted = .ok
    // A call of a strategy sets none of these: what they point at is gone.
    id = UnsafeRawBufferPointer(start: nil, count: 0)
    meta = UnsafeRawBufferPointer(start: nil, count: 0)
    progressToken = UnsafeRawBufferPointer(start: nil, count: 0)
    name = UnsafeRawBufferPointer(start: nil, count: 0)
    arguments = UnsafeRawBufferPointer(start: nil, count: 0)
    logLevel = nil
    deadline = 0
    taskDeadline = 0
    if chain != nil { chain = nil }
    if suspension != nil { suspension = nil }
    if !inner.isEmpty { inner.removeAll() }
  }
}

/// Whether a call was cancelled and whom to tell: read and set from any thread.
final class Cancellation: @unchecked Sendable {
  private let lock = Lock()
  private let flag = Atomic<Bool>(false)
  private var callback: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  private var context: UnsafeMutableRawPointer?

  /// The call was cancelled.
  var isCancelled: Bool { flag.load(ordering: .acquiring) }

  /// Forgets everything, for the next call. `isShared`: another thread may be in ``notify``.
  func reset(isShared: Bool) {
    guard isShared || isCancelled || callback != nil else { return }
    lock.withLock {
      flag.store(false, ordering: .releasing)
      callback = nil
      context = nil
    }
  }

  /// Remembers whom to tell; tells at once where it has happened already. False where `isOpen` no
  /// longer holds: the call has ended, and this may be another one's by now.
  func notify(
    _ function: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void,
    _ user: UnsafeMutableRawPointer?, while isOpen: () -> Bool
  ) -> Bool {
    lock.withLock {
      guard isOpen() else { return false }
      callback = function
      context = user
      return true
    }
  }

  /// Marks the call as cancelled and tells, once.
  func cancel() {
    let (function, user) = lock.withLock {
      flag.store(true, ordering: .releasing)
      let found = (callback, context)
      callback = nil
      return found
    }
    function?(user)
  }
}
