extension JSONCursor {
  /// Reads the next value as a tree. Of members with one name the last value counts, at the place
  /// of the first.
  public mutating func value() throws(JSONError) -> JSONValue {
    try toValue()
    let value = try text.tree(&position, depth: text.depth - depth)
    state = .after
    return value
  }
}

extension JSONText {
  /// The tree of the value at `position` (white space passed), which moves behind it. Recurses once
  /// for each of at most `depth` levels.
  func tree(_ position: inout Position, depth: Int) throws(JSONError) -> JSONValue {
    switch byte(position) {
    case UInt8(ascii: "\""):
      return .string(try decodedString(&position))
    case UInt8(ascii: "{"):
      guard depth > 0 else { throw tooDeep(position) }
      return .object(try object(&position, depth: depth - 1))
    case UInt8(ascii: "["):
      guard depth > 0 else { throw tooDeep(position) }
      return .array(try array(&position, depth: depth - 1))
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      var isInteger = true
      let start = position
      position = try number(start, isInteger: &isInteger)
      let raw = UnsafeRawBufferPointer(start: start, count: position - start)
      return .number(JSONNumber(validated: raw, isInteger: isInteger))
    case UInt8(ascii: "t"):
      position = try literal(position)
      return .bool(true)
    case UInt8(ascii: "f"):
      position = try literal(position)
      return .bool(false)
    case UInt8(ascii: "n"):
      position = try literal(position)
      return .null
    default:
      throw failure(.expectedValue, at: position)
    }
  }

  /// The string whose opening quote stands at `position`, which moves behind its closing one.
  @inline(__always)
  private func decodedString(_ position: inout Position) throws(JSONError) -> String {
    var hasEscapes = false
    let start = position + 1
    let end = try string(start, hasEscapes: &hasEscapes)
    position = end + 1
    let raw = UnsafeRawBufferPointer(start: start, count: end - start)
    return hasEscapes ? StringDecoding.string(raw) : String(decoding: raw, as: UTF8.self)
  }

  private func object(_ position: inout Position, depth: Int) throws(JSONError) -> JSONObject {
    var object = JSONObject()
    position = whitespace(position + 1)
    if byte(position) == UInt8(ascii: "}") {
      position += 1
      return object
    }
    var absent = JSONError.Kind.expectedKey
    while true {
      guard byte(position) == UInt8(ascii: "\"") else { throw failure(absent, at: position) }
      let key = try decodedString(&position)
      position = try colon(position)
      object.set(key, try tree(&position, depth: depth))
      position = whitespace(position)
      let next = byte(position)
      if next == UInt8(ascii: "}") {
        position += 1
        return object
      }
      guard next == UInt8(ascii: ",") else {
        throw failure(.expectedCommaOrObjectEnd, at: position)
      }
      position = whitespace(position + 1)
      absent = .expectedKeyAfterComma
    }
  }

  private func array(_ position: inout Position, depth: Int) throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    position = whitespace(position + 1)
    if byte(position) == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {
      elements.append(try tree(&position, depth: depth))
      position = whitespace(position)
      let next = byte(position)
      if next == UInt8(ascii: "]") {
        position += 1
        return elements
      }
      guard next == UInt8(ascii: ",") else {
        throw failure(.expectedCommaOrArrayEnd, at: position)
      }
      position = whitespace(position + 1)
    }
  }
}
