import Glibc

/// A bounded pool of threads for strategies that may block.
///
/// Threads start when work waits and none is idle, up to a maximum, and end after a while without
/// work. Each has an index below the maximum, held by one thread at a time: an instance that is
/// not reentrant is chosen by it.
final class WorkerPool: @unchecked Sendable {
  /// Work, given the index of the worker that runs it.
  typealias Job = @Sendable (_ worker: Int) -> Void

  /// What a shutdown left behind.
  struct Shutdown: Equatable, Sendable {
    /// Jobs that never ran.
    var dropped: Int
    /// Threads that were still inside a job at the deadline; they end after it.
    var running: Int
  }

  /// Most threads at a time; worker indices are below it.
  let maximum: Int
  private let queueLimit: Int
  /// Nanoseconds.
  private let idleTime: UInt64
  private let clock = SystemClock()

  private let lock = Lock()
  private let work = Condition()
  private let ended = Condition()

  // Guarded by `lock`.
  private var queue = RingQueue<Job>()
  private var idle = 0
  private var threads = 0
  /// By index: whether a thread has it.
  private var taken: [Bool]
  private var closed = false

  /// - Parameters:
  ///   - maximum: nil takes four threads a core, and at least four.
  ///   - idleTime: nanoseconds after which a thread without work ends.
  init(
    maximum: Int? = nil, queueLimit: Int = 10_000, idleTime: UInt64 = 30_000_000_000
  ) {
    let count = max(1, maximum ?? max(4, sysconf(Int32(_SC_NPROCESSORS_ONLN)) * 4))
    self.maximum = count
    self.queueLimit = queueLimit
    self.idleTime = idleTime
    taken = Array(repeating: false, count: count)
  }

  /// Queues `job`. False where the queue is full, the pool is shut down, or no thread could be
  /// started: the job is then not run.
  func submit(_ job: @escaping Job) -> Bool {
    lock.withLock {
      guard !closed, queue.count < queueLimit else { return false }
      // Idle threads may have been signalled for earlier jobs already: compare with the queue.
      if queue.count >= idle && threads < maximum && !startThread() && threads == 0 {
        return false
      }
      queue.append(job)
      work.signal()
      return true
    }
  }

  /// Threads, those of them without work, and jobs that wait.
  var counts: (threads: Int, idle: Int, queued: Int) {
    lock.withLock { (threads, idle, queue.count) }
  }

  /// Refuses new jobs, runs those that wait, and returns when all threads have ended or at
  /// `deadline` (CLOCK_MONOTONIC, ns), at which the jobs that still wait are dropped. Not from a
  /// job.
  func shutdown(deadline: UInt64) -> Shutdown {
    lock.lock()
    closed = true
    work.broadcast()
    while threads > 0 {
      if !ended.wait(lock, until: deadline) { break }
    }
    let dropped = queue.removeAll()
    let result = Shutdown(dropped: dropped.count, running: threads)
    lock.unlock()
    withExtendedLifetime(dropped) {}
    return result
  }

  /// With the lock held.
  private func startThread() -> Bool {
    let index = taken.firstIndex(of: false)!
    do throws(ThreadError) {
      try HostThread.detach(name: "metis-worker-\(index)") { [self] in run(index) }
    } catch {
      return false
    }
    taken[index] = true
    threads += 1
    return true
  }

  private func run(_ index: Int) {
    lock.lock()
    while true {
      var job = queue.popFirst()
      if job != nil {
        lock.unlock()
        job?(index)
        // Its captures are released here: what they run must not meet the lock.
        job = nil
        lock.lock()
        continue
      }
      if closed { break }
      idle += 1
      let deadline = clock.monotonic + idleTime
      var expired = false
      while queue.isEmpty && !closed && !expired { expired = !work.wait(lock, until: deadline) }
      idle -= 1
      if expired && queue.isEmpty { break }
    }
    threads -= 1
    taken[index] = false
    ended.broadcast()
    lock.unlock()
  }
}

/// A first-in-first-out queue in one array that grows by doubling and never shrinks below 16.
struct RingQueue<Element> {
  private var places: [Element?] = Array(repeating: nil, count: 16)
  private var head = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ element: Element) {
    if count == places.count {
      let old = places
      places = Array(repeating: nil, count: old.count * 2)
      for index in 0..<count { places[index] = old[(head + index) % old.count] }
      head = 0
    }
    places[(head + count) % places.count] = element
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = places[head].take()
    head = (head + 1) % places.count
    count -= 1
    return element
  }

  mutating func removeAll() -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(count)
    while let element = popFirst() { elements.append(element) }
    return elements
  }
}
