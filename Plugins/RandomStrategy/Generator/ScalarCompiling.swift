import MetisKit

extension PlanCompiler {
  func integer(_ settings: Settings) throws(ConfigError) -> Plan.Kind {
    try settings.allow("integer", ["min", "max"])
    let least = try settings.integer("min")
    let greatest = try settings.integer("max")
    // A range without bounds is 0 to 100; one without `max`, or with a negative one, is 100 wide.
    let low = least ?? greatest.map { $0 < 0 ? Self.sum($0, -100) : 0 } ?? 0
    let high = greatest ?? Self.sum(low, 100)
    guard low <= high else {
      throw settings.refusal("min", "found \(low), expected at most max, \(high)")
    }
    return .integer(low: low, span: UInt64(bitPattern: high &- low) &+ 1)
  }

  /// The sum, or the bound that it would pass.
  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (right < 0 ? .min : .max) : sum
  }

  func float(_ settings: Settings) throws(ConfigError) -> Plan.Kind {
    try settings.allow("float", ["min", "max", "precision"])
    let least = try settings.number("min")
    let greatest = try settings.number("max")
    // A range without bounds is 0 to 1; one without `max`, or with none above 0, is 1 wide.
    let low = least ?? greatest.map { $0 <= 0 ? $0 - 1 : 0 } ?? 0
    let high = greatest ?? low + 1
    guard low <= high else {
      throw settings.refusal("min", "found \(low), expected at most max, \(high)")
    }
    guard (high - low).isFinite else {
      throw settings.refusal("max", "found a range wider than a 64-bit number can hold")
    }
    guard let precision = try settings.length("precision", limit: 15) else {
      return .float(low: low, width: high - low)
    }
    var scale = 1.0
    for _ in 0..<precision { scale *= 10 }
    // `9.99 * 100` is 998.9999…: a bound that is a decimal of this precision must count as one.
    let first = Self.snapped(low * scale).rounded(.up)
    let last = Self.snapped(high * scale).rounded(.down)
    guard max(first.magnitude, last.magnitude) < 0x1p53 else {
      throw settings.refusal(
        "precision", "found \(precision), which numbers of this size cannot have; make it smaller")
    }
    guard first <= last else {
      throw settings.refusal(
        "precision",
        "found \(precision), but no number with that many decimals lies between "
          + "\(low) and \(high)")
    }
    return .decimal(low: Int64(first), span: UInt64(last - first) + 1, scale: scale)
  }

  /// The nearest integer where the value misses it by rounding errors alone.
  private static func snapped(_ value: Double) -> Double {
    let nearest = value.rounded()
    return (value - nearest).magnitude <= nearest.ulp * 2 ? nearest : value
  }

  mutating func string(_ settings: Settings) throws(ConfigError) -> Plan.Kind {
    try settings.allow("string", ["min_length", "max_length", "charset", "alphabet"])
    let lengths = try settings.lengths(default: 8...16, limit: 1_000_000)
    let letters = try Self.letters(settings)
    // Each letter is kept as it stands in JSON, so that drawing one copies bytes.
    let escaped = letters.map { letter in
      Array(JSONValue.string(letter).encoded.dropFirst().dropLast())
    }
    let first = parts.keep(pieces: escaped)
    return .string(
      length: lengths.lowerBound, span: UInt64(lengths.count), first: first, count: escaped.count)
  }

  private static func letters(_ settings: Settings) throws(ConfigError) -> [String] {
    let charset = try settings.text("charset")
    if let alphabet = try settings.text("alphabet") {
      guard charset == nil else {
        throw settings.refusal("alphabet", "found beside charset; keep one of them")
      }
      guard !alphabet.isEmpty else {
        throw settings.refusal("alphabet", "found no letters, expected at least one")
      }
      return alphabet.unicodeScalars.map { String(Character($0)) }
    }
    let name = charset ?? "alphanumeric"
    guard let ranges = charsets[name] else {
      throw settings.refusal(
        "charset",
        "found \"\(name)\", expected one of "
          + charsets.keys.sorted().joined(separator: ", ")
          + "; alphabet = \"abc\" lists letters of your own")
    }
    return ranges.flatMap { $0.map { String(Character(Unicode.Scalar($0))) } }
  }

  /// Named sets of letters, as ranges of ASCII.
  private static let charsets: [String: [ClosedRange<UInt8>]] = {
    let upper: ClosedRange<UInt8> = 0x41...0x5a
    let lower: ClosedRange<UInt8> = 0x61...0x7a
    let digits: ClosedRange<UInt8> = 0x30...0x39
    return [
      "alphabetic": [upper, lower], "alphanumeric": [upper, lower, digits],
      "ascii": [0x20...0x7e], "hex": [digits, 0x61...0x66], "lowercase": [lower],
      "numeric": [digits], "uppercase": [upper],
    ]
  }()

  mutating func choice(_ settings: Settings) throws(ConfigError) -> Plan.Kind {
    try settings.allow("choice", ["values", "weights"])
    guard let values = try settings.array("values"), !values.isEmpty else {
      throw settings.refusal("values", "found none, expected an array of at least one value")
    }
    let encoded = values.map(\.encoded)
    guard let weights = try settings.array("weights") else {
      return .choice(first: parts.keep(pieces: encoded), count: values.count)
    }
    guard weights.count == values.count else {
      throw settings.refusal(
        "weights",
        "found \(weights.count) weights, expected one for each of the "
          + "\(values.count) values")
    }
    var cumulated: [Double] = []
    for (index, weight) in weights.enumerated() {
      guard let number = weight.double, number >= 0 else {
        throw ConfigError(
          settings.path + ["weights", String(index)],
          "found \(weight), expected a number that is not negative")
      }
      cumulated.append((cumulated.last ?? 0) + number)
    }
    guard let total = cumulated.last, total > 0, total.isFinite else {
      throw settings.refusal("weights", "found only zeros, expected a weight above 0")
    }
    let first = parts.keep(pieces: encoded, cumulated: cumulated)
    return .weighted(first: first, count: values.count)
  }
}
