public import JSON

/// The id of a request: a string or an integer (JSON-RPC 2.0, section 4; MCP forbids null and
/// fractions).
///
/// It keeps the JSON text as it came, so that an answer carries the very same bytes, and is compared
/// by value: `"a"` and `"\u0061"` are equal, `1` and `"1"` are not.
public struct RequestID: Sendable {
  private enum Value: Hashable, Sendable {
    case integer(JSONNumber)
    case string(JSONValue)
  }

  private let value: Value

  /// The id as JSON text in UTF-8.
  public let json: [UInt8]

  /// The id that a scanned value is; nil where it is neither a string nor a number written as an
  /// integer.
  public init?(_ slice: JSONSlice) {
    guard Self.isID(slice) else { return nil }
    if let string = slice.string {
      value = .string(.string(string.decoded))
    } else {
      var cursor = slice.cursor()
      guard let number = try? cursor.number() else { return nil }
      value = .integer(number.number)
    }
    json = Array(slice.bytes)
  }

  /// The id that `json`, one JSON text, is; nil where it is none.
  public init?(json: UnsafeRawBufferPointer) {
    guard let slice = try? JSONCursor.validate(json) else { return nil }
    self.init(slice)
  }

  /// A string as an id.
  public init(_ string: String) {
    value = .string(.string(string))
    json = JSONValue.string(string).jsonBytes()
  }

  /// An integer as an id.
  public init(_ integer: some BinaryInteger) {
    let number = JSONNumber(integer)
    value = .integer(number)
    json = Array(number.description.utf8)
  }

  /// The id where it is an integer that fits.
  public var int: Int64? { if case .integer(let number) = value { number.int } else { nil } }

  /// The id where it is a string.
  public var string: String? { if case .string(let value) = value { value.string } else { nil } }

  /// The id as a value.
  public var jsonValue: JSONValue {
    switch value {
    case .integer(let number): .number(number)
    case .string(let value): value
    }
  }

  /// Whether a value may be an id. Reads its bytes alone.
  static func isID(_ slice: JSONSlice) -> Bool {
    switch slice.kind {
    case .string: true
    case .number:
      !slice.bytes.contains {
        $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
      }
    default: false
    }
  }
}

extension RequestID: Hashable {
  /// Whether both are the same string or the same integer, however they are written.
  public static func == (left: RequestID, right: RequestID) -> Bool { left.value == right.value }

  /// Hashes the value.
  public func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}

extension RequestID: CustomStringConvertible, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral
{
  /// The id as JSON text.
  public var description: String { String(decoding: json, as: UTF8.self) }

  /// An integer as an id.
  public init(integerLiteral value: Int64) { self.init(value) }

  /// A string as an id.
  public init(stringLiteral value: String) { self.init(value) }
}
