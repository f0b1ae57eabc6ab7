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
  /// Counts on every loop; the sessions stand aside.
  func open() -> Census {
    let sum = Locked(Census())
    let counted = Gate()
    let left = Locked(0)
    control.sync { [self] in
      let doors = host.doors
      left.withLock { $0 = doors.count * door.newest.loops.count }
      for door in doors {
        door.onLoops { loop in
          sum.withLock { sum in
            sum.calls += loop.calls.openTokens.count
            sum.exchanges += loop.open.count
            sum.streams += loop.streams.count
            sum.answering += loop.answering.count
            sum.behind += loop.behind.count
            sum.connections += loop.connections.count
            sum.batches += loop.batches.count
          }
          let isLast = left.withLock { left in
            left -= 1
            return left == 0
          }
          if isLast { counted.open() }
        }
      }
    }
    counted.wait()
    return sum.withLock { sum in
      sum.listens = host.core.subscriptions.listenCount
      sum.postBoxes = host.core.postBoxes.count
      return sum
    }
  }

  private var control: ControlThread { host.control }
}

extension TestExchange {
  /// The frame that answers the request `id`, where it is there.
  func answerNow(_ id: Int64) -> String? {
    now.frames.first { $0.contains("\"id\":\(id),") }
  }
}
