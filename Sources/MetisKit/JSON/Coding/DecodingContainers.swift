/// Reads the members of an object.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let object: JSONObject
  let codingPath: [any CodingKey]
  private let asked: AskedKeys?

  /// The object's path in `asked`.
  private let place: String

  init(_ object: JSONObject, _ codingPath: [any CodingKey], _ asked: AskedKeys?) {
    self.object = object
    self.codingPath = codingPath
    self.asked = asked
    place = asked?.open(object, at: codingPath) ?? ""
  }

  /// The members that are keys of this type, which count as asked for.
  var allKeys: [Key] {
    object.keys.compactMap { name in
      let key = Key(stringValue: name)
      if key != nil { asked?.ask(name, at: place) }
      return key
    }
  }

  private func find(_ key: any CodingKey) -> JSONValue? {
    asked?.ask(key.stringValue, at: place)
    return object[key.stringValue]
  }

  private func decoder(_ key: any CodingKey) throws -> ValueDecoder {
    guard let value = find(key) else {
      throw JSONCodingError(
        codingPath, "found no member \"\(key.stringValue)\", which is required")
    }
    return ValueDecoder(value: value, codingPath: codingPath + [named(key)], asked: asked)
  }

  /// The step to `key` by its name: a key of an integer is a name here too.
  private func named(_ key: any CodingKey) -> any CodingKey {
    key.intValue == nil ? key : PathKey(stringValue: key.stringValue)
  }

  func contains(_ key: Key) -> Bool { find(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).decodeNil() }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder(key).decode(type) }

  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try decoder(key).decode(type)
  }

  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decoder(key).decode(type) }

  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try decoder(key).decode(type)
  }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try decoder(key).decode(type)
  }

  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
    guard let value = find(key) else { return nil }
    if value.isNull, type != JSONValue.self { return nil }
    return try decoder(key).decode(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try decoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try decoder(PathKey(stringValue: "super")) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

/// Reads the elements of an array in order.
struct UnkeyedReader: UnkeyedDecodingContainer {
  let elements: [JSONValue]
  let codingPath: [any CodingKey]
  let asked: AskedKeys?
  private(set) var currentIndex = 0

  init(elements: [JSONValue], codingPath: [any CodingKey], asked: AskedKeys?) {
    self.elements = elements
    self.codingPath = codingPath
    self.asked = asked
  }

  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  private func decoder() throws -> ValueDecoder {
    guard !isAtEnd else {
      throw JSONCodingError(
        codingPath, "found \(elements.count) elements, expected one with the index \(currentIndex)")
    }
    return ValueDecoder(
      value: elements[currentIndex],
      codingPath: codingPath + [PathKey(intValue: currentIndex)], asked: asked)
  }

  /// Gives what `read` makes of the current element; only a success moves to the next.
  private mutating func advance<T>(_ read: (ValueDecoder) throws -> T) throws -> T {
    let value = try read(try decoder())
    currentIndex += 1
    return value
  }

  mutating func decodeNil() throws -> Bool {
    guard try decoder().decodeNil() else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try advance { try $0.decode(type) }
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try advance { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try advance { try $0.unkeyedContainer() }
  }

  mutating func superDecoder() throws -> any Decoder { try advance { $0 } }
}
