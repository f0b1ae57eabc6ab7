/// Why a value does not decode as a type, or a type does not encode.
public struct JSONCodingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A member of an object that its type never asked for.
  public struct UnknownKey: Sendable, Hashable {
    /// The object's place, as in ``JSONCodingError/path``.
    public let path: String
    /// The member's name.
    public let key: String
    /// The names that the type asked for, sorted.
    public let known: [String]
  }

  /// The place as a JSONPath (RFC 9535) from the root: `$.tools[2].name`.
  public let path: String

  /// What was found and what was expected.
  public let message: String

  /// All unknown members, where they are the error.
  public let unknownKeys: [UnknownKey]

  init(path: String, message: String, unknownKeys: [UnknownKey] = []) {
    self.path = path
    self.message = message
    self.unknownKeys = unknownKeys
  }

  /// The path and the message.
  public var description: String { "\(path): \(message)" }

  /// The error at `path`.
  init(_ path: [any CodingKey], _ message: String) {
    self.init(path: Self.text(path), message: message)
  }

  /// `value` at `path` where `expected` was asked for.
  init(_ path: [any CodingKey], found value: JSONValue, expected: String) {
    let found =
      switch value {
      case .object, .array, .null, .bool: value.kind.description
      case .number, .string: "\(value.kind) \(value.description.prefix(60))"
      }
    self.init(path, "found \(found), expected \(expected)")
  }

  /// The unknown members `keys`, of which there is at least one.
  init(unknown keys: [UnknownKey]) {
    let shown = keys.prefix(8).map { key in
      "\"\(key.key)\" at \(key.path), expected "
        + (key.known.isEmpty ? "no member" : "one of " + key.known.joined(separator: ", "))
    }
    let rest = keys.count > shown.count ? "; and \(keys.count - shown.count) more" : ""
    self.init(
      path: keys[0].path,
      message: "found unknown member " + shown.joined(separator: "; ") + rest, unknownKeys: keys)
  }

  /// Any error that a type's own decoding or encoding threw.
  init(wrapping error: any Error, at path: [any CodingKey]) {
    switch error {
    case let error as JSONCodingError: self = error
    case DecodingError.dataCorrupted(let context):
      self.init(context.codingPath, context.debugDescription)
    case DecodingError.keyNotFound(let key, let context):
      self.init(context.codingPath, "found no member \"\(key.stringValue)\"")
    case DecodingError.typeMismatch(let type, let context),
      DecodingError.valueNotFound(let type, let context):
      self.init(context.codingPath, "expected \(type): \(context.debugDescription)")
    case EncodingError.invalidValue(_, let context):
      self.init(context.codingPath, context.debugDescription)
    default: self.init(path, "\(error)")
    }
  }

  /// `path` as a JSONPath; names that are no identifiers stand in brackets.
  static func text(_ path: [any CodingKey]) -> String {
    path.reduce(into: "$") { text, key in
      if let index = key.intValue {
        text += "[\(index)]"
      } else if isIdentifier(key.stringValue) {
        text += "." + key.stringValue
      } else {
        text += "[" + JSONValue.string(key.stringValue).description + "]"
      }
    }
  }

  private static func isIdentifier(_ name: String) -> Bool {
    !name.isEmpty && !JSONText.isDigit(name.utf8.first ?? 0)
      && name.unicodeScalars.allSatisfy { scalar in
        scalar == "_" || scalar.value >= 0x80 || scalar.properties.isAlphabetic
          || JSONText.isDigit(UInt8(truncatingIfNeeded: scalar.value))
      }
  }
}

/// A step of a path: an object's member or an array's element.
struct PathKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }
}
