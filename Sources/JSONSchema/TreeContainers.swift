import JSON
import Patterns

extension TreeValidator {
  // MARK: Arrays

  mutating func check(
    _ keyword: Keyword, _ elements: [JSONValue], _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    switch keyword {
    case .minItems(let least):
      if elements.count >= least { return true }
      return try fail("found \(elements.count) elements, expected at least \(least)")
    case .maxItems(let most):
      if elements.count <= most { return true }
      return try fail("found \(elements.count) elements, expected at most \(most)")
    case .uniqueItems: return try checkUnique(elements)
    case .prefixItems(let nodes):
      var isValid = true
      for (index, node) in nodes.prefix(elements.count).enumerated()
      where try !child(node, elements[index], at: .index(index), keyword: .index(index)) {
        isValid = false
        if !goesOn { return false }
      }
      evaluated.items = max(evaluated.items, min(nodes.count, elements.count))
      return isValid
    case .items(let node, let from):
      guard elements.count > from else { return true }
      evaluated.items = elements.count
      return try check(elements, from..<elements.count, node)
    case .contains(let node, let least, let most):
      return try checkContains(elements, node, least, most, &evaluated)
    case .unevaluatedItems(let node):
      var isValid = true
      for index in elements.indices.dropFirst(evaluated.items)
      where !evaluated.contained.contains(index) {
        guard try child(node, elements[index], at: .index(index)) else {
          isValid = false
          if goesOn { continue } else { return false }
        }
      }
      evaluated.items = elements.count
      return isValid
    default: return true
    }
  }

  private mutating func check(
    _ elements: [JSONValue], _ range: Range<Int>, _ node: Int
  ) throws(Stop) -> Bool {
    var isValid = true
    for index in range where try !child(node, elements[index], at: .index(index)) {
      isValid = false
      if !goesOn { return false }
    }
    return isValid
  }

  private mutating func checkUnique(_ elements: [JSONValue]) throws(Stop) -> Bool {
    var seen: [JSONValue: Int] = [:]
    for (index, element) in elements.enumerated() {
      try step()
      if let first = seen.updateValue(index, forKey: element) {
        return try fail(
          "found \(element.summary) at \(first) and at \(index), expected each element once")
      }
    }
    return true
  }

  private mutating func checkContains(
    _ elements: [JSONValue], _ node: Int, _ least: Int, _ most: Int?, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    var count = 0
    for (index, element) in elements.enumerated() {
      try step()
      var ignored = Evaluated()
      guard try quietly(node, element, &ignored) else { continue }
      count += 1
      if schema.needsEvaluated {
        evaluated.contained.insert(index)
      } else if count >= least, most == nil {
        return true
      }
      if let most, count > most { break }
    }
    if count < least {
      return try fail("found \(count) matching elements, expected at least \(least)")
    }
    if let most, count > most {
      return try fail("found more than \(most) matching elements, expected at most \(most)")
    }
    return true
  }

  // MARK: Objects

  mutating func check(
    _ keyword: Keyword, _ object: JSONObject, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    switch keyword {
    case .minProperties(let least):
      if object.count >= least { return true }
      return try fail("found \(object.count) members, expected at least \(least)")
    case .maxProperties(let most):
      if object.count <= most { return true }
      return try fail("found \(object.count) members, expected at most \(most)")
    case .required(let names): return try check(object, has: names)
    case .dependentRequired(let rules):
      var isValid = true
      for (name, required) in rules where object.contains(name) {
        guard try check(object, has: required, because: name) else {
          isValid = false
          if goesOn { continue } else { return false }
        }
      }
      return isValid
    case .properties(let properties): return try check(object, properties, &evaluated)
    case .patternProperties(let members): return try check(object, members, &evaluated)
    case .additionalProperties(let node, let names, let patterns):
      return try checkAdditional(object, node, names, patterns, &evaluated)
    case .propertyNames(let node):
      var isValid = true
      for name in object.keys where try !child(node, .string(name), at: .name(name)) {
        isValid = false
        if !goesOn { return false }
      }
      return isValid
    case .unevaluatedProperties(let node):
      guard !evaluated.allProperties else { return true }
      var isValid = true
      for (place, member) in object.enumerated() where !evaluated.properties.contains(place) {
        guard try checkUnknown(node, member.key, member.value) else {
          isValid = false
          if goesOn { continue } else { return false }
        }
      }
      evaluated.allProperties = true
      return isValid
    default: return true
    }
  }

  private mutating func check(
    _ object: JSONObject, has names: [String], because cause: String? = nil
  ) throws(Stop) -> Bool {
    try step(names.count)
    var isValid = true
    for name in names where !object.contains(name) {
      isValid = false
      if !goesOn { return false }
      let reason = cause.map { ", since there is \"\($0)\"" } ?? ""
      _ = try fail("found no member \"\(name)\", expected one\(reason)")
    }
    return isValid
  }

  private mutating func check(
    _ object: JSONObject, _ properties: [(name: String, node: Int)], _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    try step(properties.count / 8)
    var isValid = true
    for (name, node) in properties {
      guard let place = object.place(of: name) else { continue }
      if schema.needsEvaluated { evaluated.properties.insert(place) }
      guard try child(node, object[place].value, at: .name(name), keyword: .name(name)) else {
        isValid = false
        if goesOn { continue } else { return false }
      }
    }
    return isValid
  }

  private mutating func check(
    _ object: JSONObject, _ members: [Keyword.PatternMember], _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    var isValid = true
    for member in members {
      for (place, (name, value)) in object.enumerated() where try search(member.pattern, name) {
        if schema.needsEvaluated { evaluated.properties.insert(place) }
        let keyword = PathToken.name(member.pattern.source)
        guard try child(member.node, value, at: .name(name), keyword: keyword) else {
          isValid = false
          if goesOn { continue } else { return false }
        }
      }
    }
    return isValid
  }

  private mutating func checkAdditional(
    _ object: JSONObject, _ node: Int, _ names: JSONObject, _ patterns: [Pattern],
    _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    var isValid = true
    members: for (place, (name, value)) in object.enumerated() {
      try step()
      if names.contains(name) { continue }
      for pattern in patterns where try search(pattern, name) { continue members }
      if schema.needsEvaluated { evaluated.properties.insert(place) }
      guard try checkUnknown(node, name, value) else {
        isValid = false
        if goesOn { continue } else { return false }
      }
    }
    return isValid
  }

  /// Evaluates a member that no keyword names; where none is allowed, the message says so.
  private mutating func checkUnknown(
    _ node: Int, _ name: String, _ value: JSONValue
  ) throws(Stop) -> Bool {
    if case .never? = schema.nodes[node].keywords.first?.keyword {
      return try fail(
        "found the member \(JSONValue.string(name).summary), expected none but those of the schema")
    }
    return try child(node, value, at: .name(name))
  }
}
