import Foundation
import Testing

@testable import MetisHost

struct WorkerPoolTests {
  @Test func threadsStartLazilyUpToTheMaximum() {
    let pool = WorkerPool(maximum: 3, queueLimit: 2)
    #expect(pool.counts.threads == 0)
    let go = Gate()
    let running = Tally()
    let seen = Locked<[Int]>([])
    for count in 1...3 {
      #expect(
        pool.submit { index in
          seen.withLock { $0.append(index) }
          running.add()
          go.wait()
        })
      #expect(eventually { running.value == count })
      #expect(pool.counts.threads == count)
    }
    #expect(seen.withLock { $0.sorted() } == [0, 1, 2])
    #expect(pool.submit { _ in running.add() })
    #expect(pool.submit { _ in running.add() })
    #expect(!pool.submit { _ in running.add(100) })
    #expect(pool.counts.queued == 2)
    go.open()
    #expect(pool.shutdown(deadline: inSeconds(10)) == .init(dropped: 0, running: 0))
    #expect(running.value == 5)
    #expect(!pool.submit { _ in })
  }

  @Test func idleThreadsAreUsedAgainAndEnd() {
    let pool = WorkerPool(maximum: 4, idleTime: 50_000_000)
    let ran = Tally()
    for count in 1...20 {
      #expect(pool.submit { _ in ran.add() })
      #expect(eventually { ran.value == count && pool.counts.idle > 0 })
    }
    #expect(pool.counts.threads == 1)
    #expect(eventually { pool.counts.threads == 0 })
    #expect(pool.submit { _ in ran.add() })
    #expect(eventually { ran.value == 21 })
    #expect(pool.shutdown(deadline: inSeconds(10)) == .init(dropped: 0, running: 0))
  }

  @Test func theLowestFreeIndexIsUsedAgain() {
    let pool = WorkerPool(maximum: 4, idleTime: 1_000_000)
    let first = Gate()
    let second = Gate()
    let seen = Locked<[Int]>([])
    for (count, gate) in [(1, first), (2, second)] {
      #expect(
        pool.submit { index in
          seen.withLock { $0.append(index) }
          gate.wait()
        })
      #expect(eventually { seen.withLock { $0.count } == count })
    }
    first.open()
    #expect(eventually { pool.counts.threads == 1 })
    #expect(pool.submit { index in seen.withLock { $0.append(index) } })
    #expect(eventually { seen.withLock { $0.count } == 3 })
    #expect(seen.withLock { $0 } == [0, 1, 0])
    second.open()
    #expect(pool.shutdown(deadline: inSeconds(10)) == .init(dropped: 0, running: 0))
  }

  @Test func shutdownKeepsItsDeadline() {
    let pool = WorkerPool(maximum: 1)
    let go = Gate()
    let started = Gate()
    let ran = Tally()
    #expect(
      pool.submit { _ in
        started.open()
        go.wait()
      })
    #expect(pool.submit { _ in ran.add() })
    started.wait()
    #expect(pool.shutdown(deadline: inSeconds(0.05)) == .init(dropped: 1, running: 1))
    go.open()
    #expect(eventually { pool.counts.threads == 0 })
    #expect(ran.value == 0)
  }

  @Test func anIndexBelongsToOneThreadAtATime() throws {
    let pool = WorkerPool(maximum: 4, queueLimit: 100_000, idleTime: 200_000)
    let holders = Locked([Int](repeating: 0, count: 4))
    let clashes = Tally()
    let ran = Tally()
    let submitters = try (0..<2).map { _ in
      try HostThread(name: "submitter") {
        for index in 0..<2_000 {
          let accepted = pool.submit { worker in
            holders.withLock {
              $0[worker] += 1
              if $0[worker] != 1 { clashes.add() }
            }
            if index % 16 == 0 { usleep(50) }
            holders.withLock { $0[worker] -= 1 }
            ran.add()
          }
          if !accepted { clashes.add() }
          // Long enough for threads to end and start in between.
          if index % 100 == 0 { usleep(2_000) }
        }
      }
    }
    for thread in submitters { thread.join() }
    #expect(pool.shutdown(deadline: inSeconds(20)) == .init(dropped: 0, running: 0))
    #expect(ran.value == 4_000)
    #expect(clashes.value == 0)
  }

  @Test func aJobsCapturesAreReleasedWithoutTheLock() {
    final class Resubmitter: Sendable {
      let pool: WorkerPool
      let done: Gate
      init(_ pool: WorkerPool, _ done: Gate) {
        self.pool = pool
        self.done = done
      }
      deinit {
        let done = done
        if !pool.submit({ _ in done.open() }) { Issue.record("refused") }
      }
    }
    let pool = WorkerPool(maximum: 1)
    let done = Gate()
    func submit() {
      let object = Resubmitter(pool, done)
      #expect(pool.submit { _ in withExtendedLifetime(object) {} })
    }
    submit()
    done.wait()
    #expect(pool.shutdown(deadline: inSeconds(10)) == .init(dropped: 0, running: 0))
  }

  @Test func ringQueueKeepsItsOrder() {
    var queue = RingQueue<Int>()
    var next = 0
    var expected = 0
    for round in 0..<200 {
      for _ in 0..<(round % 23) {
        queue.append(next)
        next += 1
      }
      for _ in 0..<(round % 19) {
        guard let first = queue.popFirst() else { break }
        #expect(first == expected)
        expected += 1
      }
    }
    #expect(queue.count == next - expected)
    #expect(queue.removeAll() == Array(expected..<next))
    #expect(queue.isEmpty && queue.popFirst() == nil)
  }
}
