import Synchronization

/// The series of the host and its plugins. Making a series takes a lock, recording does not.
final class Metrics: @unchecked Sendable {
  /// Series that one plugin may make.
  static let seriesPerPlugin = 1000

  /// Who makes series: its limit holds over all generations of a plugin.
  typealias Owner = UInt32

  /// The host itself: without a limit and without the label `plugin`.
  static let host: Owner = 0

  struct Series {
    let cells: MetricCells
    let owner: Owner
    /// `{kind="tool",plugin="org.example"}` in order of their names, or empty.
    let labels: String
  }

  struct Family {
    let kind: MetricKind
    var help: String
    /// Numbers of series by their label text.
    var series: [String: UInt64]
  }

  struct Table {
    var families: [String: Family] = [:]
    var owners: [String: Owner] = [:]
    /// By owner; the host's count is not bounded.
    var seriesCounts: [Int] = [0]
    var ownerNames: [String] = [""]
    var count = 0
    var collectors: [@Sendable () -> Void] = []
  }

  /// Why a series was not made.
  enum Refusal: Error, Equatable, CustomStringConvertible {
    case malformedName(String)
    case malformedLabel(String)
    case otherKind(MetricKind)
    case nameTaken(String)
    case limit(Int)

    var description: String {
      switch self {
      case .malformedName(let name):
        "\"\(name)\" is no name: use [a-zA-Z_][a-zA-Z0-9_]*, at most 200 bytes"
      case .malformedLabel(let label):
        "label \"\(label)\": use at most 16 different names [a-zA-Z_][a-zA-Z0-9_]*, without "
          + "\"plugin\", \"le\" and a leading \"__\", and values of at most 1,024 bytes"
      case .otherKind(let kind): "the name is that of a \(kind.name) already"
      case .nameTaken(let name): "the name clashes with those that \"\(name)\" writes"
      case .limit(let limit): "the limit of \(limit) series is reached: use fewer label values"
      }
    }
  }

  private static let chunkSize = 1024
  private static let chunkCount = 1024

  private let table: Locked<Table>

  /// Series by number - 1, in chunks that never move: `record` finds one without the lock.
  private let chunks: UnsafeMutablePointer<Atomic<UInt>>

  init() {
    table = Locked(Table())
    chunks = .allocate(capacity: Self.chunkCount)
    for index in 0..<Self.chunkCount { (chunks + index).initialize(to: Atomic(0)) }
  }

  deinit {
    let count = table.withLock { $0.count }
    for index in 0..<count { series(UInt64(index + 1))?.pointee.cells.deallocate() }
    for index in 0..<Self.chunkCount {
      guard let chunk = chunk(index) else { break }
      chunk.deinitialize(count: min(Self.chunkSize, count - index * Self.chunkSize))
      chunk.deallocate()
    }
    chunks.deallocate()
  }

  // MARK: Series of the host

  /// Finds or makes a counter of the host. A malformed or clashing name is an error of the
  /// host's own source and stops the process.
  func counter(_ name: String, help: String, _ labels: [(String, String)] = []) -> Counter {
    Counter(hostSeries(.counter, name, help, labels))
  }

  /// Finds or makes a gauge of the host, like `counter`.
  func gauge(_ name: String, help: String, _ labels: [(String, String)] = []) -> Gauge {
    Gauge(hostSeries(.gauge, name, help, labels))
  }

  /// Finds or makes a histogram of the host, like `counter`. Its buckets run from 1 µs to 64 s
  /// where the name ends in `_seconds`, else from 1 to 2^26.
  func histogram(_ name: String, help: String, _ labels: [(String, String)] = []) -> Histogram {
    Histogram(hostSeries(.histogram, name, help, labels))
  }

  /// Runs `collect` before each exposition: for gauges whose value is asked, not told.
  func beforeExposition(_ collect: @escaping @Sendable () -> Void) {
    table.withLock { $0.collectors.append(collect) }
  }

  private func hostSeries(
    _ kind: MetricKind, _ name: String, _ help: String, _ labels: [(String, String)]
  ) -> MetricCells {
    switch makeSeries(Self.host, kind, name, help: help, labels) {
    case .success(let number): return series(number)!.pointee.cells
    case .failure(let refusal): preconditionFailure("metric \(name): \(refusal)")
    }
  }

  // MARK: Series of any owner

  /// The owner of the series of plugin `id`: the same for all its generations.
  func owner(ofPlugin id: String) -> Owner {
    table.withLock { table in
      if let owner = table.owners[id] { return owner }
      let owner = Owner(table.seriesCounts.count)
      table.owners[id] = owner
      table.ownerNames.append(id)
      table.seriesCounts.append(0)
      return owner
    }
  }

