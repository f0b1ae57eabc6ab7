/// How large a value is when it is written, without writing it: values may share their parts, so that
/// a few operations can make one that no memory holds as text.
enum Extent {
  /// How deep a value may be.
  static let depth = 128

  /// The bytes of `value` as compact JSON, but for escapes; nil where it is larger than `limit` or
  /// too deep.
  static func size(of value: JSONValue, atMost limit: Int) -> Int? {
    var room = limit
    return take(value, &room, depth) ? limit - room : nil
  }

  private static func take(_ value: JSONValue, _ room: inout Int, _ depth: Int) -> Bool {
    switch value {
    case .null, .bool: room -= 4
    case .number: room -= 8
    case .string(let text): room -= text.utf8.count + 2
    case .array(let elements):
      room -= 2
      guard depth > 0, room >= 0 else { return false }
      for element in elements {
        room -= 1
        guard take(element, &room, depth - 1) else { return false }
      }
    case .object(let members):
      room -= 2
      guard depth > 0, room >= 0 else { return false }
      for (name, value) in members {
        room -= name.utf8.count + 4
        guard take(value, &room, depth - 1) else { return false }
      }
    }
    return room >= 0
  }
}
