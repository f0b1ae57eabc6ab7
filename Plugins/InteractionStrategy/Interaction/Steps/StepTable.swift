import MetisKit

/// A table of the configuration while it is read: every member is taken once, and what nobody took is
/// refused. A member is found by its name in snake case or, as MCP spells it, in camel case.
struct StepTable {
  let path: [String]
  private let members: JSONObject
  private var taken: [String] = []
  private var known: [String] = []

  /// The table `value`, which stands at `path`.
  init(_ value: JSONValue, _ path: [String], expected: String) throws(ConfigError) {
    guard let object = value.object else {
      throw ConfigError(path, "found \(value.kind), expected \(expected)")
    }
    members = object
    self.path = path
  }

  /// Whether the table has the member `name`.
  func has(_ name: String) -> Bool { key(name) != nil }

  private func key(_ name: String) -> String? {
    if members.contains(name) { return name }
    let camel = Self.camelCase(name)
    return members.contains(camel) ? camel : nil
  }

  /// `mime_type` as `mimeType`.
  static func camelCase(_ name: String) -> String {
    guard !name.hasPrefix("_") else { return name }
    var result = ""
    var isUpper = false
    for character in name {
      if character == "_" {
        isUpper = true
      } else {
        result += isUpper ? character.uppercased() : String(character)
        isUpper = false
      }
    }
    return result
  }

  /// The path of the member `name`, as it is spelt.
  func at(_ name: String) -> [String] { path + [key(name) ?? name] }

  /// The member `name`.
  mutating func take(_ name: String) -> JSONValue? {
    known.append(name)
    guard let key = key(name) else { return nil }
    taken.append(key)
    return members[key]
  }

  /// The member `name`, which has to be there.
  mutating func require(_ name: String, _ what: String) throws(ConfigError) -> JSONValue {
    guard let value = take(name) else {
      throw ConfigError(path, "found no `\(name)`, expected \(what)")
    }
    return value
  }

  /// The member `name` as a text.
  mutating func string(_ name: String, _ what: String) throws(ConfigError) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.string else {
      throw ConfigError(at(name), "found \(value.kind), expected \(what)")
    }
    return text
  }

  /// The member `name` as true or false.
  mutating func bool(_ name: String) throws(ConfigError) -> Bool? {
    guard let value = take(name) else { return nil }
    guard let flag = value.bool else {
      throw ConfigError(at(name), "found \(value.kind), expected true or false")
    }
    return flag
  }

  /// The member `name` as an integer of `range`.
  mutating func integer(
    _ name: String, in range: ClosedRange<Int64>
  ) throws(ConfigError) -> Int64? {
    guard let value = take(name) else { return nil }
    guard let integer = value.int, range.contains(integer) else {
      throw ConfigError(
        at(name),
        "found \(String(decoding: value.encoded, as: UTF8.self)), expected an integer from "
          + "\(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// The member `name` as one of the words of `Choice`.
  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ type: Choice.Type
  ) throws(ConfigError) -> Choice? {
    guard let text = try string(name, Self.words(type)) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw ConfigError(at(name), "found \"\(text)\", expected \(Self.words(type))")
    }
    return choice
  }

  private static func words<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type
  ) -> String {
    "one of: " + type.allCases.map(\.rawValue).joined(separator: ", ")
  }

  /// What nobody has taken so far, as a table of its own.
  mutating func rest() -> JSONValue {
    let names = members.keys.filter { !taken.contains($0) }
    taken += names
    return .object(JSONObject(names.map { ($0, members[$0] ?? .null) }))
  }

  /// Refuses a member that nobody took.
  func finish() throws(ConfigError) {
    guard let stray = members.keys.first(where: { !taken.contains($0) }) else { return }
    throw ConfigError(
      path + [stray],
      "found an unknown member, expected one of: \(known.sorted().joined(separator: ", "))")
  }
}
