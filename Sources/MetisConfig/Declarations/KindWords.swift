import JSON

/// What kinds say about values, and how messages name them.
extension KeyDeclaration.Kind {
  /// Whether `value` has the form of this kind, whatever its range or its elements. A text from the
  /// environment may stand for a number or a truth value.
  func resembles(_ value: ConfigValue) -> Bool {
    switch self {
    case .any: true
    case .boolean: value.bool != nil
    case .integer, .unsigned, .number: value.number != nil
    case .text, .anyText, .path: value.string != nil
    case .choice, .dateTime: value.text != nil
    case .array, .tables: value.array != nil
    case .table, .map, .section: value.table != nil
    case .oneOf(let kinds): kinds.contains { $0.resembles(value) }
    }
  }

  /// Whether a number is in the range of this kind.
  func contains(_ number: JSONNumber) -> Bool {
    switch self {
    case .integer(let range): number.int.map { range.contains(Int64($0)) } ?? false
    case .unsigned: number.uint != nil
    case .number(let range, let isAbove):
      number.double.map { range.contains($0) && !(isAbove && $0 == range.lowerBound) } ?? false
    case .oneOf(let kinds): kinds.contains { $0.contains(number) }
    default: false
    }
  }

  /// What is expected, for messages: "an integer from 0 to 65535".
  public var expectation: String {
    switch self {
    case .boolean: "true or false"
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .unsigned: "an integer from 0 to \(UInt64.max)"
    case .number(let range, true):
      "a number above \(Self.plain(range.lowerBound)) and at most \(Self.plain(range.upperBound))"
    case .number(let range, false):
      "a number from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
    case .text, .anyText: "a string"
    case .choice(let choices): "one of \(choices.joined(separator: ", "))"
    case .path: "a path"
    case .dateTime: "a date or time such as 2026-01-02T03:04:05Z"
    case .array(let kind): "an array of \(kind.plural)"
    case .tables: "an array of tables"
    case .table, .map, .section: "a table"
    case .any: "anything"
    case .oneOf(let kinds):
      kinds.dropLast().map(\.expectation).joined(separator: ", ")
        + (kinds.last.map { ", or \($0.expectation)" } ?? "")
    }
  }

  /// What the elements of an array of this kind are.
  var element: KeyDeclaration.Kind? {
    switch self {
    case .array(let kind): kind
    case .tables(let table): .table(table)
    default: nil
    }
  }

  /// What an array of them holds.
  var plural: String {
    switch self {
    case .boolean: "truth values"
    case .integer, .unsigned: "integers"
    case .number: "numbers"
    case .text, .anyText: "strings"
    case .choice(let choices): "some of \(choices.joined(separator: ", "))"
    case .path: "paths"
    case .dateTime: "dates"
    case .array, .tables: "arrays"
    case .table, .map, .section: "tables"
    case .any, .oneOf: "values"
    }
  }

  /// A bound without `.0`.
  private static func plain(_ number: Double) -> String {
    Int64(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}

extension ConfigValue {
  /// The number; also of a text that came from the environment.
  var number: JSONNumber? {
    if case .number(let number) = content { return number }
    return isSubstituted ? string.flatMap { try? JSONNumber(text: $0) } : nil
  }

  /// The truth value; also of a text that came from the environment.
  var bool: Bool? {
    if case .bool(let bool) = content { return bool }
    return isSubstituted ? string.flatMap { Bool($0) } : nil
  }

  /// The string, or the date as it stands: TOML reads 2026-07-28 without quotes as a date.
  var text: String? {
    if case .datetime(let date) = content { return date }
    return string
  }
}

/// Dates and times of ISO 8601 in the forms of RFC 3339, whole or in part.
enum DateSyntax {
  /// `2026-01-02`, `03:04`, `03:04:05.6`, both with `T` or a space between, then `Z` or an offset.
  static func isDateOrTime(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    guard isDate(&rest) else { return isTime(&rest) && rest.isEmpty }
    guard let separator = rest.popFirst() else { return true }
    guard "Tt ".utf8.contains(separator), isTime(&rest) else { return false }
    guard let sign = rest.popFirst() else { return true }
    if "Zz".utf8.contains(sign) { return rest.isEmpty }
    return "+-".utf8.contains(sign) && number(&rest, 2, 0...23) && take(":", &rest)
      && number(&rest, 2, 0...59) && rest.isEmpty
  }

  private static func isDate(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let start = rest
    if number(&rest, 4, 0...9999), take("-", &rest), number(&rest, 2, 1...12), take("-", &rest),
      number(&rest, 2, 1...31)
    {
      return true
    }
    rest = start
    return false
  }

  private static func isTime(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard number(&rest, 2, 0...23), take(":", &rest), number(&rest, 2, 0...59) else { return false }
    guard take(":", &rest) else { return true }
    guard number(&rest, 2, 0...60) else { return false }
    guard take(".", &rest) else { return true }
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest.dropFirst(digits.count)
    return !digits.isEmpty
  }

  private static func take(_ character: Character, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first, first == character.asciiValue else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func number(
    _ rest: inout ArraySlice<UInt8>, _ digits: Int, _ range: ClosedRange<Int>
  ) -> Bool {
    let text = rest.prefix(digits)
    guard text.count == digits,
      text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return false }
    rest = rest.dropFirst(digits)
    return range.contains(text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
  }
}
