/// Timers in order of their time: a binary heap over slots that are used again.
///
/// A timer's number holds its slot and the slot's generation, so that an old number never names
/// a new timer. Not thread-safe.
struct TimerHeap {
  /// What runs when the time has come.
  enum Work {
    case function(@convention(c) (UnsafeMutableRawPointer?) -> Void, UnsafeMutableRawPointer?)
    case closure(@Sendable () -> Void)
  }

  /// A timer that was taken out.
  struct Timer {
    let number: UInt64
    let owner: UInt32
    let work: Work
  }

  private struct Slot {
    var generation: UInt32 = 1
    /// Place in `order`, or -1 while the slot is free.
    var place = -1
    var due: UInt64 = 0
    /// Breaks ties: timers of one time run in the order in which they were made.
    var sequence: UInt64 = 0
    var owner: UInt32 = 0
    var work: Work?
  }

  private var slots: [Slot] = []
  private var free: [Int] = []
  /// Slots by time: the children of place n stand at 2n+1 and 2n+2.
  private var order: [Int] = []
  private var nextSequence: UInt64 = 0

  var count: Int { order.count }

  /// The time of the earliest timer.
  var earliest: UInt64? { order.first.map { slots[$0].due } }

  /// Adds a timer and returns its number, never 0.
  mutating func insert(due: UInt64, owner: UInt32, _ work: Work) -> UInt64 {
    let slot: Int
    if let last = free.popLast() {
      slot = last
    } else {
      slot = slots.count
      slots.append(Slot())
    }
    slots[slot].due = due
    slots[slot].sequence = nextSequence
    slots[slot].owner = owner
    slots[slot].work = work
    nextSequence += 1
    order.append(slot)
    slots[slot].place = order.count - 1
    rise(order.count - 1)
    return UInt64(slots[slot].generation) << 32 | UInt64(slot)
  }

  /// Takes out the earliest timer where it is due at `now`.
  mutating func popDue(_ now: UInt64) -> Timer? {
    guard let slot = order.first, slots[slot].due <= now else { return nil }
    return take(slot)
  }

  /// Takes out the timer of that number where it still waits and belongs to `owner`.
  mutating func remove(_ number: UInt64, owner: UInt32) -> Timer? {
    let slot = Int(number & 0xffff_ffff)
    guard slot < slots.count, slots[slot].place >= 0,
      slots[slot].generation == UInt32(truncatingIfNeeded: number >> 32),
      slots[slot].owner == owner
    else { return nil }
    return take(slot)
  }

  /// Takes out all timers of `owner` and returns them, so that their work is released elsewhere.
  mutating func removeAll(owner: UInt32) -> [Timer] {
    let mine = order.filter { slots[$0].owner == owner }
    if mine.isEmpty { return [] }
    order.removeAll { slots[$0].owner == owner }
    for (place, slot) in order.enumerated() { slots[slot].place = place }
    for place in stride(from: order.count / 2 - 1, through: 0, by: -1) { sink(place) }
    return mine.map { release($0) }
  }

  private mutating func take(_ slot: Int) -> Timer {
    let place = slots[slot].place
    let last = order.removeLast()
    if last != slot {
      order[place] = last
      slots[last].place = place
      rise(place)
      sink(slots[last].place)
    }
    return release(slot)
  }

  private mutating func release(_ slot: Int) -> Timer {
    let timer = Timer(
      number: UInt64(slots[slot].generation) << 32 | UInt64(slot), owner: slots[slot].owner,
      work: slots[slot].work!)
    slots[slot].work = nil
    slots[slot].place = -1
    slots[slot].generation &+= 1
    // Generation 0 with slot 0 would be the number 0, which means none.
    if slots[slot].generation == 0 { slots[slot].generation = 1 }
    free.append(slot)
    return timer
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (slots[left].due, slots[left].sequence) < (slots[right].due, slots[right].sequence)
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard isBefore(order[place], order[parent]) else { return }
      swap(place, parent)
      place = parent
    }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < order.count && isBefore(order[child], order[least]) {
        least = child
      }
      if least == place { return }
      swap(place, least)
      place = least
    }
  }

  private mutating func swap(_ left: Int, _ right: Int) {
    order.swapAt(left, right)
    slots[order[left]].place = left
    slots[order[right]].place = right
  }
}
