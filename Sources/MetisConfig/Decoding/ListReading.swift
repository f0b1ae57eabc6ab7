import JSON

/// Reading of lists and of numbers with a fraction.
extension TableReader {
  /// An array of strings that say something, with their places; wrong elements are left out.
  func strings(_ key: String, of expected: String = "an array of strings") -> [ConfigValue]? {
    guard let value = value(key) else { return nil }
    guard let array = value.array else {
      mismatch(key, value, expected: expected)
      return nil
    }
    return array.enumerated().compactMap { index, element in
      guard let text = element.string else {
        mismatch("\(key)[\(index)]", element, expected: "a string")
        return nil
      }
      if !text.isEmpty { return element }
      report.error(
        "found an empty string, expected a text", at: element.place, path: path("\(key)[\(index)]"))
      return nil
    }
  }

  /// An array of some of `choices`, none of them twice; also one alone, without the array.
  func choices(_ key: String, _ choices: [String]) -> [String]? {
    guard let value = value(key) else { return nil }
    var chosen: [String] = []
    for (index, element) in (value.array ?? [value]).enumerated() {
      let path = value.array == nil ? path(key) : path("\(key)[\(index)]")
      // TOML reads 2026-07-28 without quotes as a date.
      var text = element.string
      if case .datetime(let date) = element.content { text = date }
      let expected = "expected one of \(choices.joined(separator: ", "))"
      guard let text else {
        report.error("found \(element.kind), \(expected)", at: element.place, path: path)
        continue
      }
      if !choices.contains(text) {
        let near = element.isSubstituted ? nil : nearest(to: text, among: choices)
        report.error(
          "found \(quoted(text, element)), \(expected)", at: element.place, path: path,
          hint: near.map { "did you mean \"\($0)\"?" })
      } else if chosen.contains(text) {
        report.error("found \"\(text)\" a second time", at: element.place, path: path)
      } else {
        chosen.append(text)
      }
    }
    if value.array?.isEmpty == true {
      report.error(
        "found an empty array, expected some of \(choices.joined(separator: ", "))",
        at: value.place, path: path(key))
    }
    return chosen
  }

  /// A number in `range`, as it stands; also as text that came from the environment.
  func number(_ key: String, in range: ClosedRange<Int>) -> JSONNumber? {
    guard let value = value(key) else { return nil }
    let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
    var number: JSONNumber?
    if case .number(let found) = value.content { number = found }
    if value.isSubstituted, let text = value.string { number = try? JSONNumber(text: text) }
    guard let number, let double = number.double else {
      mismatch(key, value, expected: expected)
      return nil
    }
    if (Double(range.lowerBound)...Double(range.upperBound)).contains(double) { return number }
    let found = value.isSubstituted ? "a value from the environment" : "\(number)"
    report.error("found \(found), expected \(expected)", at: value.place, path: path(key))
    return nil
  }

  /// A time in milliseconds from `least` on, small enough for a client that reads numbers as
  /// doubles.
  func milliseconds(_ key: String, from least: Int64 = 0) -> Int64? {
    integer(key, in: least...(1 << 53 - 1))
  }

  /// `text` in quotes for a message, unless it came from the environment.
  func quoted(_ text: String, _ value: ConfigValue) -> String {
    value.isSubstituted ? "a value from the environment" : "\"\(text.prefix(80))\""
  }
}
