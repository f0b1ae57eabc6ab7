import JSON

extension TreeValidator {
  /// Whether `value` satisfies `keyword`.
  mutating func check(
    _ keyword: Keyword, _ value: JSONValue, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    switch keyword {
    case .never: return try fail("found \(value.summary), expected nothing here")
    case .types(let types):
      guard !types.accepts(value) else { return true }
      return try fail("found \(value.summary), expected \(types.words)")
    case .enumeration(let values, let set): return try check(value, isOneOf: values, set)
    case .constant(let constant):
      if value == constant { return true }
      return try fail("found \(value.summary), expected \(constant.summary)")
    case .bound, .multiple:
      guard case .number(let number) = value else { return true }
      return try check(keyword, number)
    case .minLength, .maxLength, .pattern, .format:
      guard case .string(let text) = value else { return true }
      return try check(keyword, text)
    case .minItems, .maxItems, .uniqueItems, .items, .prefixItems, .contains, .unevaluatedItems:
      guard case .array(let elements) = value else { return true }
      return try check(keyword, elements, &evaluated)
    case .minProperties, .maxProperties, .required, .properties, .patternProperties,
      .additionalProperties, .propertyNames, .dependentRequired, .unevaluatedProperties:
      guard case .object(let object) = value else { return true }
      return try check(keyword, object, &evaluated)
    case .dependentSchemas(let rules):
      guard case .object(let object) = value else { return true }
      var isValid = true
      for (name, node) in rules where object.contains(name) {
        guard try inPlace(node, value, at: .name(name), &evaluated) else {
          isValid = false
          if goesOn { continue } else { return false }
        }
      }
      return isValid
    default: return try checkLogic(keyword, value, &evaluated)
    }
  }

  private mutating func check(
    _ value: JSONValue, isOneOf values: [JSONValue], _ set: Set<JSONValue>
  ) throws(Stop) -> Bool {
    if values.count <= 4 ? values.contains(value) : set.contains(value) { return true }
    let shown = values.prefix(8).map(\.summary).joined(separator: ", ")
    let more = values.count > 8 ? " and \(values.count - 8) more" : ""
    return try fail("found \(value.summary), expected one of \(shown)\(more)")
  }

  private mutating func check(_ keyword: Keyword, _ number: JSONNumber) throws(Stop) -> Bool {
    let value = SchemaNumber(number)
    let found = JSONValue.number(number).summary
    switch keyword {
    case .bound(.minimum, let bound):
      if !value.isLess(than: bound) { return true }
      return try fail("found \(found), expected at least \(bound.number)")
    case .bound(.maximum, let bound):
      if !bound.isLess(than: value) { return true }
      return try fail("found \(found), expected at most \(bound.number)")
    case .bound(.exclusiveMinimum, let bound):
      if bound.isLess(than: value) { return true }
      return try fail("found \(found), expected more than \(bound.number)")
    case .bound(.exclusiveMaximum, let bound):
      if value.isLess(than: bound) { return true }
      return try fail("found \(found), expected less than \(bound.number)")
    case .multiple(let divisor):
      if value.exact.isMultiple(of: divisor.exact) { return true }
      return try fail("found \(found), expected a multiple of \(divisor.number)")
    default: return true
    }
  }

  private mutating func check(_ keyword: Keyword, _ text: String) throws(Stop) -> Bool {
    func found() -> String { JSONValue.string(text).summary }
    switch keyword {
    case .minLength(let least):
      try step(text.utf8.count / 64)
      let count = text.unicodeScalars.count
      if count >= least { return true }
      return try fail("found \(found()) of \(count) characters, expected at least \(least)")
    case .maxLength(let most):
      try step(text.utf8.count / 64)
      let count = text.unicodeScalars.count
      if count <= most { return true }
      return try fail("found \(found()) of \(count) characters, expected at most \(most)")
    case .pattern(let pattern):
      if try search(pattern, text) { return true }
      return try fail("found \(found()), expected a match of the pattern \(pattern.source)")
    case .format(let format):
      try step(text.utf8.count / 8)
      if format.accepts(text) { return true }
      return try fail("found \(found()), expected \(format.words)")
    default: return true
    }
  }

  /// The keywords that combine subschemas for the same value.
  private mutating func checkLogic(
    _ keyword: Keyword, _ value: JSONValue, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    switch keyword {
    case .reference(let node): return try inPlace(node, value, &evaluated)
    case .dynamicReference(let name, let initial):
      return try inPlace(dynamicTarget(name, initial), value, &evaluated)
    case .combination(.all, let nodes):
      var isValid = true
      for (index, node) in nodes.enumerated()
      where try !inPlace(node, value, at: .index(index), &evaluated) {
        isValid = false
        if !goesOn { return false }
      }
      return isValid
    case .combination(.any, let nodes): return try checkAny(nodes, value, &evaluated)
    case .combination(.one, let nodes): return try checkOne(nodes, value, &evaluated)
    case .not(let node):
      var ignored = Evaluated()
      if try !quietly(node, value, &ignored) { return true }
      return try fail("found \(value.summary), expected what the schema of \"not\" refuses")
    case .conditional(let condition, let then, let otherwise):
      if try quietly(condition, value, &evaluated) {
        guard let then else { return true }
        return try inPlaceBeside("then", then, value, &evaluated)
      }
      guard let otherwise else { return true }
      return try inPlaceBeside("else", otherwise, value, &evaluated)
    default: return true
    }
  }

  private mutating func checkAny(
    _ nodes: [Int], _ value: JSONValue, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    var isValid = false
    for node in nodes where try quietly(node, value, &evaluated) {
      isValid = true
      // What the others evaluate counts only where somebody asks.
      if !schema.needsEvaluated { break }
    }
    if isValid { return true }
    let hint = try closest(nodes, value)
    return try fail(
      "found \(value.summary), expected a match of at least one of \(nodes.count) schemas\(hint)")
  }

  private mutating func checkOne(
    _ nodes: [Int], _ value: JSONValue, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    var matching: [Int] = []
    var own = Evaluated()
    for (index, node) in nodes.enumerated() {
      guard try quietly(node, value, &own) else { continue }
      matching.append(index)
      if matching.count > 1 { break }
    }
    if matching.count == 1 {
      evaluated.merge(own)
      return true
    }
    guard matching.isEmpty else {
      return try fail(
        "found \(value.summary), expected a match of exactly one of \(nodes.count) schemas: "
          + "numbers \(matching[0]) and \(matching[1]) match both")
    }
    let hint = try closest(nodes, value)
    return try fail(
      "found \(value.summary), expected a match of exactly one of \(nodes.count) schemas\(hint)")
  }
}

extension TypeSet {
  /// Whether `value` has one of the types.
  func accepts(_ value: JSONValue) -> Bool {
    switch value {
    case .null: contains(TypeSet.null)
    case .bool: contains(.boolean)
    case .object: contains(.object)
    case .array: contains(.array)
    case .string: contains(.string)
    case .number(let number):
      contains(.number) || contains(.integer) && ExactDecimal(number).isInteger
    }
  }
}
