import Foundation
import Testing

@testable import MetisHost

struct MetricsTests {
  private func text(_ metrics: Metrics) -> String {
    String(decoding: metrics.exposition(), as: UTF8.self)
  }

  @Test func exposition() {
    let metrics = Metrics()
    metrics.counter("metis_requests_total", help: "Requests, by\nkind \\ all.", [("kind", "tool")])
      .add(3)
    metrics.counter("metis_requests_total", help: "", [("kind", "a\"b\\c\nd")]).add()
    metrics.gauge("metis_sessions", help: "Open sessions.").set(-2.5)
    let plugin = metrics.owner(ofPlugin: "org.example.x")
    guard case .success(let series) = metrics.makeSeries(plugin, .counter, "hits", [("z", "é")])
    else {
      Issue.record("refused")
      return
    }
    metrics.record(plugin, series, 0.5)
    metrics.record(plugin, series, 2)
    metrics.record(plugin, series, -1)
    metrics.record(plugin, series, .nan)
    #expect(
      text(metrics) == """
        # TYPE hits counter
        hits{plugin="org.example.x",z="é"} 2.5
        # HELP metis_requests_total Requests, by\\nkind \\\\ all.
        # TYPE metis_requests_total counter
        metis_requests_total{kind="a\\"b\\\\c\\nd"} 1
        metis_requests_total{kind="tool"} 3
        # HELP metis_sessions Open sessions.
        # TYPE metis_sessions gauge
        metis_sessions -2.5

        """)
  }

  @Test func histogramExposition() {
    let metrics = Metrics()
    let histogram = metrics.histogram("call_seconds", help: "Calls.", [("k", "v")])
    histogram.observe(nanoseconds: 1_000_000_000)
    histogram.observe(1.5)
    histogram.observe(1000)
    histogram.observe(.infinity)
    let lines = text(metrics).split(separator: "\n")
    #expect(lines[1] == "# TYPE call_seconds histogram")
    #expect(lines[2] == "call_seconds_bucket{k=\"v\",le=\"9.5367431640625e-07\"} 0")
    #expect(lines.contains("call_seconds_bucket{k=\"v\",le=\"0.5\"} 0"))
    #expect(lines.contains("call_seconds_bucket{k=\"v\",le=\"1\"} 1"))
    #expect(lines.contains("call_seconds_bucket{k=\"v\",le=\"2\"} 2"))
    #expect(lines.contains("call_seconds_bucket{k=\"v\",le=\"64\"} 2"))
    #expect(lines.contains("call_seconds_bucket{k=\"v\",le=\"+Inf\"} 3"))
    #expect(lines.contains("call_seconds_sum{k=\"v\"} 1002.5"))
    #expect(lines.last == "call_seconds_count{k=\"v\"} 3")
    #expect(lines.count == 2 + 28 + 2)
  }

  @Test func bucketsMatchASearch() {
    for seconds in [true, false] {
      let cells = MetricCells(.histogram, seconds: seconds)
      defer { cells.deallocate() }
      let bounds = (0..<MetricCells.boundCount).map { cells.bound($0) }
      #expect(bounds.last == (seconds ? 64 : 67_108_864))
      var values = bounds + bounds.map(\.nextUp) + bounds.map(\.nextDown)
      values += [0, -1, 1e-300, 1e300, .leastNonzeroMagnitude, 0.3, 7, 100]
      for value in values {
        let expected = bounds.firstIndex { value <= $0 } ?? MetricCells.boundCount
        #expect(cells.bucket(of: value) == expected, "\(value)")
      }
    }
  }

  @Test func refusals() {
    let metrics = Metrics()
    let plugin = metrics.owner(ofPlugin: "p")
    func refusal(_ name: String, _ kind: MetricKind, _ labels: [(String, String)] = [])
      -> Metrics.Refusal?
    {
      guard case .failure(let refusal) = metrics.makeSeries(plugin, kind, name, labels) else {
        return nil
      }
      return refusal
    }
    for name in ["", "1a", "a-b", "a b", "é", "a:b"] {
      #expect(refusal(name, .counter) == .malformedName(name))
    }
    for label in ["", "le", "plugin", "__x", "a-b"] {
      #expect(refusal("ok", .counter, [(label, "v")]) == .malformedLabel(label))
    }
    #expect(refusal("ok", .counter, [("a", "1"), ("a", "2")]) == .malformedLabel("a"))
    #expect(refusal("ok", .counter) == nil)
    #expect(refusal("ok", .gauge) == .otherKind(.counter))
    #expect(refusal("h", .histogram) == nil)
    #expect(refusal("h_sum", .counter) == .nameTaken("h"))
    #expect(refusal("x_count", .counter) == nil)
    #expect(refusal("x", .histogram) == .nameTaken("x_count"))
  }

  @Test func aPluginHasAThousandSeriesOverAllItsGenerations() {
    let metrics = Metrics()
    let first = metrics.owner(ofPlugin: "p")
    for index in 0..<1000 {
      guard case .success = metrics.makeSeries(first, .counter, "c", [("i", "\(index)")]) else {
        Issue.record("refused \(index)")
        return
      }
    }
    let again = metrics.owner(ofPlugin: "p")
    #expect(again == first)
    #expect(metrics.makeSeries(again, .counter, "c", [("i", "x")]) == .failure(.limit(1000)))
    // One that exists is still found, and other owners are not hit.
    #expect(metrics.makeSeries(again, .counter, "c", [("i", "7")]) == .success(8))
    let other = metrics.owner(ofPlugin: "q")
    #expect(metrics.makeSeries(other, .counter, "c", [("i", "x")]) == .success(1001))
  }

  @Test func othersNumbersAreIgnored() {
    let metrics = Metrics()
    let mine = metrics.owner(ofPlugin: "p")
    let other = metrics.owner(ofPlugin: "q")
    #expect(metrics.makeSeries(mine, .gauge, "g", []) == .success(1))
    metrics.record(mine, 1, 4)
    metrics.record(other, 1, 9)
    metrics.record(mine, 0, 9)
    metrics.record(mine, 2, 9)
    metrics.record(mine, .max, 9)
    #expect(text(metrics).contains("g{plugin=\"p\"} 4\n"))
  }

  @Test func numbers() {
    #expect(MetricText.number(.nan) == "NaN")
    #expect(MetricText.number(.infinity) == "+Inf")
    #expect(MetricText.number(-.infinity) == "-Inf")
    #expect(MetricText.number(-0.25) == "-0.25")
    #expect(MetricText.number(1e21) == "1e+21")
    #expect(MetricText.number(12) == "12")
  }

  @Test func collectorsRunBeforeAnExposition() {
    let metrics = Metrics()
    let gauge = metrics.gauge("now", help: "")
    metrics.beforeExposition { gauge.change(by: 1) }
    _ = metrics.exposition()
    #expect(text(metrics).contains("now 2\n"))
  }

  @Test func nothingIsLostBetweenThreads() throws {
    let metrics = Metrics()
    let counter = metrics.counter("c", help: "")
    let histogram = metrics.histogram("h", help: "")
    let gauge = metrics.gauge("g", help: "")
    let plugin = metrics.owner(ofPlugin: "p")
    let threads = try (0..<4).map { thread in
      try HostThread(name: "recorder") {
        for index in 0..<5_000 {
          counter.add()
          histogram.observe(0.5)
          gauge.change(by: 1)
          if index % 50 == 0 {
            let label = "\(thread % 2)-\(index)"
            if case .success(let series) = metrics.makeSeries(plugin, .counter, "s", [("l", label)])
            {
              metrics.record(plugin, series, 0.25)
            }
            _ = metrics.exposition()
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(counter.value == 20_000)
    #expect(histogram.count == 20_000 && histogram.sum == 10_000)
    #expect(gauge.value == 20_000)
    #expect(text(metrics).contains("s{l=\"1-50\",plugin=\"p\"} 0.5\n"))
  }
}
