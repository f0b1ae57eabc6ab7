import Synchronization

/// What the loops of an instance and its main thread share. Off the request path.
final class ServerState: Sendable {
  /// One hold for each loop that has not heard of the drain, and one for each connection: the
  /// instance is drained when none is left.
  private let holds: Atomic<Int>
  private let loops: Int
  private let maxConnections: Int
  /// Bytes of requests and messages that are not complete.
  private let heldBytes = Atomic<Int>(0)
  private let heldLimit: Int
  private let drainDeadline = Atomic<UInt64>(0)
  private let idleEnds = Atomic<Bool>(false)
  private let stopped = Atomic<Bool>(false)

  init(loops: Int, maxConnections: Int, heldLimit: Int) {
    holds = Atomic(loops)
    self.heldLimit = heldLimit
    self.loops = loops
    self.maxConnections = maxConnections
  }

  /// Takes a place for a connection; false where all are taken. [loop-thread]
  func enter() -> Bool {
    let before = holds.wrappingAdd(1, ordering: .relaxed).oldValue
    if before - loops < maxConnections { return true }
    holds.wrappingSubtract(1, ordering: .relaxed)
    return false
  }

  /// Gives a hold back; true for the last one of a draining instance. [loop-thread]
  func leave() -> Bool {
    holds.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }

  /// Takes room for `more` bytes of what is incomplete; false where there is none. [loop-thread]
  func hold(_ more: Int) -> Bool {
    if heldBytes.wrappingAdd(more, ordering: .relaxed).newValue <= heldLimit { return true }
    heldBytes.wrappingSubtract(more, ordering: .relaxed)
    return false
  }

  /// Gives room back. [loop-thread]
  func release(_ bytes: Int) { heldBytes.wrappingSubtract(bytes, ordering: .relaxed) }

  /// When a drain must have ended, in ns of CLOCK_MONOTONIC; 0 while there is none.
  var drain: UInt64 { drainDeadline.load(ordering: .acquiring) }

  /// Begins the drain; at most the first call counts. [main-thread]
  func beginDrain(_ deadline: UInt64, closesIdle: Bool) {
    if closesIdle { idleEnds.store(true, ordering: .releasing) }
    _ = drainDeadline.compareExchange(
      expected: 0, desired: max(deadline, 1), ordering: .acquiringAndReleasing)
  }

  /// Whether a drain closes idle connections at once.
  var closesIdle: Bool { idleEnds.load(ordering: .acquiring) }

  /// Whether the loops are to end at once.
  var isStopped: Bool { stopped.load(ordering: .acquiring) }

  /// Ends the loops. [main-thread]
  func stop() { stopped.store(true, ordering: .releasing) }
}
