/// What falls due when: a binary heap of times and tokens.
///
/// An entry is not removed when its call ends: whoever is woken by a stale token sees that. So that
/// they do not gather behind long time-outs, ``prune(keeping:)`` drops them now and then.
struct DeadlineHeap {
  private struct Entry {
    let time: UInt64
    let token: UInt64
  }

  private var entries: [Entry] = []

  /// The earliest time, or `UInt64.max`.
  var next: UInt64 { entries.first?.time ?? .max }

  /// How many entries wait, stale ones included.
  var count: Int { entries.count }

  /// Drops the entries that `isNeeded` denies. Costs a pass over all.
  mutating func prune(keeping isNeeded: (UInt64) -> Bool) {
    let kept = entries.filter { isNeeded($0.token) }
    entries = []
    for entry in kept { insert(entry.token, at: entry.time) }
  }

  /// Adds a time (CLOCK_MONOTONIC, ns) at which `token` falls due.
  mutating func insert(_ token: UInt64, at time: UInt64) {
    entries.append(Entry(time: time, token: token))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].time < entries[parent].time else { break }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest token that is due at `now`.
  mutating func popDue(_ now: UInt64) -> UInt64? {
    guard let first = entries.first, first.time <= now else { return nil }
    let last = entries.removeLast()
    guard !entries.isEmpty else { return first.token }
    entries[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < entries.count && entries[child].time < entries[least].time {
        least = child
      }
      guard least != parent else { return first.token }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
