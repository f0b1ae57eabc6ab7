/// Prometheus's text exposition format, version 0.0.4.
enum MetricText {
  /// The Content-Type of an exposition.
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// Whether a name follows [a-zA-Z_][a-zA-Z0-9_]*.
  static func isName(_ name: String) -> Bool {
    var first = true
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "_"):
        break
      case UInt8(ascii: "0")...UInt8(ascii: "9") where !first: break
      default: return false
      }
      first = false
    }
    return !first
  }

  /// `{a="1",b="2"}` in order of the names, values escaped; empty without labels.
  static func labels(_ labels: [(String, String)]) -> String {
    if labels.isEmpty { return "" }
    let parts = labels.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\(escapedLabel($0.1))\"" }
    return "{" + parts.joined(separator: ",") + "}"
  }

  static func appendHead(
    _ name: String, _ kind: MetricKind, _ help: String, to text: inout [UInt8]
  ) {
    if !help.isEmpty { text.append(contentsOf: "# HELP \(name) \(escapedHelp(help))\n".utf8) }
    text.append(contentsOf: "# TYPE \(name) \(kind.name)\n".utf8)
  }

  static func append(
    _ name: String, _ labels: String, _ cells: MetricCells, to text: inout [UInt8]
  ) {
    guard cells.kind == .histogram else {
      text.append(contentsOf: "\(name)\(labels) \(number(cells.value))\n".utf8)
      return
    }
    // `le` comes last, after the labels of the series.
    let prefix = labels.isEmpty ? "{" : labels.dropLast() + ","
    // The count is the sum of the very numbers shown: a scrape between two additions is whole.
    var total: UInt64 = 0
    for (index, count) in cells.buckets.enumerated() {
      total &+= count
      let bound = index < MetricCells.boundCount ? number(cells.bound(index)) : "+Inf"
      text.append(contentsOf: "\(name)_bucket\(prefix)le=\"\(bound)\"} \(total)\n".utf8)
    }
    text.append(contentsOf: "\(name)_sum\(labels) \(number(cells.observedSum))\n".utf8)
    text.append(contentsOf: "\(name)_count\(labels) \(total)\n".utf8)
  }

  /// A number as Go's ParseFloat reads it; whole numbers without a fraction.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    if let whole = Int64(exactly: value), abs(value) < 1e15 { return "\(whole)" }
    return "\(value)"
  }

  private static func escapedLabel(_ value: String) -> String {
    escaped(value, quote: true)
  }

  private static func escapedHelp(_ help: String) -> String {
    escaped(help, quote: false)
  }

  private static func escaped(_ text: String, quote: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quote: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
