import Glibc

/// Something that is measured.
struct Operation {
  let name: String
  /// Prepares it; what it gives runs the operation `count` times.
  let prepare: () throws -> (_ count: Int) -> Void

  init(_ name: String, prepare: @escaping () throws -> (Int) -> Void) {
    self.name = name
    self.prepare = prepare
  }

  /// An operation without preparation. What `body` gives is kept.
  init(_ name: String, each body: @escaping () -> Int) {
    self.init(name) { { count in for _ in 0..<count { kept &+= body() } } }
  }

  /// Nanoseconds that one iteration takes: the least of five rounds after one to warm up.
  func time(_ count: Int) throws -> Double {
    let run = try prepare()
    run(count)
    var least = UInt64.max
    for _ in 0..<5 {
      let start = Operation.now
      run(count)
      least = min(least, Operation.now - start)
    }
    return Double(least) / Double(count)
  }

  /// CLOCK_MONOTONIC, ns.
  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Where results go, so that nothing is left out as unused.
nonisolated(unsafe) var kept = 0

/// A text that stays where it is until the process ends.
func immortal(_ text: String) -> UnsafeRawBufferPointer {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 16)
  bytes.copyBytes(from: text.utf8)
  return UnsafeRawBufferPointer(bytes)
}
