import MetisKit

/// The settings of one value, with its place in the section for messages.
struct Settings {
  let members: JSONObject
  let path: [String]

  /// The settings at `path`; throws where the value is no object.
  init(_ value: JSONValue, path: [String]) throws(ConfigError) {
    guard let members = value.object else {
      throw ConfigError(
        path, "found \(value.kind), expected an object such as { type = \"uuid\" }")
    }
    self.members = members
    self.path = path
  }

  /// A refusal of the setting `name`.
  func refusal(_ name: String, _ message: String) -> ConfigError {
    ConfigError(path + [name], message)
  }

  private func mismatch(_ name: String, _ value: JSONValue, _ expected: String) -> ConfigError {
    let found =
      switch value {
      case .string, .number: "\(value.kind) (\(value))"
      default: value.kind.description
      }
    return refusal(name, "found \(found), expected \(expected)")
  }

  /// An integer of 64 bits.
  func integer(_ name: String) throws(ConfigError) -> Int64? {
    guard let value = members[name] else { return nil }
    guard let integer = value.int else {
      throw mismatch(name, value, "an integer of 64 bits")
    }
    return integer
  }

  /// A number.
  func number(_ name: String) throws(ConfigError) -> Double? {
    guard let value = members[name] else { return nil }
    guard let number = value.double else { throw mismatch(name, value, "a number") }
    return number
  }

  /// A number from 0 to 1.
  func probability(_ name: String) throws(ConfigError) -> Double? {
    guard let value = members[name] else { return nil }
    guard let number = value.double, (0...1).contains(number) else {
      throw mismatch(name, value, "a probability from 0 to 1")
    }
    return number
  }

  /// A length from 0 to `limit`.
  func length(_ name: String, limit: Int) throws(ConfigError) -> Int? {
    guard let value = members[name] else { return nil }
    guard let length = value.int, (0...Int64(limit)).contains(length) else {
      throw mismatch(name, value, "an integer from 0 to \(limit)")
    }
    return Int(length)
  }

  /// A text.
  func text(_ name: String) throws(ConfigError) -> String? {
    guard let value = members[name] else { return nil }
    guard let text = value.string else { throw mismatch(name, value, "a text") }
    return text
  }

  /// `true` or `false`.
  func flag(_ name: String) throws(ConfigError) -> Bool? {
    guard let value = members[name] else { return nil }
    guard let flag = value.bool else { throw mismatch(name, value, "true or false") }
    return flag
  }

  /// An array.
  func array(_ name: String) throws(ConfigError) -> [JSONValue]? {
    guard let value = members[name] else { return nil }
    guard let array = value.array else { throw mismatch(name, value, "an array") }
    return array
  }

  /// `min_length` and `max_length`. Where one is missing the default moves to fit the other.
  func lengths(default: ClosedRange<Int>, limit: Int) throws(ConfigError) -> ClosedRange<Int> {
    let least = try length("min_length", limit: limit)
    let greatest = try length("max_length", limit: limit)
    let low = least ?? min(`default`.lowerBound, greatest ?? `default`.lowerBound)
    let high = greatest ?? max(`default`.upperBound, low)
    guard low <= high else {
      throw refusal("min_length", "found \(low), expected at most max_length, \(high)")
    }
    return low...high
  }

  /// Refuses members that the type does not take.
  func allow(_ type: String, _ names: [String]) throws(ConfigError) {
    let known = ["type", "nullable"] + names
    for (name, _) in members where !known.contains(name) {
      throw refusal(
        name,
        "found a setting that \(type) does not take; it takes "
          + known.dropFirst().sorted().joined(separator: ", "))
    }
  }
}
