/// A JSON value as a tree whose objects keep the order of their members.
///
/// Strings, names included, are compared byte by byte in UTF-8 (RFC 8259, section 8.3), not by
/// Unicode equivalence as `String` does; objects without regard to order; numbers by what they
/// denote (``JSONNumber``). A tree that was parsed is never deeper than its ``JSONLimits`` allowed,
/// so recursion over it is bounded; one built in code is as deep as that code makes it.
public enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number.
  case number(JSONNumber)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)
}

extension JSONValue {
  /// Parses one JSON text.
  public init(
    parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) {
    var cursor = JSONCursor(bytes, limits: limits)
    self = try cursor.value()
    try cursor.finish()
  }

  /// Parses one JSON text.
  public init(jsonBytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    self = try jsonBytes.withUnsafeBytes { bytes in
      Result { () throws(JSONError) in try JSONValue(parsing: bytes, limits: limits) }
    }.get()
  }

  /// Parses one JSON text.
  public init(json text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
    var text = text
    self = try text.withUTF8 { utf8 in
      Result { () throws(JSONError) in
        try JSONValue(parsing: UnsafeRawBufferPointer(utf8), limits: limits)
      }
    }.get()
  }

  /// An integer as a value.
  public init(_ value: some BinaryInteger) { self = .number(JSONNumber(value)) }

  /// A number as a value; `null` where it is infinite or not a number, as in ECMAScript.
  public init(_ value: Double) { self = JSONNumber(value).map(JSONValue.number) ?? .null }

  /// A string as a value.
  public init(_ value: String) { self = .string(value) }

  /// A truth value as a value.
  public init(_ value: Bool) { self = .bool(value) }

  /// What the value is.
  public var kind: JSONKind {
    switch self {
    case .null: .null
    case .bool(let value): value ? .true : .false
    case .number: .number
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }

  /// Whether the value is `null`.
  public var isNull: Bool { if case .null = self { true } else { false } }

  /// The value where it is `true` or `false`.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The value where it is a number.
  public var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }

  /// The value where it is a number that is an integer of 64 bits.
  public var int: Int64? { number?.int }

  /// The nearest Double where the value is a number.
  public var double: Double? { number?.double }

  /// The value where it is a string.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The elements where the value is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The members where the value is an object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The member `name`; nil where there is none or the value is no object. Setting adds, replaces
  /// or, with nil, removes the member; a value that is no object becomes one.
  public subscript(name: String) -> JSONValue? {
    get { if case .object(let object) = self { object[name] } else { nil } }
    set {
      var object = self.object ?? JSONObject()
      self = .null  // Gives up the second reference, so that the change copies nothing.
      object[name] = newValue
      self = .object(object)
    }
  }

  /// The element at `index`; nil where there is none or the value is no array.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }
}

extension JSONValue: Hashable {
  /// Whether both are the same JSON value.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): sameUTF8(left, right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  /// Hashes what ``==(_:_:)`` compares.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0 as UInt8)
    case .bool(let value): hasher.combine(value ? 1 as UInt8 : 2)
    case .number(let value):
      hasher.combine(3 as UInt8)
      value.hash(into: &hasher)
    case .string(let value):
      hasher.combine(4 as UInt8)
      UTF8Key(value).hash(into: &hasher)
    case .array(let elements):
      hasher.combine(5 as UInt8)
      hasher.combine(elements.count)
      for element in elements { element.hash(into: &hasher) }
    case .object(let object):
      hasher.combine(6 as UInt8)
      object.hash(into: &hasher)
    }
  }
}

// Not by `nil`: in `condition ? value : nil` it would be JSON's null where the absence of a value is
// meant.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  /// An integer.
  public init(integerLiteral value: Int64) { self = .number(JSONNumber(integerLiteral: value)) }

  /// A number.
  public init(floatLiteral value: Double) { self.init(value) }

  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }

  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// An object, in the order of the literal. Of members with one name the last counts.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(JSONObject(members))
  }
}

/// Whether both strings have the same UTF-8, without Unicode equivalence.
func sameUTF8(_ left: String, _ right: String) -> Bool {
  // `==` on String holds for all strings with the same bytes and is quick to refuse; only where it
  // holds can the bytes still differ.
  left.utf8.count == right.utf8.count && left == right
    && left.utf8.elementsEqual(right.utf8)
}

/// A string that is hashed and compared by its UTF-8.
struct UTF8Key: Hashable, Sendable {
  let string: String

  init(_ string: String) { self.string = string }

  static func == (left: UTF8Key, right: UTF8Key) -> Bool { sameUTF8(left.string, right.string) }

  func hash(into hasher: inout Hasher) {
    var string = string
    string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xff as UInt8)
  }
}
