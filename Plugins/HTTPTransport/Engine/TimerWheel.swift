/// A hashed timer wheel (Varghese and Lauck, scheme 6): one timer an id, constant time to set and
/// to cancel, precise to a tick. It knows no clock: the caller says what time it is.
///
/// Times are nanoseconds of any one monotonic clock. A timer never fires early; it fires late by
/// less than a tick after `advance` is called in time. One thread.
public struct TimerWheel {
  /// The length of a tick in nanoseconds.
  public let tick: UInt64

  /// How many timers are set.
  public private(set) var count = 0

  private struct Timer {
    var next: UInt32 = TimerWheel.none
    var previous: UInt32 = TimerWheel.none
    /// The tick at whose end the timer is due; 0 where it is not set.
    var due: UInt64 = 0
  }

  private static let none = UInt32.max

  private var timers: [Timer] = []
  private var heads: [UInt32]
  private let mask: UInt64
  /// The tick up to which everything has fired.
  private var current: UInt64
  /// No timer is due before this tick.
  private var earliest = UInt64.max

  /// A wheel with at least `buckets` buckets that starts at `now`.
  public init(now: UInt64, tick: UInt64 = 16_000_000, buckets: Int = 4096) {
    var size = 1
    while size < buckets { size *= 2 }
    self.tick = tick
    heads = Array(repeating: Self.none, count: size)
    mask = UInt64(size - 1)
    current = now / tick
  }

  /// Sets, or moves, the timer `id` to `deadline`.
  public mutating func set(_ id: UInt32, at deadline: UInt64) {
    while timers.count <= Int(id) { timers.append(Timer()) }
    if timers[Int(id)].due != 0 { unlink(id) }
    // A deadline within the present tick waits for the next one: never early.
    let due = max(deadline / tick + (deadline % tick == 0 ? 0 : 1), current + 1)
    let bucket = Int(due & mask)
    timers[Int(id)] = Timer(next: heads[bucket], previous: Self.none, due: due)
    if heads[bucket] != Self.none { timers[Int(heads[bucket])].previous = id }
    heads[bucket] = id
    count += 1
    earliest = min(earliest, due)
  }

  /// Cancels the timer `id`, if it is set.
  public mutating func cancel(_ id: UInt32) {
    guard Int(id) < timers.count, timers[Int(id)].due != 0 else { return }
    unlink(id)
  }

  /// When the timer `id` is due; nil where it is not set.
  public func due(_ id: UInt32) -> UInt64? {
    guard Int(id) < timers.count, timers[Int(id)].due != 0 else { return nil }
    return timers[Int(id)].due * tick
  }

  /// A time before which nothing fires, for the wait until then; nil where no timer is set.
  public var nextDue: UInt64? { count == 0 ? nil : earliest * tick }

  /// Moves to `now` and hands each timer that is due to `fire`, once, without order within a call.
  /// Timers that were set meanwhile by the caller, after this call, are not lost.
  public mutating func advance(to now: UInt64, into due: inout [UInt32]) {
    let target = now / tick
    guard target > current else { return }
    guard count > 0, earliest <= target else {
      current = target
      return
    }
    // At most one turn: the buckets that lie between.
    let first = max(current + 1, earliest)
    let steps = min(target - first + 1, mask + 1)
    for step in 0..<steps {
      var id = heads[Int((first + step) & mask)]
      while id != Self.none {
        let next = timers[Int(id)].next
        if timers[Int(id)].due <= target {
          unlink(id)
          due.append(id)
        }
        id = next
      }
    }
    current = target
    earliest = findEarliest()
  }

  /// The first tick after `current` whose bucket is not empty; of a timer that lies more than one
  /// turn away it is only a lower bound.
  private func findEarliest() -> UInt64 {
    guard count > 0 else { return UInt64.max }
    for step in 1...(mask + 1) where heads[Int((current + step) & mask)] != Self.none {
      return current + step
    }
    return UInt64.max
  }

  private mutating func unlink(_ id: UInt32) {
    let timer = timers[Int(id)]
    if timer.previous == Self.none {
      heads[Int(timer.due & mask)] = timer.next
    } else {
      timers[Int(timer.previous)].next = timer.next
    }
    if timer.next != Self.none { timers[Int(timer.next)].previous = timer.previous }
    timers[Int(id)] = Timer()
    count -= 1
    if count == 0 { earliest = UInt64.max }
  }
}
