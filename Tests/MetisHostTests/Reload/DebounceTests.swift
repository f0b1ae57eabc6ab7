import Testing

@testable import MetisHost

/// What `#expect` may call.
private final class Watched {
  var state: Debounce
  init(quiet: UInt64) { state = Debounce(quiet: quiet) }
  func note(at now: UInt64) { state.note(at: now) }
  func take(at now: UInt64) -> Bool { state.take(at: now) }
  var due: UInt64? { state.due }
  var isPending: Bool { state.isPending }
}

@Suite struct DebounceTests {
  @Test func aBurstIsTakenOnceItIsOver() {
    let debounce = Watched(quiet: 100)
    #expect(debounce.due == nil && !debounce.take(at: 1_000_000))
    debounce.note(at: 1000)
    #expect(debounce.due == 1100)
    debounce.note(at: 1050)
    #expect(!debounce.take(at: 1149))
    #expect(debounce.isPending)
    #expect(debounce.take(at: 1150))
    #expect(!debounce.isPending && !debounce.take(at: 9999))
  }

  @Test func whoNeverStopsIsFollowedAllTheSame() {
    let debounce = Watched(quiet: 100)
    var taken: [UInt64] = []
    for now in stride(from: UInt64(1000), to: 4000, by: 50) {
      if debounce.take(at: now) { taken.append(now) }
      debounce.note(at: now)
    }
    // At most ten times the quiet time after the first change of each burst.
    #expect(taken == [2000, 3000])
  }

  @Test func noQuietTimeAtAll() {
    let debounce = Watched(quiet: 0)
    debounce.note(at: 5)
    #expect(debounce.take(at: 5))
  }

  @Test func aTimeBeyondTheClockIsNoCrash() {
    let debounce = Watched(quiet: .max - 1)
    debounce.note(at: 5)
    #expect(debounce.due == .max)
  }

  @Test func theQuietTimeMayChangeOnTheWay() {
    let debounce = Watched(quiet: 1000)
    debounce.note(at: 10)
    debounce.state.quiet = 20
    #expect(debounce.take(at: 30))
  }
}
