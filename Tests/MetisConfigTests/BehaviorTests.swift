import Testing

@testable import MetisConfig

/// `behavior`, which is checked and read and has no effect yet.
@Suite struct BehaviorTests {
  private func behavior(_ lines: String) throws -> BehaviorSettings? {
    try load(smallestTool + "[tools.behavior]\n" + lines).tools.first?.behavior
  }

  @Test(arguments: [
    ("10", BehaviorSettings.Delay.fixed(10)), ("0.5", .fixed(0.5)),
    ("\"range:10-100\"", .uniform(10...100)), ("\"range:0-0\"", .uniform(0...0)),
    ("\"normal:50,10.5\"", .normal(mean: 50, deviation: 10.5)),
    ("\"lognormal: 50, 10\"", .logNormal(mean: 50, deviation: 10)),
    (
      "{ p99 = 400, p50 = 20, \"p99.9\" = 1000 }",
      .percentiles([
        .init(percent: 50, milliseconds: 20), .init(percent: 99, milliseconds: 400),
        .init(percent: 99.9, milliseconds: 1000),
      ])
    ),
    ("\"${N}\"", .fixed(7)), ("\"range:${N}-8\"", .uniform(7...8)),
  ])
  func delays(_ text: String, _ delay: BehaviorSettings.Delay) throws {
    for key in ["latency_ms", "execution_time_ms"] {
      let configuration = try load(
        smallestTool + "[tools.behavior]\n\(key) = \(text)\n", environment: ["N": "7"])
      let behavior = configuration.tools.first?.behavior
      #expect((key == "latency_ms" ? behavior?.latency : behavior?.executionTime) == delay)
      #expect(configuration.warnings.map(\.keyPath) == ["tools[0].behavior"])
    }
  }

  @Test func otherSettings() throws {
    let settings = try #require(
      try behavior(
        """
        latency_variance = 0.2
        success_rate = 0.75
        timeout_probability = 1
        cache_duration_sec = 60
        rate_limit = { requests_per_second = 5, burst = 9 }
        bandwidth = "1.5 MB/s"
        """))
    #expect(settings.latencyVariance == 0.2)
    #expect(settings.errorRate == 0.25)
    #expect(settings.timeoutProbability == 1)
    #expect(settings.cacheSeconds == 60)
    #expect(settings.rateLimit == .init(perSecond: 5, burst: 9))
    #expect(settings.bytesPerSecond == 1_500_000)
    let short = try behavior("rate_limit = 2.5\nbandwidth = 100\n")
    #expect(short?.rateLimit == .init(perSecond: 2.5, burst: nil))
    #expect(short?.bytesPerSecond == 100)
    #expect(try load(smallestTool).tools.first?.behavior == nil)
  }

  @Test(arguments: [
    ("error_rate = 1.5", "5:14: error: error_rate: found 1.5, expected a number from 0 to 1"),
    ("latency_ms = -1", "5:14: error: latency_ms: found -1, expected a number from 0 to 86400000"),
    (
      "latency_ms = \"range:100-10\"",
      "5:14: error: latency_ms: found \"range:100-10\" whose end lies before its start, expected "
        + "the lower bound first"
    ),
    ("latency_ms = \"range:1\"", "5:14: error: latency_ms: found \"range:1\", expected a number"),
    ("latency_ms = \"normal:1,-2\"", "5:14: error: latency_ms: found \"normal:1,-2\", expected"),
    ("latency_ms = \"lognormal:0,1\"", "latency_ms: found a mean of 0, expected one above it"),
    ("latency_ms = \"50\"", "(write the number without quotes)"),
    ("latency_ms = \"norml:1,2\"", "(did you mean \"normal\"?)"),
    ("latency_ms = \"${N}\"", "latency_ms: found a value from the environment, expected a number"),
    ("latency_ms = { p50 = 2, p99 = 1 }", "5:31: error: latency_ms.p99: found a time below that"),
    ("latency_ms = { median = 2 }", "latency_ms.median: expected a percentile such as p50"),
    ("latency_ms = { p101 = 2 }", "latency_ms.p101: expected a percentile such as p50"),
    ("latency_ms = { p50 = -2 }", "latency_ms.p50: found -2, expected a number from 0"),
    ("latency_ms = {}", "latency_ms: found an empty table, expected percentiles such as"),
    ("success_rate = 1\nerror_rate = 0", "success_rate: found here beside error_rate"),
    ("bandwidth = \"fast\"", "bandwidth: found \"fast\", expected bytes a second, or a text such"),
    ("bandwidth = 0", "bandwidth: found 0, expected a number above 0"),
    ("rate_limit = { burst = 1 }", "rate_limit: requests_per_second is missing: how many calls"),
    ("rate_limit = 0", "rate_limit: found 0, expected a number above 0"),
    ("latency = 1", "latency: unknown key (did you mean \"latency_ms\"?)"),
  ])
  func mistakes(_ line: String, _ message: String) throws {
    let found = try errors(
      smallestTool + "[tools.behavior]\n" + line, environment: ["N": "hidden"]
    ).map {
      $0.replacing("metis.toml:", with: "").replacing("tools[0].behavior.", with: "")
    }
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains(message) == true, "\(found)")
    #expect(found.first?.hasPrefix("5:") == true)
  }

  @Test func aKeyInBothTablesIsRefused() throws {
    #expect(
      try errors(
        "[[tools]]\nname = \"a\"\nmock = { strategy = \"s\", behavior = { error_rate = 0 } }\n"
          + "behavior = { error_rate = 1, latency_ms = 1 }\n") == [
          "metis.toml:4:14: error: tools[0].behavior.error_rate: found here and in mock.behavior "
            + "(keep one of the two)"
        ])
  }
}
