import Foundation
import Testing

@testable import MetisHost

struct TimersTests {
  @Test func timersRunInOrderOfTimeThenOfCreation() {
    let clock = ManualClock()
    let timers = Timers(clock: clock)
    defer { timers.stop() }
    let owner = timers.makeOwner()
    let order = Locked<[Int]>([])
    for (name, delay) in [(3, 30), (1, 10), (4, 30), (2, 20), (5, 1000)] {
      #expect(
        timers.after(UInt64(delay), owner: owner) { order.withLock { $0.append(name) } } != nil)
    }
    clock.advance(30)
    #expect(eventually { order.withLock { $0.count } == 4 })
    #expect(order.withLock { $0 } == [1, 2, 3, 4])
    #expect(timers.count == 1)
  }

  @Test func realTimePasses() {
    let timers = Timers(clock: SystemClock())
    defer { timers.stop() }
    let owner = timers.makeOwner()
    let start = SystemClock().monotonic
    let fired = Locked<UInt64>(0)
    _ = timers.after(60_000_000_000, owner: owner) {}
    _ = timers.after(20_000_000, owner: owner) { fired.withLock { $0 = SystemClock().monotonic } }
    #expect(eventually { fired.withLock { $0 } != 0 })
    #expect(fired.withLock { $0 } >= start + 20_000_000)
  }

  @Test func cancelSaysWhetherItCameInTime() {
    let clock = ManualClock()
    let timers = Timers(clock: clock)
    defer { timers.stop() }
    let owner = timers.makeOwner()
    let ran = Tally()
    let number = timers.after(10, owner: owner) { ran.add() }!
    #expect(timers.cancel(number, owner: timers.makeOwner()) == .late)
    #expect(timers.cancel(number, owner: owner) == .cancelled)
    #expect(timers.cancel(number, owner: owner) == .late)
    let second = timers.after(10, owner: owner) { ran.add() }!
    #expect(second != number)
    #expect(timers.cancel(number, owner: owner) == .late)
    clock.advance(10)
    #expect(eventually { ran.value == 1 })
    #expect(timers.cancel(second, owner: owner) == .late)
    #expect(timers.cancel(0, owner: owner) == .late)
    #expect(timers.cancel(.max, owner: owner) == .late)
  }

  @Test func cancelOfARunningTimerIsLate() {
    let timers = Timers(clock: SystemClock())
    defer { timers.stop() }
    let owner = timers.makeOwner()
    let started = Gate()
    let go = Gate()
    let number = timers.after(0, owner: owner) {
      started.open()
      go.wait()
    }!
    started.wait()
    #expect(timers.cancel(number, owner: owner) == .late)
    go.open()
  }

  @Test func endOfAnOwnerWaitsForItsCallbackAndOnlyForIt() throws {
    let timers = Timers(clock: SystemClock())
    defer { timers.stop() }
    let owner = timers.makeOwner()
    let other = timers.makeOwner()
    let started = Gate()
    let go = Gate()
    let finished = Tally()
    _ = timers.after(0, owner: owner) {
      started.open()
      go.wait()
      usleep(20_000)
      finished.add()
    }
    _ = timers.after(60_000_000_000, owner: owner) {}
    started.wait()
    timers.endOwner(other)
    #expect(finished.value == 0)
    go.open()
    timers.endOwner(owner)
    #expect(finished.value == 1)
    #expect(timers.count == 0)
    #expect(timers.after(0, owner: owner) {} == nil)
  }

  @Test func aCallbackMayEndItsOwnOwner() {
    let timers = Timers(clock: SystemClock())
    defer { timers.stop() }
    let owner = timers.makeOwner()
    let done = Gate()
    _ = timers.after(0, owner: owner) {
      timers.endOwner(owner)
      done.open()
    }
    done.wait()
    #expect(timers.after(0, owner: owner) {} == nil)
  }

  @Test func aCallbackMayMakeAndCancelTimers() {
    let timers = Timers(clock: SystemClock())
    defer { timers.stop() }
    let owner = timers.makeOwner()
    let done = Gate()
    let cancelled = Locked<Timers.Cancellation?>(nil)
    let victim = timers.after(60_000_000_000, owner: owner) {}!
    _ = timers.after(0, owner: owner) {
      cancelled.withLock { $0 = timers.cancel(victim, owner: owner) }
      _ = timers.after(1000, owner: owner) { done.open() }
    }
    done.wait()
    #expect(cancelled.withLock { $0 } == .cancelled)
  }

  @Test func limitOfAnOwner() {
    let timers = Timers(clock: ManualClock())
    defer { timers.stop() }
    let owner = timers.makeOwner()
    var numbers: [UInt64] = []
    for _ in 0..<Timers.limitPerOwner {
      numbers.append(timers.after(.max, owner: owner) {}!)
    }
    #expect(timers.after(5, owner: owner) {} == nil)
    #expect(Set(numbers).count == numbers.count && !numbers.contains(0))
    #expect(timers.after(5, owner: timers.makeOwner()) {} != nil)
    #expect(timers.cancel(numbers[777], owner: owner) == .cancelled)
    #expect(timers.after(5, owner: owner) {} != nil)
    timers.endOwner(owner)
    #expect(timers.count == 1)
  }

  @Test func heapStaysInOrder() {
    var heap = TimerHeap()
    var random = SystemRandomNumberGenerator()
    var live: [UInt64: (due: UInt64, owner: UInt32)] = [:]
    for round in 0..<5_000 {
      let due = UInt64.random(in: 0..<500, using: &random)
      let owner = UInt32.random(in: 1...3, using: &random)
      live[heap.insert(due: due, owner: owner, .closure({}))] = (due, owner)
      if round % 3 == 0, let victim = live.randomElement(using: &random) {
        #expect(heap.remove(victim.key, owner: victim.value.owner) != nil)
        live[victim.key] = nil
      }
    }
    let ended = heap.removeAll(owner: 2)
    #expect(Set(ended.map(\.number)) == Set(live.filter { $0.value.owner == 2 }.keys))
    live = live.filter { $0.value.owner != 2 }
    #expect(heap.count == live.count)
    var last: UInt64 = 0
    while let timer = heap.popDue(.max) {
      let due = live.removeValue(forKey: timer.number)!.due
      #expect(due >= last)
      last = due
    }
    #expect(live.isEmpty)
  }

  @Test func cancellationRacesEndInExactlyOneWay() throws {
    let timers = Timers(clock: SystemClock())
    defer { timers.stop() }
    let owner = timers.makeOwner()
    let ran = Tally()
    let cancelled = Tally()
    let threads = try (0..<3).map { _ in
      try HostThread(name: "canceller") {
        for index in 0..<2_000 {
          let number = timers.after(UInt64(index % 7) * 1000, owner: owner) {
            ran.add()
          }!
          if index % 3 == 0 { sched_yield() }
          if timers.cancel(number, owner: owner) == .cancelled {
            cancelled.add()
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(
      eventually { ran.value + cancelled.value == 6_000 })
    #expect(timers.count == 0)
  }
}
