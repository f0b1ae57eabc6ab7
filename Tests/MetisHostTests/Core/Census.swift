@testable import MetisHost

/// What a host has open: all of it goes back to nothing.
struct Census: Equatable {
  var calls = 0
  var exchanges = 0
  var streams = 0
  var answering = 0
  var behind = 0
  var connections = 0
  var batches = 0
  var listens = 0
  var postBoxes = 0
}

extension TestHost {
  /// Adds up what `count` finds on every loop that runs.
  func sum<Value>(_ start: sending Value, _ count: @escaping @Sendable (Loop, inout Value) -> Void)
    -> Value
  where Value: Sendable {
    let sum = Locked((value: start, loops: 0))
    let reached = host.control.sync {
      host.doors.reduce(0) { reached, door in
        reached
          + door.onLoops { loop in
            sum.withLock { sum in
              count(loop, &sum.value)
              sum.loops += 1
            }
          }
      }
    }
    _ = eventually { sum.withLock { $0.loops == reached } }
    return sum.withLock { $0.value }
  }

  /// Counts on every loop; the sessions stand aside.
  func open() -> Census {
    var sum = sum(Census()) { loop, sum in
      sum.calls += loop.calls.openTokens.count
      sum.exchanges += loop.open.count
      sum.streams += loop.streams.count
      sum.answering += loop.answering.count
      sum.behind += loop.behind.count
      sum.connections += loop.connections.count
      sum.batches += loop.batches.count
    }
    sum.listens = host.core.subscriptions.listenCount
    sum.postBoxes = host.core.postBoxes.count
    return sum
  }
}

extension TestExchange {
  /// The frame that answers the request `id`, where it is there.
  func answerNow(_ id: Int64) -> String? {
    now.frames.first { $0.contains("\"id\":\(id),") }
  }
}
