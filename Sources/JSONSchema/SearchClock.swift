import Glibc

/// The time that the pattern searches of one validation take together. A single search is bounded by
/// its pattern, but an instance may hold many strings.
struct SearchClock {
  private var searches = 0
  private var begin: UInt64 = 0

  /// How many searches of short strings go by between two looks at the clock.
  private static let interval = 8

  /// Whether the next search, of `bytes` bytes, may begin within `limit` nanoseconds from the first
  /// look at the clock.
  @inline(__always)
  mutating func allows(_ bytes: Int, limit: UInt64) -> Bool {
    searches &+= 1
    if searches % Self.interval != 0, bytes < 256 { return true }
    return look(limit)
  }

  @inline(never)
  private mutating func look(_ limit: UInt64) -> Bool {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    if begin == 0 { begin = now }
    return now &- begin <= limit
  }
}
