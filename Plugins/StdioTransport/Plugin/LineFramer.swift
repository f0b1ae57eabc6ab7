import Glibc

/// Cuts a stream of bytes into lines. A line over the limit is skipped up to its end and counted.
/// One thread.
struct LineFramer {
  private var memory: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var start = 0
  private var fill = 0
  /// Up to here no line feed was found.
  private var searched = 0
  private var isSkipping = false
  private let limit: Int

  /// Lines that were skipped since the last look.
  private(set) var skipped = 0

  init(limit: Int) {
    self.limit = limit
    capacity = min(65_536, limit + 2)
    memory = .allocate(capacity: capacity)
  }

  func free() { memory.deallocate() }

  /// Whether a line has begun and has no end yet.
  var isInLine: Bool { isSkipping || fill > start }

  /// Where to read to: never empty.
  mutating func room() -> UnsafeMutableRawBufferPointer {
    if start > 0 {
      memmove(memory, memory + start, fill - start)
      fill -= start
      searched -= start
      start = 0
    }
    if capacity - fill < 4096, capacity < limit + 2 {
      let larger = min(capacity * 2, limit + 2)
      let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
      memcpy(new, memory, fill)
      memory.deallocate()
      memory = new
      capacity = larger
    }
    return UnsafeMutableRawBufferPointer(start: memory + fill, count: capacity - fill)
  }

  mutating func received(_ count: Int) { fill += count }

  /// The next line without its end (LF or CRLF); nil where none is complete. Empty lines are
  /// passed over. Valid until `room` is called.
  mutating func next() -> UnsafeBufferPointer<UInt8>? {
    while let found = memchr(memory + searched, 0x0a, fill - searched) {
      let end = UnsafeRawPointer(found) - UnsafeRawPointer(memory)
      let line = cut(end)
      start = end + 1
      searched = start
      if isSkipping {
        isSkipping = false
        continue
      }
      if line.count > limit {
        skipped += 1
        continue
      }
      if !line.isEmpty { return line }
    }
    searched = fill
    // One byte more than the limit may be the CR of a CRLF.
    if fill - start > limit + 1 || isSkipping {
      if !isSkipping { skipped += 1 }
      isSkipping = true
      start = fill
    }
    return nil
  }

  /// What stands behind the last line feed when the input ends.
  mutating func last() -> UnsafeBufferPointer<UInt8>? {
    let line = cut(fill)
    start = fill
    searched = fill
    if isSkipping || line.isEmpty { return nil }
    if line.count > limit {
      skipped += 1
      return nil
    }
    return line
  }

  /// Tells how many lines were skipped, and forgets them.
  mutating func takeSkipped() -> Int {
    defer { skipped = 0 }
    return skipped
  }

  private func cut(_ end: Int) -> UnsafeBufferPointer<UInt8> {
    let count = end > start && memory[end - 1] == 0x0d ? end - 1 - start : end - start
    return UnsafeBufferPointer(start: memory + start, count: count)
  }
}
