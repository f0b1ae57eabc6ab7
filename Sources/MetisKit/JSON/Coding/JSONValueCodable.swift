extension JSONValue: Codable {
  /// Decodes from any decoder. ``JSONValueDecoder`` gives the value itself instead, with the order
  /// of members and the text of numbers; another decoder gives what it knows of them.
  public init(from decoder: any Decoder) throws {
    if let decoder = decoder as? ValueDecoder {
      self = decoder.value
      return
    }
    if let container = try? decoder.container(keyedBy: PathKey.self) {
      var object = JSONObject()
      for key in container.allKeys {
        object.set(key.stringValue, try container.decode(JSONValue.self, forKey: key))
      }
      self = .object(object)
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      var elements: [JSONValue] = []
      while !container.isAtEnd { elements.append(try container.decode(JSONValue.self)) }
      self = .array(elements)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let int = try? container.decode(Int64.self) {
      self.init(int)
    } else if let uint = try? container.decode(UInt64.self) {
      self.init(uint)
    } else if let double = try? container.decode(Double.self) {
      self.init(double)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  /// Encodes to any encoder. ``JSONValueEncoder`` takes the value itself instead.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let object):
      var container = encoder.container(keyedBy: PathKey.self)
      for (name, value) in object {
        try container.encode(value, forKey: PathKey(stringValue: name))
      }
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    default:
      var container = encoder.singleValueContainer()
      switch self {
      case .bool(let value): try container.encode(value)
      case .string(let value): try container.encode(value)
      case .number(let number):
        if let int = number.int {
          try container.encode(int)
        } else if let uint = number.uint {
          try container.encode(uint)
        } else if let double = number.double {
          try container.encode(double)
        } else {
          throw JSONCodingError(
            encoder.codingPath, "found the number \(number), expected one that fits Double")
        }
      default: try container.encodeNil()
      }
    }
  }
}
