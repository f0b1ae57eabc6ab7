import Glibc
import JSONSchema
import MetisKit
import Patterns

/// What a rule asks of one value, compiled.
indirect enum Matcher: Sendable {
  /// The same JSON value: objects in any order, numbers by what they denote.
  case equals(JSONValue)
  /// An object that has these members and perhaps others, and so on below.
  case includes(JSONValue)
  /// A text in which the pattern is found.
  case matches(Pattern)
  /// A text with this part, an array with this element, an object with this name.
  case contains(JSONValue)
  /// A text that begins so.
  case startsWith(String)
  /// A text that ends so.
  case endsWith(String)
  /// A number in this order to the bound.
  case compares(Comparison, JSONNumber)
  /// One of the values.
  case oneOf([JSONValue])
  /// A value that the JSON Schema describes.
  case schema(Schema)
  /// No value at all.
  case absent
  /// Any value.
  case present
  /// What does not match. Holds where there is no value, unless the matcher inside does.
  case not(Matcher)
  /// At least one holds.
  case anyOf([Matcher])
  /// All hold.
  case allOf([Matcher])
  /// None holds.
  case noneOf([Matcher])

  /// An order of numbers.
  enum Comparison: String, Sendable, CaseIterable {
    case greaterThan = "greater_than"
    case atLeast = "at_least"
    case lessThan = "less_than"
    case atMost = "at_most"
  }

  /// Whether the matcher holds for `value`, nil where the call has none at that place. Throws where a
  /// pattern or schema hits its limit.
  func holds(_ value: JSONValue?) throws(CallError) -> Bool {
    switch self {
    case .absent: return value == nil
    case .not(let inner): return try !inner.holds(value)
    case .anyOf(let inner): return try Self.any(inner, value)
    case .noneOf(let inner): return try !Self.any(inner, value)
    case .allOf(let inner):
      for matcher in inner where try !matcher.holds(value) { return false }
      return true
    default: return try value.map { value throws(CallError) in try accepts(value) } ?? false
    }
  }

  private static func any(_ matchers: [Matcher], _ value: JSONValue?) throws(CallError) -> Bool {
    for matcher in matchers where try matcher.holds(value) { return true }
    return false
  }

  private func accepts(_ value: JSONValue) throws(CallError) -> Bool {
    switch self {
    case .equals(let wanted): return value == wanted
    case .includes(let wanted): return Self.includes(value, wanted)
    case .matches(let pattern):
      guard let text = value.string else { return false }
      do throws(PatternError) {
        return try pattern.matches(text)
      } catch {
        throw CallError("the pattern \"\(pattern.source)\" of a rule: \(error)")
      }
    case .contains(let part): return Self.contains(value, part)
    case .startsWith(let start): return value.string?.utf8.starts(with: start.utf8) ?? false
    case .endsWith(let end):
      guard let text = value.string, text.utf8.count >= end.utf8.count else { return false }
      return text.utf8.suffix(end.utf8.count).elementsEqual(end.utf8)
    case .compares(let comparison, let bound):
      return value.number.map { comparison.holds($0, bound) } ?? false
    case .oneOf(let values): return values.contains(value)
    case .schema(let schema):
      let validation = schema.validate(value)
      if let limit = validation.limit {
        throw CallError("the schema of a rule: \(limit)")
      }
      return validation.isValid
    case .present: return true
    case .absent, .not, .anyOf, .allOf, .noneOf: return false
    }
  }

  /// Whether `value` has all that `wanted` has. The depth is that of `wanted`, which was parsed.
  private static func includes(_ value: JSONValue, _ wanted: JSONValue) -> Bool {
    guard let members = wanted.object else { return value == wanted }
    return members.allSatisfy { name, wanted in
      value[name].map { includes($0, wanted) } ?? false
    }
  }

  private static func contains(_ value: JSONValue, _ part: JSONValue) -> Bool {
    switch value {
    case .array(let elements): elements.contains(part)
    case .object(let members): part.string.map(members.contains) ?? false
    case .string(let text): part.string.map { TextSearch.contains(text, $0) } ?? false
    default: false
    }
  }
}

extension Matcher.Comparison {
  /// Whether `value` stands so to `bound`.
  fileprivate func holds(_ value: JSONNumber, _ bound: JSONNumber) -> Bool {
    switch self {
    case .greaterThan: Self.isLess(bound, value)
    case .atLeast: value == bound || Self.isLess(bound, value)
    case .lessThan: Self.isLess(value, bound)
    case .atMost: value == bound || Self.isLess(value, bound)
    }
  }

  /// Integers of 64 bits are compared exactly, others as 64-bit floats.
  private static func isLess(_ left: JSONNumber, _ right: JSONNumber) -> Bool {
    if let left = left.int, let right = right.int { return left < right }
    guard let left = left.double, let right = right.double else { return false }
    return left < right
  }
}

/// Searching a text by its UTF-8.
enum TextSearch {
  /// Whether `text` has `part` in it. Parts come from the configuration: they are short, so a search
  /// from every place of their first byte is quick.
  static func contains(_ text: String, _ part: String) -> Bool {
    var text = text
    var part = part
    return text.withUTF8 { text in
      part.withUTF8 { part in
        guard let wanted = part.baseAddress, let first = part.first else { return true }
        guard var start = text.baseAddress else { return false }
        let end = start + text.count
        while end - start >= part.count {
          let places = end - start - part.count + 1
          guard let found = memchr(start, Int32(first), places) else { return false }
          if memcmp(found, wanted, part.count) == 0 { return true }
          start = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
        }
        return false
      }
    }
  }
}
