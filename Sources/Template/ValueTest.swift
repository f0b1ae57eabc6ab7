/// The tests that may stand after `is`.
enum ValueTest: String, Sendable, CaseIterable {
  case defined
  case undefined
  case string
  case number
  case integer
  case bool
  case null
  case array
  case object
  case iterable
  case odd
  case even
  case divisibleby
  case startingWith = "starting_with"
  case endingWith = "ending_with"
  case containing
  case matching

  /// How many arguments the test takes.
  var argumentCount: Int {
    switch self {
    case .divisibleby, .startingWith, .endingWith, .containing, .matching: 1
    default: 0
    }
  }
}

extension Evaluation {
  /// Whether the test holds for what `node` gives, before a `not`.
  mutating func holds(_ applied: AppliedTest, _ node: Node) throws(Fault) -> Bool {
    switch applied.test {
    case .defined: return try find(node) != nil
    case .undefined: return try find(node) == nil
    default: break
    }
    let value = try value(node)
    switch applied.test {
    case .defined, .undefined: return false
    case .string: return value.string != nil
    case .number: return value.number != nil
    case .integer: return value.number?.isInteger ?? false
    case .bool: return value.bool != nil
    case .null: return value.isNull
    case .array: return value.array != nil
    case .object: return value.object != nil
    case .iterable: return value.array != nil || value.object != nil
    case .odd: return try integer(value, applied, node) % 2 != 0
    case .even: return try integer(value, applied, node) % 2 == 0
    case .divisibleby:
      let divisor = try integer(argument(applied), applied, node)
      guard divisor != 0 else { throw Fault(applied.offset, "found a division by zero") }
      // -1 divides everything; its remainder would overflow for the least integer.
      return divisor == -1 ? true : try integer(value, applied, node) % divisor == 0
    case .startingWith:
      return try text(value, applied, node).utf8.starts(with: textArgument(applied).utf8)
    case .endingWith:
      return try text(value, applied, node).utf8.reversed()
        .starts(with: textArgument(applied).utf8.reversed())
    case .containing:
      return try contains(value, try argument(applied), at: applied.offset)
    case .matching: return try matches(try text(value, applied, node), applied)
    }
  }

  private mutating func argument(_ applied: AppliedTest) throws(Fault) -> JSONValue {
    guard let node = applied.arguments.first else { return .null }
    return try value(node)
  }

  private mutating func textArgument(_ applied: AppliedTest) throws(Fault) -> String {
    let value = try argument(applied)
    guard let text = value.string else {
      throw Fault(
        applied.offset,
        "found \(value.kind) as argument of `\(applied.test.rawValue)`, expected "
          + "a text")
    }
    return text
  }

  private func text(
    _ value: JSONValue, _ applied: AppliedTest, _ node: Node
  ) throws(Fault) -> String {
    guard let text = value.string else {
      throw Fault(
        node.offset, "found \(value.kind) before `is \(applied.test.rawValue)`, expected a text")
    }
    return text
  }

  private func integer(
    _ value: JSONValue, _ applied: AppliedTest, _ node: Node
  ) throws(Fault) -> Int64 {
    guard let int = value.int else {
      throw Fault(
        node.offset, "found \(value.kind) at `is \(applied.test.rawValue)`, expected an integer")
    }
    return int
  }

  private mutating func matches(
    _ text: String, _ applied: AppliedTest
  ) throws(Fault) -> Bool {
    var matcher = applied.matcher
    let pattern = matcher == nil ? try textArgument(applied) : ""
    do throws(TemplateError) {
      if matcher == nil { matcher = try options.patterns?(pattern) }
      return try matcher?(text) ?? false
    } catch {
      throw Fault(applied.offset, error.message)
    }
  }
}
