/// Encodes `Encodable` types as JSON values, members in the order in which they are encoded.
///
/// A Double or Float that is infinite or not a number is an error, since JSON cannot say it.
public struct JSONValueEncoder: Sendable {
  /// An encoder.
  public init() {}

  /// `value` as a JSON value. A type that encodes nothing gives an empty object.
  public func encode(_ value: some Encodable) throws(JSONCodingError) -> JSONValue {
    do {
      return try ValueEncoder.value(of: value, at: [])
    } catch {
      throw JSONCodingError(wrapping: error, at: [])
    }
  }
}

/// Where a value is built up. Containers of one value share it. Used by one thread.
final class EncodingSlot {
  enum Content {
    case value(JSONValue)
    case array([EncodingSlot])
    case object([(String, EncodingSlot)])
  }

  var content: Content?

  /// What was encoded so far; an empty object where nothing was.
  var value: JSONValue {
    switch content {
    case nil: .object([:])
    case .value(let value): value
    case .array(let slots): .array(slots.map(\.value))
    case .object(let members): .object(JSONObject(members.map { ($0.0, $0.1.value) }))
    }
  }

  /// A slot for the next element. The slot becomes an array.
  func append() -> EncodingSlot {
    let slot = EncodingSlot()
    if case .array(var slots) = content {
      content = nil  // Gives up the second reference, so that appending copies nothing.
      slots.append(slot)
      content = .array(slots)
    } else {
      content = .array([slot])
    }
    return slot
  }

  /// A slot for the member `name`. The slot becomes an object.
  func member(_ name: String) -> EncodingSlot {
    let slot = EncodingSlot()
    if case .object(var members) = content {
      content = nil
      members.append((name, slot))
      content = .object(members)
    } else {
      content = .object([(name, slot)])
    }
    return slot
  }

  /// How many elements the slot has, where it is an array.
  var count: Int { if case .array(let slots) = content { slots.count } else { 0 } }
}

/// The encoder of one value.
struct ValueEncoder: Encoder {
  let slot: EncodingSlot
  let codingPath: [any CodingKey]

  var userInfo: [CodingUserInfoKey: Any] { [:] }

  static func value(of value: some Encodable, at path: [any CodingKey]) throws -> JSONValue {
    if let value = value as? JSONValue { return value }
    let slot = EncodingSlot()
    try value.encode(to: ValueEncoder(slot: slot, codingPath: path))
    return slot.value
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .object = slot.content {} else { slot.content = .object([]) }
    return KeyedEncodingContainer(KeyedCollector<Key>(slot: slot, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .array = slot.content {} else { slot.content = .array([]) }
    return UnkeyedCollector(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension ValueEncoder: SingleValueEncodingContainer {
  private func set(_ value: JSONValue) { slot.content = .value(value) }

  func encodeNil() throws { set(.null) }
  func encode(_ value: Bool) throws { set(.bool(value)) }
  func encode(_ value: String) throws { set(.string(value)) }
  func encode(_ value: Int) throws { set(JSONValue(value)) }
  func encode(_ value: Int8) throws { set(JSONValue(value)) }
  func encode(_ value: Int16) throws { set(JSONValue(value)) }
  func encode(_ value: Int32) throws { set(JSONValue(value)) }
  func encode(_ value: Int64) throws { set(JSONValue(value)) }
  func encode(_ value: UInt) throws { set(JSONValue(value)) }
  func encode(_ value: UInt8) throws { set(JSONValue(value)) }
  func encode(_ value: UInt16) throws { set(JSONValue(value)) }
  func encode(_ value: UInt32) throws { set(JSONValue(value)) }
  func encode(_ value: UInt64) throws { set(JSONValue(value)) }

  func encode(_ value: Double) throws {
    guard let number = JSONNumber(value) else {
      throw JSONCodingError(codingPath, "found \(value), expected a finite number")
    }
    set(.number(number))
  }

  func encode(_ value: Float) throws {
    guard value.isFinite else {
      throw JSONCodingError(codingPath, "found \(value), expected a finite number")
    }
    // The float's own shortest text: 0.1, not 0.10000000149011612.
    set(.number(try JSONNumber(text: value.description)))
  }

  func encode(_ value: some Encodable) throws { set(try Self.value(of: value, at: codingPath)) }
}
