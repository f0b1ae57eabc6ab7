import Glibc

/// Time as the host and its plugins see it: injected, so that tests and snapshots are exact.
protocol HostClock: AnyObject, Sendable {
  /// CLOCK_MONOTONIC in nanoseconds.
  var monotonic: UInt64 { get }

  /// Nanoseconds since 1970-01-01T00:00:00Z.
  var wall: Int64 { get }

  /// Waits on `condition` until a signal comes or `instant` is reached; nil waits for a signal.
  /// May wake early: the caller looks at the clock again.
  func wait(_ condition: borrowing Condition, _ lock: borrowing Lock, until instant: UInt64?)

  /// Runs `wake` whenever the clock is moved by hand.
  func whenMoved(_ wake: @escaping @Sendable () -> Void)
}

/// The clock of the machine.
final class SystemClock: HostClock {
  init() {}

  var monotonic: UInt64 {
    monotonicNanoseconds()
  }

  var wall: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  func wait(_ condition: borrowing Condition, _ lock: borrowing Lock, until instant: UInt64?) {
    if let instant { condition.wait(lock, until: instant) } else { condition.wait(lock) }
  }

  func whenMoved(_ wake: @escaping @Sendable () -> Void) {}
}

/// A clock that stands still until it is moved.
final class ManualClock: HostClock, @unchecked Sendable {
  private let lock = Lock()
  private var monotonicNow: UInt64
  private var wallNow: Int64
  private var observers: [@Sendable () -> Void] = []

  init(monotonic: UInt64 = 1_000_000_000, wall: Int64 = 0) {
    monotonicNow = monotonic
    wallNow = wall
  }

  var monotonic: UInt64 { lock.withLock { monotonicNow } }

  var wall: Int64 { lock.withLock { wallNow } }

  /// Moves both times forward and wakes who waits for them.
  func advance(_ nanoseconds: UInt64) {
    let wakes = lock.withLock {
      monotonicNow += nanoseconds
      wallNow += Int64(nanoseconds)
      return observers
    }
    for wake in wakes { wake() }
  }

  func wait(_ condition: borrowing Condition, _ lock: borrowing Lock, until instant: UInt64?) {
    condition.wait(lock)
  }

  func whenMoved(_ wake: @escaping @Sendable () -> Void) {
    lock.withLock { observers.append(wake) }
  }
}

/// CLOCK_MONOTONIC in nanoseconds.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
