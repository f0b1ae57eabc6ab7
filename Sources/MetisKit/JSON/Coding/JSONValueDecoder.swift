/// Decodes `Decodable` types from JSON values: for configurations and tests, not for the request
/// path (a container costs allocations).
///
/// Strict where JSON is: no number from a string, no Bool from a number. An integer may be written
/// with a fraction of zero (`1.0`), as JSON Schema has it. ``JSONValue`` itself decodes as it is.
public struct JSONValueDecoder: Sendable {
  /// What to do with members of an object that the type never asked for.
  public enum UnknownKeys: Sendable, Hashable {
    /// Passes over them.
    case ignore
    /// Throws one error that lists them all, when all else decoded.
    case fail
  }

  /// What to do with members that no type asked for.
  public var unknownKeys: UnknownKeys

  /// A decoder.
  public init(unknownKeys: UnknownKeys = .ignore) { self.unknownKeys = unknownKeys }

  /// The `type` that `value` is.
  public func decode<T: Decodable>(
    _ type: T.Type, from value: JSONValue
  ) throws(JSONCodingError) -> T {
    let asked = unknownKeys == .fail ? AskedKeys() : nil
    let decoded: T
    do {
      decoded = try ValueDecoder(value: value, codingPath: [], asked: asked).decode(type)
    } catch {
      throw JSONCodingError(wrapping: error, at: [])
    }
    if let unknown = asked?.unknown, !unknown.isEmpty { throw JSONCodingError(unknown: unknown) }
    return decoded
  }

  /// The `type` that JSON text is. An error of the text has the path `$`.
  public func decode<T: Decodable>(
    _ type: T.Type, fromJSON bytes: [UInt8], limits: JSONLimits = JSONLimits()
  ) throws(JSONCodingError) -> T {
    let value: JSONValue
    do {
      value = try JSONValue(jsonBytes: bytes, limits: limits)
    } catch {
      throw JSONCodingError([], error.description)
    }
    return try decode(type, from: value)
  }
}

/// Which members of each object were asked for, during one decoding. Used by one thread.
final class AskedKeys {
  private struct Entry {
    let path: [any CodingKey]
    let object: JSONObject
    var asked: Set<UTF8Key> = []
  }

  private var entries: [String: Entry] = [:]
  private var order: [String] = []

  /// Notes that `object` at `path` is read by its members.
  func open(_ object: JSONObject, at path: [any CodingKey]) -> String {
    let text = JSONCodingError.text(path)
    if entries[text] == nil {
      entries[text] = Entry(path: path, object: object)
      order.append(text)
    }
    return text
  }

  /// Notes that the object at `path` was asked for `key`.
  func ask(_ key: String, at path: String) { entries[path]?.asked.insert(UTF8Key(key)) }

  /// The members that were not asked for, in the order in which the objects were read.
  var unknown: [JSONCodingError.UnknownKey] {
    order.flatMap { path in
      guard let entry = entries[path] else { return [JSONCodingError.UnknownKey]() }
      let known = entry.asked.map(\.string).sorted()
      return entry.object.keys.filter { !entry.asked.contains(UTF8Key($0)) }
        .map { JSONCodingError.UnknownKey(path: path, key: $0, known: known) }
    }
  }
}

/// The decoder of one value.
struct ValueDecoder: Decoder {
  let value: JSONValue
  let codingPath: [any CodingKey]
  let asked: AskedKeys?

  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let object) = value else {
      throw JSONCodingError(codingPath, found: value, expected: "an object")
    }
    return KeyedDecodingContainer(KeyedReader<Key>(object, codingPath, asked))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let elements) = value else {
      throw JSONCodingError(codingPath, found: value, expected: "an array")
    }
    return UnkeyedReader(elements: elements, codingPath: codingPath, asked: asked)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}

extension ValueDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { value.isNull }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let bool) = value else { throw mismatch("true or false") }
    return bool
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .string(let string) = value else { throw mismatch("a string") }
    return string
  }

  func decode(_ type: Double.Type) throws -> Double {
    guard case .number(let number) = value else { throw mismatch("a number") }
    guard let double = number.double else { throw mismatch("a number that fits Double") }
    return double
  }

  func decode(_ type: Float.Type) throws -> Float {
    let float = Float(try decode(Double.self))
    guard float.isFinite else { throw mismatch("a number that fits Float") }
    return float
  }

  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    if type == JSONValue.self, let value = value as? T { return value }
    do {
      return try T(from: self)
    } catch let error as JSONCodingError {
      throw error
    } catch {
      throw JSONCodingError(wrapping: error, at: codingPath)
    }
  }

  private func integer<T: FixedWidthInteger>() throws -> T {
    guard case .number(let number) = value else { throw mismatch("an integer") }
    let integer = number.int.flatMap { T(exactly: $0) } ?? number.uint.flatMap { T(exactly: $0) }
    guard let integer else {
      throw mismatch(
        number.isInteger ? "an integer from \(T.min) to \(T.max)" : "an integer")
    }
    return integer
  }

  private func mismatch(_ expected: String) -> JSONCodingError {
    JSONCodingError(codingPath, found: value, expected: expected)
  }
}
