public import JSON

/// A value of a configuration file that remembers where it stands.
///
/// The same tree is read from every format. Tables keep the order of the source and have each key
/// once.
public struct ConfigValue: Sendable {
  /// What a value is.
  public enum Content: Sendable {
    case null
    case bool(Bool)
    /// An integer or a number with a fraction; ``JSON/JSONNumber/isInteger`` tells them apart.
    case number(JSONNumber)
    case string(String)
    /// A date, a time of day or both, in the form of RFC 3339.
    case datetime(String)
    case array([ConfigValue])
    case table([ConfigEntry])
  }

  // The order of the properties keeps a value at 40 bytes.

  /// The value itself.
  public var content: Content

  /// A table or array that stands inside a line, not one that a TOML header opened.
  public var isInline: Bool

  /// Its text came (in part) from the environment or a file: messages never quote it, and it may
  /// stand for a number or a truth value.
  public var isSubstituted = false

  /// Where it begins.
  public var place: ConfigPlace

  /// A value at `place`.
  public init(_ content: Content, at place: ConfigPlace, isInline: Bool = true) {
    self.content = content
    self.place = place
    self.isInline = isInline
  }

  /// The string, where it is one.
  public var string: String? { if case .string(let value) = content { value } else { nil } }

  /// The elements, where it is an array.
  public var array: [ConfigValue]? { if case .array(let value) = content { value } else { nil } }

  /// The entries, where it is a table.
  public var table: [ConfigEntry]? { if case .table(let value) = content { value } else { nil } }

  /// The value of the entry `key`; nil where there is none or the value is no table.
  public subscript(key: String) -> ConfigValue? { table?.first { $0.key == key }?.value }

  /// What it is, for messages: "a string", "a table".
  public var kind: String {
    switch content {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let number): number.isInteger ? "an integer" : "a number"
    case .string: "a string"
    case .datetime: "a date or time"
    case .array: "an array"
    case .table: "a table"
    }
  }

  /// Whether it is the number zero; also as text that came from the environment.
  var isZero: Bool {
    if case .number(let number) = content { return number.double == 0 }
    return isSubstituted && string.flatMap(Double.init) == 0
  }

  /// The value without its places, members in the order of the source; dates become strings.
  public func toJSON() -> JSONValue {
    switch content {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let number): .number(number)
    case .string(let text), .datetime(let text): .string(text)
    case .array(let elements): .array(elements.map { $0.toJSON() })
    case .table(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.toJSON()) }))
    }
  }
}

/// A key and its value in a table.
public struct ConfigEntry: Sendable {
  /// The key.
  public var key: String

  /// Where the key stands.
  public var place: ConfigPlace

  /// The value.
  public var value: ConfigValue

  /// An entry whose key stands at `place`.
  public init(key: String, at place: ConfigPlace, value: ConfigValue) {
    self.key = key
    self.place = place
    self.value = value
  }
}
