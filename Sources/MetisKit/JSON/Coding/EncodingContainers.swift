/// Collects the members of an object.
struct KeyedCollector<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: EncodingSlot
  let codingPath: [any CodingKey]

  private func encoder(_ key: any CodingKey) -> ValueEncoder {
    ValueEncoder(
      slot: slot.member(key.stringValue),
      codingPath: codingPath + [PathKey(stringValue: key.stringValue)])
  }

  func encodeNil(forKey key: Key) throws { try encoder(key).encodeNil() }

  func encode(_ value: some Encodable, forKey key: Key) throws { try encoder(key).encode(value) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    encoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { encoder(PathKey(stringValue: "super")) }
  func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

/// Collects the elements of an array.
struct UnkeyedCollector: UnkeyedEncodingContainer {
  let slot: EncodingSlot
  let codingPath: [any CodingKey]

  var count: Int { slot.count }

  private func encoder() -> ValueEncoder {
    let path = codingPath + [PathKey(intValue: count)]
    return ValueEncoder(slot: slot.append(), codingPath: path)
  }

  func encodeNil() throws { try encoder().encodeNil() }
  func encode(_ value: some Encodable) throws { try encoder().encode(value) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    encoder().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder() }
}
