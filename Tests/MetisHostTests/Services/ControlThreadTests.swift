import Foundation
import Testing

@testable import MetisHost

struct ControlThreadTests {
  private struct Failure: Error {}

  @Test func closuresRunInOrderOnOneThread() throws {
    let control = try ControlThread(clock: SystemClock())
    let order = Locked<[Int]>([])
    let elsewhere = Tally()
    for index in 0..<100 {
      #expect(
        control.async {
          if !control.isCurrent { elsewhere.add() }
          order.withLock { $0.append(index) }
        })
    }
    #expect(control.sync { order.withLock { $0 } } == Array(0..<100))
    #expect(elsewhere.value == 0)
    #expect(!control.isCurrent)
    control.stop()
  }

  @Test func syncThrowsAndNests() throws {
    let control = try ControlThread(clock: SystemClock())
    #expect(throws: Failure.self) { try control.sync { throw Failure() } }
    #expect(control.sync { control.sync { control.sync { 7 } } } == 7)
    control.stop()
  }

  @Test func stopRunsWhatWaitsAndRefusesMore() throws {
    let control = try ControlThread(clock: SystemClock())
    let ran = Tally()
    let go = Gate()
    control.async { go.wait() }
    for _ in 0..<10 { control.async { ran.add() } }
    go.open()
    control.stop()
    #expect(ran.value == 10)
    #expect(!control.async {})
    #expect(control.sync { 3 } == 3)
    control.stop()
  }

  @Test func ticksRunWhileTheirPredicateHolds() throws {
    let clock = ManualClock()
    let control = try ControlThread(clock: clock)
    let ticks = Tally()
    control.every(100, while: { ticks.value < 3 }, perform: { ticks.add() })
    control.sync {}
    #expect(ticks.value == 0)
    clock.advance(100)
    #expect(eventually { ticks.value == 1 })
    // Late by many intervals: once.
    clock.advance(1_050)
    #expect(eventually { ticks.value == 2 })
    control.sync {}
    #expect(ticks.value == 2)
    for _ in 0..<5 {
      clock.advance(100)
      control.sync {}
      control.sync {}
    }
    #expect(ticks.value == 3)
    control.stop()
  }

  @Test func aTickThatIsAlwaysDueDoesNotStarveTheQueue() throws {
    let control = try ControlThread(clock: SystemClock())
    control.every(1, while: { true }, perform: { usleep(100) })
    for _ in 0..<20 { control.sync {} }
    control.stop()
    #expect(!control.async {})
  }

  @Test func syncFromManyThreads() throws {
    let control = try ControlThread(clock: SystemClock())
    // Touched on the control thread alone.
    nonisolated(unsafe) var sum = 0
    let threads = try (0..<4).map { _ in
      try HostThread(name: "caller") {
        for _ in 0..<500 { control.sync { sum += 1 } }
      }
    }
    for thread in threads { thread.join() }
    #expect(control.sync { sum } == 2_000)
    control.stop()
  }
}
