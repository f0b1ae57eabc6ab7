import MetisKit

extension Matcher {
  /// What the matcher expects, in words.
  var expected: String {
    switch self {
    case .equals(let value): Self.text(value)
    case .includes(let value): "an object with \(Self.text(value))"
    case .matches(let pattern): "a text that matches /\(Self.cut(pattern.source))/"
    case .contains(let part): "something that contains \(Self.text(part))"
    case .startsWith(let start): "a text that starts with \(Self.text(.string(start)))"
    case .endsWith(let end): "a text that ends with \(Self.text(.string(end)))"
    case .compares(let comparison, let bound): "a number \(comparison.words) \(bound)"
    case .oneOf(let values): "one of \(Self.text(.array(values)))"
    case .schema: "a value that the schema allows"
    case .absent: "nothing"
    case .present: "any value"
    case .not(let inner): "anything but \(inner.expected)"
    case .anyOf(let inner): Self.join(inner, " or ")
    case .allOf(let inner): Self.join(inner, " and ")
    case .noneOf(let inner): "neither \(Self.join(inner, " nor "))"
    }
  }

  /// What was expected of `value`, which does not match, as exactly as it can be said.
  func expected(instead value: JSONValue?) -> String {
    switch self {
    case .schema(let schema):
      guard let value else { return expected }
      return "\(expected) (\(Self.cut(schema.validate(value).description, 200)))"
    case .allOf(let inner):
      let failed = inner.filter { ((try? $0.holds(value)) ?? false) == false }
      return failed.map { $0.expected(instead: value) }.joined(separator: " and ")
    default: return expected
    }
  }

  private static func join(_ matchers: [Matcher], _ separator: String) -> String {
    matchers.prefix(8).map(\.expected).joined(separator: separator)
      + (matchers.count > 8 ? separator + "…" : "")
  }

  /// A value as JSON, cut where it is long; `nothing` where there is none.
  static func text(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    return cut(String(decoding: value.encoded, as: UTF8.self))
  }

  static func cut(_ text: String, _ length: Int = 80) -> String {
    text.utf8.count <= length ? text : String(text.prefix(length)) + "…"
  }
}

extension Matcher.Comparison {
  fileprivate var words: String {
    switch self {
    case .greaterThan: "greater than"
    case .atLeast: "of at least"
    case .lessThan: "less than"
    case .atMost: "of at most"
    }
  }
}
