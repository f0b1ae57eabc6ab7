import Testing

@testable import MetisHost

@Suite struct LifecycleTests {
  static let path: [PluginLifecycle.State] = [
    .found, .verified, .loaded, .initialised, .active, .draining, .retired,
  ]

  @Test func walksTheWholePathWithItsTimes() throws {
    var lifecycle = PluginLifecycle(foundAt: 10)
    for (index, state) in Self.path.dropFirst().enumerated() {
      try lifecycle.advance(to: state, at: UInt64(20 + index))
    }
    #expect(lifecycle.steps.map(\.state) == Self.path)
    #expect(lifecycle.steps.map(\.time) == [10, 20, 21, 22, 23, 24, 25])
    #expect(lifecycle.time(of: "active") == 23)
    #expect(lifecycle.time(of: "failed") == nil)
  }

  /// Every pair of states: only the successor and, from states that are not final, failure.
  @Test func allowsNothingElse() throws {
    let failed = PluginLifecycle.State.failed(reason: "why")
    for (index, from) in Self.path.enumerated() {
      for to in Self.path + [failed] {
        var lifecycle = PluginLifecycle(foundAt: 0)
        for state in Self.path[1...].prefix(index) { try lifecycle.advance(to: state, at: 1) }
        #expect(lifecycle.state == from)
        let isAllowed =
          to == failed ? from != .retired : Self.path.firstIndex(of: to) == index + 1
        if isAllowed {
          try lifecycle.advance(to: to, at: 2)
          #expect(lifecycle.state == to)
        } else {
          #expect(throws: PluginLifecycle.IllegalTransition(from: from, to: to)) {
            try lifecycle.advance(to: to, at: 2)
          }
          #expect(lifecycle.state == from)
        }
      }
    }
  }

  @Test func failureIsFinalAndKeepsItsReason() throws {
    var lifecycle = PluginLifecycle(foundAt: 0)
    try lifecycle.advance(to: .failed(reason: "no entry"), at: 5)
    #expect(lifecycle.state.description == "failed: no entry")
    for to in Self.path + [.failed(reason: "again")] {
      let error = #expect(throws: PluginLifecycle.IllegalTransition.self) {
        try lifecycle.advance(to: to, at: 6)
      }
      #expect(error?.description.contains("failed is final") == true)
    }
  }

  @Test func aClockThatGoesBackStandsStill() throws {
    var lifecycle = PluginLifecycle(foundAt: 100)
    try lifecycle.advance(to: .verified, at: 50)
    try lifecycle.advance(to: .loaded, at: 120)
    #expect(lifecycle.steps.map(\.time) == [100, 100, 120])
  }

  @Test func theErrorSaysWhatWouldBeRight() {
    let error = PluginLifecycle.IllegalTransition(from: .loaded, to: .active)
    #expect(
      error.description
        == "a plugin cannot go from loaded to active: after loaded comes initialised or failed")
  }
}
