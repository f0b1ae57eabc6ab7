import Glibc
import Synchronization

/// What a family of series measures. The raw values are METIS_METRIC_… of the plugin ABI.
enum MetricKind: UInt32, Sendable {
  case counter = 1
  case gauge = 2
  case histogram = 3

  /// The word of a TYPE line.
  var name: String { "\(self)" }
}

/// The memory behind one series: numbers that threads add to without a lock.
///
/// A counter or histogram has one copy (a shard) for each of a few groups of threads, 128 bytes
/// apart or more, so that two event loops rarely write to one cache line. A reader sums them.
struct MetricCells: @unchecked Sendable {
  typealias Cell = Atomic<UInt64>

  /// Upper bounds of histogram buckets: 27 powers of two, and infinity beyond them.
  static let boundCount = 27

  /// Shards of a counter or histogram: a power of two near the number of cores, at most 16.
  static let shardCount: Int = {
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var count = 1
    while count < cores && count < 16 { count *= 2 }
    return count
  }()

  /// The exponent of the first bound: 2^-20 s (0.95 µs) … 2^6 s (64 s) for seconds, else 1 … 2^26.
  private let firstExponent: Int

  private let cells: UnsafeMutablePointer<Cell>
  /// Cells from one shard to the next; 128 bytes hold 16.
  private let stride: Int
  private let shardMask: Int
  let kind: MetricKind

  /// - Parameter seconds: whether a histogram measures seconds.
  init(_ kind: MetricKind, seconds: Bool) {
    self.kind = kind
    firstExponent = seconds ? -20 : 0
    let shards = kind == .gauge ? 1 : Self.shardCount
    // A counter: whole part, fraction. A histogram: buckets with infinity, then the sum.
    stride = kind == .histogram ? (Self.boundCount + 2 + 15) / 16 * 16 : 16
    shardMask = shards - 1
    let bytes = shards * stride * MemoryLayout<Cell>.stride
    cells = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
      .bindMemory(to: Cell.self, capacity: shards * stride)
    for index in 0..<(shards * stride) { (cells + index).initialize(to: Cell(0)) }
  }

  func deallocate() { UnsafeMutableRawPointer(cells).deallocate() }

  /// The calling thread's shard: a thread keeps the address of its descriptor for life.
  @inline(__always)
  private var shard: UnsafeMutablePointer<Cell> {
    let thread = UInt(pthread_self()) &* 0x9e37_79b9_7f4a_7c15
    return cells + (Int(truncatingIfNeeded: thread >> 48) & shardMask) * stride
  }

  // MARK: Recording

  @inline(__always)
  func add(_ count: UInt64) { shard.pointee.wrappingAdd(count, ordering: .relaxed) }

  /// Adds to a counter. What is negative or not finite is left out: it would spoil the sum.
  func add(_ amount: Double) {
    guard amount >= 0, amount.isFinite else { return }
    if let whole = UInt64(exactly: amount) {
      add(whole)
    } else {
      Self.accumulate(amount, in: shard + 1)
    }
  }

  func set(_ value: Double) { cells.pointee.store(value.bitPattern, ordering: .relaxed) }

  func change(by delta: Double) { Self.accumulate(delta, in: cells) }

  /// Counts a value in its bucket. What is not finite is left out.
  func observe(_ value: Double) {
    guard value.isFinite else { return }
    let shard = shard
    (shard + bucket(of: value)).pointee.wrappingAdd(1, ordering: .relaxed)
    Self.accumulate(value, in: shard + (Self.boundCount + 1))
  }

  func record(_ value: Double) {
    switch kind {
    case .counter: add(value)
    case .gauge: set(value)
    case .histogram: observe(value)
    }
  }

  /// The first bucket whose bound is not below `value`: by its exponent, without a search.
  func bucket(of value: Double) -> Int {
    guard value > 0 else { return 0 }
    let isPower = value.significandBitPattern == 0
    let index = Int(value.exponent) - firstExponent + (isPower ? 0 : 1)
    return min(max(index, 0), Self.boundCount)
  }

  private static func accumulate(_ amount: Double, in cell: UnsafeMutablePointer<Cell>) {
    var seen = cell.pointee.load(ordering: .relaxed)
    while true {
      let sum = Double(bitPattern: seen) + amount
      let (done, now) = cell.pointee.weakCompareExchange(
        expected: seen, desired: sum.bitPattern, ordering: .relaxed)
      if done { return }
      seen = now
    }
  }

  // MARK: Reading

  /// The value of a counter or gauge.
  var value: Double {
    if kind == .gauge { return Double(bitPattern: cells.pointee.load(ordering: .relaxed)) }
    return Double(sum(at: 0)) + fraction(at: 1)
  }

  /// The counts of a histogram's buckets, each on its own; the last is beyond all bounds.
  var buckets: [UInt64] { (0...Self.boundCount).map { sum(at: $0) } }

  /// The sum of what a histogram observed.
  var observedSum: Double { fraction(at: Self.boundCount + 1) }

  func bound(_ index: Int) -> Double {
    Double(sign: .plus, exponent: firstExponent + index, significand: 1)
  }

  private func sum(at offset: Int) -> UInt64 {
    (0...shardMask).reduce(0) {
      $0 &+ (cells + $1 * stride + offset).pointee.load(ordering: .relaxed)
    }
  }

  private func fraction(at offset: Int) -> Double {
    (0...shardMask).reduce(0) {
      $0 + Double(bitPattern: (cells + $1 * stride + offset).pointee.load(ordering: .relaxed))
    }
  }
}

/// A number that only grows. Valid while its `Metrics` lives.
struct Counter: Sendable {
  fileprivate let cells: MetricCells
  init(_ cells: MetricCells) { self.cells = cells }

  /// One relaxed atomic addition.
  @inline(__always)
  func add(_ count: UInt64 = 1) { cells.add(count) }

  var value: Double { cells.value }
}

/// A number that goes up and down. Valid while its `Metrics` lives.
struct Gauge: Sendable {
  fileprivate let cells: MetricCells
  init(_ cells: MetricCells) { self.cells = cells }

  func set(_ value: Double) { cells.set(value) }
  func change(by delta: Double) { cells.change(by: delta) }
  var value: Double { cells.value }
}

/// How values are distributed. Valid while its `Metrics` lives.
struct Histogram: Sendable {
  fileprivate let cells: MetricCells
  init(_ cells: MetricCells) { self.cells = cells }

  func observe(_ value: Double) { cells.observe(value) }

  /// Observes a time in nanoseconds where the unit is seconds.
  func observe(nanoseconds: UInt64) { cells.observe(Double(nanoseconds) * 1e-9) }

  var count: UInt64 { cells.buckets.reduce(0, &+) }
  var sum: Double { cells.observedSum }
}
