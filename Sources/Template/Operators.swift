extension JSONValue {
  /// Whether the value counts as true: not null, false, zero or empty.
  var isTruthy: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .number(let number): number != 0
    case .string(let text): !text.isEmpty
    case .array(let elements): !elements.isEmpty
    case .object(let members): !members.isEmpty
    }
  }

  /// What the value renders as: texts as they are, null as nothing, arrays and objects as JSON.
  var rendered: String {
    switch self {
    case .null: return ""
    case .bool(let value): return value ? "true" : "false"
    case .number(let number): return number.description
    case .string(let text): return text
    case .array, .object: return encodedText(pretty: false)
    }
  }

  func encodedText(pretty: Bool) -> String {
    var writer = JSONWriter(pretty: pretty)
    writer.value(self)
    return String(decoding: writer.finish(), as: UTF8.self)
  }
}

extension Evaluation {
  mutating func binary(
    _ offset: Int, _ operation: BinaryOperator, _ left: Node, _ right: Node
  ) throws(Fault) -> JSONValue {
    switch operation {
    case .or: return .bool(try isTrue(left) ? true : try isTrue(right))
    case .and: return .bool(try isTrue(left) ? try isTrue(right) : false)
    default: break
    }
    let first = try value(left)
    let second = try value(right)
    switch operation {
    case .or, .and: return false
    case .isIn: return .bool(try contains(second, first, at: offset))
    case .isNotIn: return .bool(try !contains(second, first, at: offset))
    case .equal: return .bool(try equal(first, second, at: offset))
    case .unequal: return .bool(try !equal(first, second, at: offset))
    case .less: return .bool(try order(first, second, offset, operation) < 0)
    case .lessOrEqual: return .bool(try order(first, second, offset, operation) <= 0)
    case .greater: return .bool(try order(first, second, offset, operation) > 0)
    case .greaterOrEqual: return .bool(try order(first, second, offset, operation) >= 0)
    case .concatenate:
      let left = try text(first, at: offset)
      let right = try text(second, at: offset)
      try charge(left.utf8.count + right.utf8.count, at: offset)
      return .string(left + right)
    case .add, .subtract, .multiply, .divide, .remainder:
      guard let left = first.number, let right = second.number else {
        let hint = operation == .add ? "; `~` joins texts" : ""
        throw Fault(
          offset,
          "found \(first.kind) \(operation.rawValue) \(second.kind), expected two "
            + "numbers\(hint)")
      }
      do throws(ArithmeticError) {
        return .number(try Arithmetic.apply(operation, left, right))
      } catch {
        throw Fault(offset, error.message)
      }
    }
  }

  /// What `value` renders as; its size is counted before it is made.
  mutating func text(_ value: JSONValue, at offset: Int) throws(Fault) -> String {
    if case .string(let text) = value { return text }
    try charge(value, at: offset)
    return value.rendered
  }

  /// Whether both are the same value; what is compared counts as made, since values share parts.
  mutating func equal(
    _ left: JSONValue, _ right: JSONValue, at offset: Int
  ) throws(Fault) -> Bool {
    if left.array != nil || left.object != nil { try charge(left, at: offset) }
    return left == right
  }

  mutating func contains(
    _ container: JSONValue, _ element: JSONValue, at offset: Int
  ) throws(Fault) -> Bool {
    switch container {
    case .array(let elements):
      for other in elements {
        try spend(at: offset)
        if try equal(other, element, at: offset) { return true }
      }
      return false
    case .object(let members): return element.string.map(members.contains) ?? false
    case .string(let text):
      guard let part = element.string else {
        throw Fault(offset, "found \(element.kind) before `in` a text, expected a text")
      }
      try spend(text.utf8.count / 64, at: offset)
      return TextSearch.contains(text, part)
    default:
      throw Fault(
        offset, "found \(container.kind) after `in`, expected an array, an object or a text")
    }
  }

  /// Negative, zero or positive as `left` is less than, equal to or greater than `right`.
  private func order(
    _ left: JSONValue, _ right: JSONValue, _ offset: Int, _ operation: BinaryOperator
  ) throws(Fault) -> Int {
    guard let order = Ordering.compare(left, right) else {
      throw Fault(
        offset,
        "found \(left.kind) \(operation.rawValue) \(right.kind), expected two numbers or "
          + "two texts")
    }
    return order
  }
}

/// The order of numbers, and of texts by their UTF-8.
enum Ordering {
  /// Negative, zero or positive; nil where the values have no order.
  static func compare(_ left: JSONValue, _ right: JSONValue) -> Int? {
    switch (left, right) {
    case (.number(let left), .number(let right)):
      if let left = left.int, let right = right.int {
        return left < right ? -1 : left == right ? 0 : 1
      }
      if left == right { return 0 }
      guard let left = left.double, let right = right.double else { return nil }
      return left < right ? -1 : left == right ? 0 : 1
    case (.string(let left), .string(let right)):
      if left.utf8.elementsEqual(right.utf8) { return 0 }
      return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    default: return nil
    }
  }
}