  /// Finds or makes a series and returns its number, from 1. A plugin's series gets the label
  /// `plugin`.
  func makeSeries(
    _ owner: Owner, _ kind: MetricKind, _ name: String, help: String = "",
    _ labels: [(String, String)]
  ) -> Result<UInt64, Refusal> {
    guard MetricText.isName(name), name.utf8.count <= 200 else {
      return .failure(.malformedName(name))
    }
    var seen: Set<String> = []
    for (label, value) in labels {
      let reserved = label == "le" || label.hasPrefix("__") || (owner != 0 && label == "plugin")
      guard MetricText.isName(label), !reserved, seen.insert(label).inserted,
        label.utf8.count <= 200, value.utf8.count <= 1024, labels.count <= 16
      else { return .failure(.malformedLabel(label)) }
    }
    return table.withLock { table in
      var labels = labels
      if owner != Self.host { labels.append(("plugin", table.ownerNames[Int(owner)])) }
      let text = MetricText.labels(labels)
      if let family = table.families[name] {
        guard family.kind == kind else { return .failure(.otherKind(family.kind)) }
        if let number = family.series[text] { return .success(number) }
      } else if let taken = Self.clash(name, kind, table.families) {
        return .failure(.nameTaken(taken))
      }
      guard owner == Self.host || table.seriesCounts[Int(owner)] < Self.seriesPerPlugin,
        table.count < Self.chunkSize * Self.chunkCount
      else { return .failure(.limit(Self.seriesPerPlugin)) }
      let cells = MetricCells(kind, seconds: name.hasSuffix("_seconds"))
      let number = append(Series(cells: cells, owner: owner, labels: text), &table)
      table.seriesCounts[Int(owner)] += 1
      var family = table.families[name] ?? Family(kind: kind, help: help, series: [:])
      if family.help.isEmpty { family.help = help }
      family.series[text] = number
      table.families[name] = family
      return .success(number)
    }
  }

  /// Records into a series of `owner`; another number is ignored. Lock-free.
  func record(_ owner: Owner, _ number: UInt64, _ value: Double) {
    guard let series = series(number), series.pointee.owner == owner else { return }
    series.pointee.cells.record(value)
  }

  // MARK: Memory

  private func append(_ series: Series, _ table: inout Table) -> UInt64 {
    let index = table.count
    let chunkIndex = index / Self.chunkSize
    let place: UnsafeMutablePointer<Series>
    if let chunk = chunk(chunkIndex) {
      place = chunk
    } else {
      place = .allocate(capacity: Self.chunkSize)
      (chunks + chunkIndex).pointee.store(UInt(bitPattern: place), ordering: .releasing)
    }
    (place + index % Self.chunkSize).initialize(to: series)
    table.count = index + 1
    published.store(UInt64(index + 1), ordering: .releasing)
    return UInt64(index + 1)
  }

  /// How many series are complete in memory: a number beyond it was never given out.
  private let published = Atomic<UInt64>(0)

  private func chunk(_ index: Int) -> UnsafeMutablePointer<Series>? {
    UnsafeMutablePointer(bitPattern: (chunks + index).pointee.load(ordering: .acquiring))
  }

  private func series(_ number: UInt64) -> UnsafeMutablePointer<Series>? {
    guard number > 0, number <= published.load(ordering: .acquiring) else { return nil }
    let index = Int(number - 1)
    return chunk(index / Self.chunkSize).map { $0 + index % Self.chunkSize }
  }

  /// A histogram also writes `…_bucket`, `…_sum` and `…_count`: no other family may be named so.
  private static func clash(
    _ name: String, _ kind: MetricKind, _ families: [String: Family]
  ) -> String? {
    for suffix in ["_bucket", "_sum", "_count"] {
      if kind == .histogram, families[name + suffix] != nil { return name + suffix }
      if name.hasSuffix(suffix) {
        let base = String(name.dropLast(suffix.count))
        if families[base]?.kind == .histogram { return base }
      }
    }
    return nil
  }

  // MARK: Exposition

  /// All series in Prometheus's text format 0.0.4, families and series in order of their names.
  func exposition() -> [UInt8] {
    for collect in table.withLock({ $0.collectors }) { collect() }
    let families = table.withLock { $0.families }
    var text: [UInt8] = []
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      MetricText.appendHead(name, family.kind, family.help, to: &text)
      for (labels, number) in family.series.sorted(by: { $0.key < $1.key }) {
        guard let series = series(number) else { continue }
        MetricText.append(name, labels, series.pointee.cells, to: &text)
      }
    }
    return text
  }
}
