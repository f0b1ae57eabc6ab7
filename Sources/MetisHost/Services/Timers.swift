import Glibc

/// One thread that runs callbacks when their time has come.
///
/// The thread starts with the first timer. A callback runs without the lock: it may make and
/// cancel timers, but must not block, since all others wait for it. Every timer has an owner,
/// whose timers can be ended together.
final class Timers: @unchecked Sendable {
  /// Timers that one owner may have waiting.
  static let limitPerOwner = 100_000

  /// Who made a timer. Numbers are not used again.
  typealias Owner = UInt32

  /// How `cancel` ended.
  enum Cancellation: Equatable, Sendable {
    /// The callback will not run.
    case cancelled
    /// It ran, is running, was cancelled already, or the number is another owner's.
    case late
  }

  private let clock: any HostClock
  private let lock = Lock()
  /// The thread waits here for the earliest time, a new earliest timer or the end.
  private let changed = Condition()
  /// Those who end an owner's timers wait here for its running callback.
  private let idle = Condition()

  // Guarded by `lock`.
  private var heap = TimerHeap()
  private var waiting: [Owner: Int] = [:]
  private var lastOwner: Owner = 0
  private var running: Owner?
  private var thread: HostThread?
  private var stopped = false

  init(clock: any HostClock) {
    self.clock = clock
    clock.whenMoved { [weak self] in self?.wake() }
  }

  /// A new owner. Give it back with `endOwner`.
  func makeOwner() -> Owner {
    lock.withLock {
      lastOwner += 1
      waiting[lastOwner] = 0
      return lastOwner
    }
  }

  /// Runs `work` once after `delay` nanoseconds. Nil at the owner's limit, after its end, after
  /// `stop`, and where the system refuses the thread.
  func after(_ delay: UInt64, owner: Owner, _ work: TimerHeap.Work) -> UInt64? {
    let (sum, overflow) = clock.monotonic.addingReportingOverflow(delay)
    let due = overflow ? UInt64.max : sum
    return lock.withLock { () -> UInt64? in
      guard !stopped, let count = waiting[owner], count < Self.limitPerOwner, startThread() else {
        return nil
      }
      waiting[owner] = count + 1
      let earliest = heap.earliest
      let number = heap.insert(due: due, owner: owner, work)
      if earliest.map({ due < $0 }) ?? true { changed.signal() }
      return number
    }
  }

  /// Runs a closure once after `delay` nanoseconds; see the other `after`.
  func after(_ delay: UInt64, owner: Owner, _ body: @escaping @Sendable () -> Void) -> UInt64? {
    after(delay, owner: owner, .closure(body))
  }

  func cancel(_ number: UInt64, owner: Owner) -> Cancellation {
    // The timer is returned out of the lock: releasing its closure may run any code.
    let timer = lock.withLock { () -> TimerHeap.Timer? in
      guard let timer = heap.remove(number, owner: owner) else { return nil }
      waiting[owner]? -= 1
      return timer
    }
    return timer == nil ? .late : .cancelled
  }

  /// Cancels all timers of `owner` and refuses new ones. When it returns no callback of the owner
  /// runs or will run, except the one that it was called from.
  func endOwner(_ owner: Owner) {
    lock.lock()
    waiting[owner] = nil
    let timers = heap.removeAll(owner: owner)
    if thread?.isCurrent != true {
      while running == owner { idle.wait(lock) }
    }
    lock.unlock()
    withExtendedLifetime(timers) {}
  }

  /// Timers that wait, of all owners.
  var count: Int { lock.withLock { heap.count } }

  /// Ends the thread; timers that still wait never run. Not from a callback.
  func stop() {
    let thread = lock.withLock { () -> HostThread? in
      stopped = true
      changed.signal()
      defer { self.thread = nil }
      return self.thread
    }
    thread?.join()
  }

  private func wake() { lock.withLock { changed.signal() } }

  /// With the lock held.
  private func startThread() -> Bool {
    if thread != nil { return true }
    thread = try? HostThread(name: "metis-timer") { [self] in run() }
    return thread != nil
  }

  private func run() {
    lock.lock()
    while !stopped {
      var timer = heap.popDue(clock.monotonic)
      guard let owner = timer?.owner else {
        clock.wait(changed, lock, until: heap.earliest)
        continue
      }
      waiting[owner]? -= 1
      running = owner
      lock.unlock()
      switch timer?.work {
      case .function(let function, let user): function(user)
      case .closure(let body): body()
      case nil: break
      }
      // What a closure holds is released here: what that runs must not meet the lock.
      timer = nil
      lock.lock()
      running = nil
      idle.broadcast()
    }
    lock.unlock()
  }
}
