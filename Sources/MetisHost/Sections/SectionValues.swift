import JSON
import MetisConfig

extension ConfigValue {
  /// The value at `tokens`; nil where they lead nowhere.
  func value(at tokens: some Sequence<String>) -> ConfigValue? {
    var current = self
    for token in tokens {
      if let member = current[token] {
        current = member
      } else if let index = Int(token), let elements = current.array,
        elements.indices.contains(index)
      {
        current = elements[index]
      } else {
        return nil
      }
    }
    return current
  }

  /// Whether it, or something in it, came from the environment.
  var holdsSubstituted: Bool {
    if isSubstituted { return true }
    return switch content {
    case .array(let elements): elements.contains { $0.holdsSubstituted }
    case .table(let entries): entries.contains { $0.value.holdsSubstituted }
    default: false
    }
  }

  /// The value with `change` applied to everything in it that came from the environment. `path` is
  /// the way to it.
  func mappingSubstituted(
    _ path: [String] = [], _ change: ([String], ConfigValue) -> Content?
  ) -> ConfigValue {
    var value = replacingParts { entry in
      entry.value.mappingSubstituted(path + [entry.key], change)
    } element: { index, element in
      element.mappingSubstituted(path + [String(index)], change)
    }
    switch content {
    case .array, .table: break
    default:
      if isSubstituted, let content = change(path, self) { value.content = content }
    }
    return value
  }

  /// What it is, for messages: short values themselves, long ones by their kind.
  var shown: String {
    switch content {
    case .string(let text):
      let start = text.unicodeScalars.prefix(40)
      let whole = start.count == text.unicodeScalars.count
      let quoted = JSONValue.string(String(String.UnicodeScalarView(start))).description
      return whole ? quoted : quoted.dropLast() + "…\""
    case .number(let number):
      let text = number.description
      return text.utf8.count <= 40 ? text : "a number"
    default: return kind
    }
  }
}

/// Types of JSON Schema as a set.
struct ValueTypes: OptionSet {
  let rawValue: UInt8
  static let null = ValueTypes(rawValue: 1)
  static let boolean = ValueTypes(rawValue: 2)
  static let integer = ValueTypes(rawValue: 4)
  static let number = ValueTypes(rawValue: 8)
  static let string = ValueTypes(rawValue: 16)
  static let array = ValueTypes(rawValue: 32)
  static let object = ValueTypes(rawValue: 64)
  static let all = ValueTypes(rawValue: 127)

  fileprivate static let names: [(name: String, types: ValueTypes, words: String)] = [
    ("string", .string, "a string"), ("integer", .integer, "an integer"),
    ("number", [.number, .integer], "a number"), ("boolean", .boolean, "true or false"),
    ("array", .array, "an array"), ("object", .object, "a table"), ("null", .null, "null"),
  ]
}

extension ValueTypes {
  /// The types that the value of `type` names.
  init(naming value: JSONValue) {
    let names = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
    self = names.reduce(into: []) { types, name in
      types.formUnion(ValueTypes.names.first { $0.name == name }?.types ?? [])
    }
  }

  /// The type of a value.
  init(of value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool: self = .boolean
    case .number(let number): self = number.isInteger ? .integer : .number
    case .string: self = .string
    case .array: self = .array
    case .object: self = .object
    }
  }

  /// The types in the words of configurations: "a string or a table".
  var words: String {
    let words = ValueTypes.names.filter { entry in
      // An integer is named only where no number is allowed.
      isSuperset(of: entry.types) && !(entry.name == "integer" && contains(.number))
    }.map(\.words)
    guard words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
  }
}
