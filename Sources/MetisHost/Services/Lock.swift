import Glibc

/// A pthread mutex in memory that never moves.
///
/// The host locks with pthread alone: ThreadSanitizer knows its happens-before edges, while it
/// reports false races around `Synchronization.Mutex`, which waits on a futex of its own.
struct Lock: ~Copyable, @unchecked Sendable {
  fileprivate let mutex: UnsafeMutablePointer<pthread_mutex_t>

  init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    let code = pthread_mutex_init(mutex, nil)
    precondition(code == 0, "pthread_mutex_init failed with \(code)")
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }

  func unlock() { pthread_mutex_unlock(mutex) }

  /// Runs `body` with the lock held. Not recursive.
  @inline(__always)
  func withLock<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}

/// A pthread condition variable that measures its deadlines with CLOCK_MONOTONIC.
struct Condition: ~Copyable, @unchecked Sendable {
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  init() {
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    let code = pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
    precondition(code == 0, "pthread_cond_init failed with \(code)")
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
  }

  /// Waits for a signal; `lock` is held before and after. May wake without one.
  func wait(_ lock: borrowing Lock) { pthread_cond_wait(condition, lock.mutex) }

  /// Waits for a signal until `deadline` (CLOCK_MONOTONIC, ns). False where the time has passed.
  @discardableResult
  func wait(_ lock: borrowing Lock, until deadline: UInt64) -> Bool {
    // A time beyond 2^62 ns (146 years) is none: time_t would overflow below.
    if deadline > 1 << 62 {
      wait(lock)
      return true
    }
    var time = timespec(
      tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    return pthread_cond_timedwait(condition, lock.mutex, &time) != ETIMEDOUT
  }

  func signal() { pthread_cond_signal(condition) }

  func broadcast() { pthread_cond_broadcast(condition) }
}

/// A value that is reached only with its lock held.
final class Locked<Value>: @unchecked Sendable {
  private let lock = Lock()
  private var value: Value

  init(_ value: sending Value) { self.value = value }

  @inline(__always)
  func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
