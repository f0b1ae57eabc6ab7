import Glibc

/// The host's control thread: what the ABI tags [main-thread] runs here, one closure at a time,
/// in the order in which it was given.
final class ControlThread: @unchecked Sendable {
  private struct Tick {
    let interval: UInt64
    var due: UInt64
    let holds: @Sendable () -> Bool
    let body: @Sendable () -> Void
  }

  private let clock: any HostClock
  private let lock = Lock()
  private let changed = Condition()
  /// Those who wait in `sync` share one condition: there are few.
  private let done = Condition()

  // Guarded by `lock`.
  private var queue = RingQueue<@Sendable () -> Void>()
  private var ticks: [Tick] = []
  private var thread: HostThread?
  private var stopping = false

  /// - Throws: where the system refuses the thread.
  init(clock: any HostClock) throws(ThreadError) {
    self.clock = clock
    // Plugins run `init` and `create` here, and may be deep: the usual stack of a main thread.
    let thread = try HostThread(name: "metis-control", stack: 8 << 20) { [self] in run() }
    lock.withLock { self.thread = thread }
    clock.whenMoved { [weak self] in self?.wake() }
  }

  /// Whether the caller runs on the control thread.
  var isCurrent: Bool { lock.withLock { thread?.isCurrent ?? false } }

  /// Queues `body`. False after `stop`: it is then not run.
  @discardableResult
  func async(_ body: @escaping @Sendable () -> Void) -> Bool {
    lock.withLock {
      guard !stopping else { return false }
      queue.append(body)
      changed.signal()
      return true
    }
  }

  /// Runs `body` on the control thread and waits for its result. Called from the control thread
  /// itself it runs at once, before what is queued; after `stop` it runs on the calling thread
  /// once the control thread has ended.
  func sync<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if isCurrent { return try body() }
    // The closure does not outlive this function: it waits for `outcome`.
    return try withoutActuallyEscaping(body) { (escaping) throws(Failure) -> Result in
      let turn = Turn(escaping)
      let queued = async { [self] in
        turn.run()
        lock.withLock {
          turn.isDone = true
          done.broadcast()
        }
      }
      if queued {
        lock.lock()
        while !turn.isDone { done.wait(lock) }
        lock.unlock()
      } else {
        lock.lock()
        while thread != nil { done.wait(lock) }
        lock.unlock()
        turn.run()
      }
      return try turn.take().get()
    }
  }

  /// Runs `body` every `interval` nanoseconds while `holds` is true, which is asked before each
  /// run; for the first time after one interval. A late tick is run once, not made up for.
  func every(
    _ interval: UInt64, while holds: @escaping @Sendable () -> Bool,
    perform body: @escaping @Sendable () -> Void
  ) {
    let due = clock.monotonic + interval
    lock.withLock {
      ticks.append(Tick(interval: max(1, interval), due: due, holds: holds, body: body))
      changed.signal()
    }
  }

  /// Refuses new closures, runs those that wait, ends the thread and waits for it. Ticks end.
  /// Not from the control thread.
  func stop() {
    let thread = lock.withLock { () -> HostThread? in
      stopping = true
      changed.signal()
      return self.thread
    }
    guard let thread else { return }
    precondition(!thread.isCurrent, "the control thread cannot wait for its own end")
    thread.join()
    lock.withLock {
      self.thread = nil
      done.broadcast()
    }
  }

  private func wake() { lock.withLock { changed.signal() } }

  private func run() {
    lock.lock()
    // A tick that is always due must not starve the queue: they take turns.
    var ticked = false
    while true {
      if !ticked || queue.isEmpty, let tick = takeDueTick() {
        ticked = true
        lock.unlock()
        let holds = tick.holds()
        if holds { tick.body() }
        lock.lock()
        if holds { ticks.append(tick) }
      } else if !queue.isEmpty {
        ticked = false
        var body = queue.popFirst()
        lock.unlock()
        body?()
        // Its captures are released here: what they run must not meet the lock.
        body = nil
        lock.lock()
      } else if stopping {
        break
      } else {
        clock.wait(changed, lock, until: ticks.map(\.due).min())
      }
    }
    ticks = []
    lock.unlock()
  }

  /// With the lock held: a tick that is due, out of the list, with its next time.
  private func takeDueTick() -> Tick? {
    if ticks.isEmpty || stopping { return nil }
    let now = clock.monotonic
    guard let index = ticks.firstIndex(where: { $0.due <= now }) else { return nil }
    var tick = ticks.remove(at: index)
    let next = tick.due + tick.interval
    tick.due = next > now ? next : now + tick.interval
    return tick
  }
}

/// A closure on its way to another thread and its result on the way back. The lock of the
/// control thread orders the accesses.
private final class Turn<Result, Failure: Error>: @unchecked Sendable {
  /// Nil once it ran: `withoutActuallyEscaping` demands that no copy is left when `sync` returns,
  /// while the queue's closure may still hold this object.
  private var body: (() throws(Failure) -> Result)?
  private var outcome: Swift.Result<Result, Failure>?
  var isDone = false

  init(_ body: @escaping () throws(Failure) -> Result) { self.body = body }

  func run() {
    let body = self.body.take()!
    do throws(Failure) { outcome = .success(try body()) } catch { outcome = .failure(error) }
  }

  func take() -> Swift.Result<Result, Failure> { outcome.take()! }
}
