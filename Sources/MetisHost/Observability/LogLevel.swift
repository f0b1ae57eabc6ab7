/// How much a line of the log matters. The raw values are METIS_LOG_… of the plugin ABI.
public enum LogLevel: UInt8, Sendable, CaseIterable, Comparable {
  case trace = 0
  case debug = 1
  case info = 2
  case warn = 3
  case error = 4

  /// The level by its name: `trace`, `debug`, `info`, `warn` or `error`; nil for another.
  public init?(name: String) {
    guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  /// The name in lower case, as an option and the JSON format write it.
  public var name: String { "\(self)" }

  /// The order of importance: `trace` is the least.
  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// The shape of a line of the log.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people at a terminal: aligned, coloured where the output is a terminal.
  case pretty
  /// For people and grep: `2026-01-02T03:04:05.678Z INFO host: text key=value`.
  case compact
  /// One JSON object a line: `time`, `level`, `source`, `message` and, where there are any,
  /// `fields`; `truncated` is true where something was cut off.
  case json
}

/// A value beside a message.
enum LogValue: Sendable {
  case string(String)
  case int(Int)
  case uint(UInt64)
  case double(Double)
  case bool(Bool)
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .int(value) }
  init(floatLiteral value: Double) { self = .double(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// Names and values beside a message, in their order.
struct LogFields: Sendable, ExpressibleByDictionaryLiteral {
  fileprivate(set) var pairs: [(name: String, value: LogValue)]

  init() { pairs = [] }

  init(dictionaryLiteral elements: (String, LogValue)...) {
    pairs = elements.map { (name: $0.0, value: $0.1) }
  }

  mutating func append(_ name: String, _ value: LogValue) {
    pairs.append((name: name, value: value))
  }
}
