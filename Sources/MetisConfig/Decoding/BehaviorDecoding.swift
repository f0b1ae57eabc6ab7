import JSON

extension BehaviorSettings {
  /// The `behavior` beside a mock with that of the mock itself laid over it; nil where neither
  /// stands.
  static func decode(beside reader: TableReader, in mock: TableReader?) -> BehaviorSettings? {
    let beside = reader.value("behavior")
    let own = mock?.value("behavior")
    guard let value = own ?? beside else { return nil }
    let path = own == nil ? reader.path("behavior") : mock?.path("behavior")
    let laid = beside.map { DefinitionDefaults.lay(value, over: $0, .behavior) } ?? value
    return TableReader(laid, path: path ?? "behavior", .behavior, report: reader.report)
      .map(decode)
  }

  /// Reads a `behavior` table.
  static func decode(_ reader: TableReader) -> BehaviorSettings {
    var settings = BehaviorSettings()
    settings.latency = delay(reader, "latency_ms")
    settings.latencyVariance = reader.number("latency_variance")?.double
    settings.executionTime = delay(reader, "execution_time_ms")
    settings.errorRate = reader.number("error_rate")?.double
    if let success = reader.number("success_rate")?.double, let value = reader.value("success_rate")
    {
      if reader.value("error_rate") != nil {
        reader.report.error(
          "found here beside error_rate", at: value.place, path: reader.path("success_rate"),
          hint: "keep one of the two")
      }
      settings.errorRate = 1 - success
    }
    settings.timeoutProbability = reader.number("timeout_probability")?.double
    settings.cacheSeconds = reader.number("cache_duration_sec")?.double
    settings.rateLimit = rate(reader)
    settings.bytesPerSecond = bandwidth(reader)
    return settings
  }

  /// How many milliseconds a delay has at most: a day.
  private static let mostMilliseconds = 86_400_000.0

  private static func delay(_ reader: TableReader, _ key: String) -> Delay? {
    guard let value = reader.value(key) else { return nil }
    if let entries = value.table { return percentiles(entries, reader, key) }
    if value.number != nil { return reader.number(key)?.double.map(Delay.fixed) }
    guard let text = value.string else { return nil }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let form = parts.count == 2 ? String(parts[0]) : ""
    let separator: Character = form == "range" ? "-" : ","
    let numbers = (parts.last ?? "").split(separator: separator, omittingEmptySubsequences: false)
      .map { number($0) }
    guard numbers.count == 2, let first = numbers[0], let second = numbers[1] else {
      malformed(value, form, reader, key)
      return nil
    }
    switch form {
    case "range" where first > second:
      let found = value.isSubstituted ? "a range" : "\"\(text.prefix(80))\""
      reader.report.error(
        "found \(found) whose end lies before its start, expected the lower bound first",
        at: value.place, path: reader.path(key))
      return nil
    case "range": return .uniform(first...second)
    case "normal": return .normal(mean: first, deviation: second)
    case "lognormal" where first > 0: return .logNormal(mean: first, deviation: second)
    case "lognormal":
      reader.report.error(
        "found a mean of 0, expected one above it", at: value.place, path: reader.path(key))
      return nil
    default:
      malformed(value, form, reader, key)
      return nil
    }
  }

  private static func malformed(
    _ value: ConfigValue, _ form: String, _ reader: TableReader, _ key: String
  ) {
    let text = value.string ?? ""
    var hint: String?
    if !value.isSubstituted {
      let forms = ["range", "normal", "lognormal"]
      if number(text[...]) != nil {
        hint = "write the number without quotes"
      } else if !forms.contains(form), let near = nearest(to: form, among: forms) {
        hint = "did you mean \"\(near)\"?"
      }
    }
    reader.report.error(
      """
      found \(reader.quoted(text, value)), expected a number of milliseconds, "range:a-b", \
      "normal:mean,deviation", "lognormal:mean,deviation" or a table of percentiles
      """, at: value.place, path: reader.path(key), hint: hint)
  }

  /// A number of milliseconds in a text: no sign, at most a day.
  private static func number(_ text: Substring) -> Double? {
    let plain = text.drop { $0 == " " }
    guard let first = plain.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
      let number = (try? JSONNumber(text: String(plain)))?.double, number <= mostMilliseconds
    else { return nil }
    return number
  }

  private static func percentiles(
    _ entries: [ConfigEntry], _ reader: TableReader, _ key: String
  ) -> Delay? {
    var percentiles: [(Percentile, ConfigEntry)] = []
    for entry in entries {
      guard entry.key.hasPrefix("p"), let percent = number(entry.key.dropFirst()),
        (0...100).contains(percent)
      else {
        reader.report.error(
          "expected a percentile such as p50 or \"p99.9\"", at: entry.place,
          path: reader.path("\(key).\(entry.key)"))
        continue
      }
      guard let time = entry.value.number?.double else { continue }
      percentiles.append((Percentile(percent: percent, milliseconds: time), entry))
    }
    percentiles.sort { $0.0.percent < $1.0.percent }
    for (lower, upper) in zip(percentiles, percentiles.dropFirst())
    where lower.0.milliseconds > upper.0.milliseconds {
      reader.report.error(
        "found a time below that of \(lower.1.key)", at: upper.1.value.place,
        path: reader.path("\(key).\(upper.1.key)"), hint: "the times of percentiles rise")
    }
    if entries.isEmpty, let value = reader.value(key) {
      reader.report.error(
        "found an empty table, expected percentiles such as p50 = 20", at: value.place,
        path: reader.path(key))
    }
    return percentiles.isEmpty ? nil : .percentiles(percentiles.map(\.0))
  }

  private static func rate(_ reader: TableReader) -> Rate? {
    guard let value = reader.value("rate_limit") else { return nil }
    if value.table == nil {
      return reader.number("rate_limit")?.double.map { Rate(perSecond: $0) }
    }
    guard
      let table = TableReader(
        value, path: reader.path("rate_limit"), .behaviorRate, report: reader.report),
      let perSecond = table.number("requests_per_second")?.double
    else { return nil }
    return Rate(perSecond: perSecond, burst: table.integer("burst"))
  }

  /// Bytes a second: a number, or a text such as `100kB/s`.
  private static func bandwidth(_ reader: TableReader) -> Double? {
    guard let value = reader.value("bandwidth") else { return nil }
    if value.number != nil { return reader.number("bandwidth")?.double }
    guard let text = value.string else { return nil }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    var unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    if unit.hasSuffix("/s") { unit.removeLast(2) }
    let factors = ["b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9]
    if let number = (try? JSONNumber(text: String(digits)))?.double, number > 0,
      let factor = factors[unit]
    {
      return number * factor
    }
    reader.report.error(
      "found \(reader.quoted(text, value)), expected bytes a second, or a text such as \"100kB/s\"",
      at: value.place, path: reader.path("bandwidth"))
    return nil
  }
}
