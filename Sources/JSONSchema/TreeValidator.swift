import JSON
import Patterns

/// Evaluates a tree against all of JSON Schema, with messages. One validation each.
struct TreeValidator {
  let schema: CompiledSchema
  let limits: SchemaLimits
  private var mostFailures: Int

  private(set) var failures: [ValidationFailure] = []
  private var instancePath: [PathToken] = []
  private var keywordPath: [PathToken] = []

  /// The resources entered, outermost first: the dynamic scope (core, section 7.1).
  private var scope: [Int] = []
  private var steps = 0
  private var nesting = 0
  private var clock = SearchClock()

  /// Above zero where a failure is no failure of the whole: under `not`, `anyOf` and their likes.
  var quiet = 0

  init(schema: CompiledSchema, limits: SchemaLimits, mostFailures: Int) {
    self.schema = schema
    self.limits = limits
    self.mostFailures = max(1, mostFailures)
  }

  /// The verdict on `value`.
  mutating func validate(_ value: JSONValue) -> Validation {
    do throws(Stop) {
      var evaluated = Evaluated()
      _ = try evaluate(CompiledSchema.root, value, &evaluated)
      return Validation(failures: failures, isTruncated: false, limit: nil)
    } catch {
      switch error {
      case .enough: return Validation(failures: failures, isTruncated: true, limit: nil)
      case .limit(let message):
        return Validation(failures: failures, isTruncated: false, limit: failure(message))
      }
    }
  }

  // MARK: What evaluation keeps

  private func failure(_ message: String) -> ValidationFailure {
    ValidationFailure(
      instancePath: JSONPointer(tokens: instancePath.map(\.text)),
      keywordPath: JSONPointer(tokens: keywordPath.map(\.text)), message: message)
  }

  /// Notes a failure at the current place; gives false.
  mutating func fail(_ message: @autoclosure () -> String) throws(Stop) -> Bool {
    guard quiet == 0 else { return false }
    failures.append(failure(message()))
    if failures.count >= mostFailures { throw .enough }
    return false
  }

  /// Counts `count` steps.
  mutating func step(_ count: Int = 1) throws(Stop) {
    steps += count
    guard steps <= limits.steps else {
      throw .limit("the validation takes more than \(limits.steps) steps (steps)")
    }
  }

  /// Whether an evaluation goes on after a failure, to find the others.
  var goesOn: Bool { quiet == 0 }

  // MARK: Subschemas

  /// Whether `value` satisfies the subschema `index`. Adds to `evaluated` where it does.
  mutating func evaluate(
    _ index: Int, _ value: JSONValue, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    let node = schema.nodes[index]
    guard !node.keywords.isEmpty else { return true }
    try step()
    guard nesting < limits.nesting else {
      throw .limit("subschemas apply more than \(limits.nesting) deep (nesting)")
    }
    nesting += 1
    let enters = scope.last != node.resource
    if enters { scope.append(node.resource) }
    defer {
      nesting -= 1
      if enters { scope.removeLast() }
    }
    var own = Evaluated()
    var isValid = true
    for (name, keyword) in node.keywords {
      if !name.isEmpty { keywordPath.append(.name(name)) }
      defer { if !name.isEmpty { keywordPath.removeLast() } }
      // After a failure nothing is known about what was evaluated.
      if !isValid, keyword.needsEvaluated { continue }
      guard try check(keyword, value, &own) else {
        isValid = false
        guard goesOn else { return false }
        continue
      }
    }
    if isValid, schema.needsEvaluated { evaluated.merge(own) }
    return isValid
  }

  /// Evaluates a subschema for the same value, its path under the current keyword.
  mutating func inPlace(
    _ index: Int, _ value: JSONValue, at token: PathToken? = nil, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    if let token { keywordPath.append(token) }
    defer { if token != nil { keywordPath.removeLast() } }
    return try evaluate(index, value, &evaluated)
  }

  /// Evaluates a subschema for a member or element of the current value.
  mutating func child(
    _ index: Int, _ value: JSONValue, at token: PathToken, keyword: PathToken? = nil
  ) throws(Stop) -> Bool {
    try step()
    instancePath.append(token)
    if let keyword { keywordPath.append(keyword) }
    defer {
      instancePath.removeLast()
      if keyword != nil { keywordPath.removeLast() }
    }
    var ignored = Evaluated()
    return try evaluate(index, value, &ignored)
  }

  /// Evaluates without noting failures.
  mutating func quietly(
    _ index: Int, _ value: JSONValue, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    quiet += 1
    defer { quiet -= 1 }
    return try evaluate(index, value, &evaluated)
  }

  /// Evaluates `then` or `else`, which stand beside `if`.
  mutating func inPlaceBeside(
    _ keyword: String, _ index: Int, _ value: JSONValue, _ evaluated: inout Evaluated
  ) throws(Stop) -> Bool {
    let own = keywordPath.removeLast()
    keywordPath.append(.name(keyword))
    defer { keywordPath[keywordPath.count - 1] = own }
    return try evaluate(index, value, &evaluated)
  }

  /// What the alternative that fails at the deepest place says: most likely the one that was meant.
  mutating func closest(_ nodes: [Int], _ value: JSONValue) throws(Stop) -> String {
    guard quiet == 0, nodes.count <= 32 else { return "" }
    var best: (index: Int, failure: ValidationFailure)?
    for (index, node) in nodes.enumerated() {
      let saved = failures
      let depth = (instancePath.count, keywordPath.count, scope.count, nesting)
      var first: ValidationFailure?
      failures = []
      let most = mostFailures
      mostFailures = 1
      do throws(Stop) {
        var ignored = Evaluated()
        _ = try evaluate(node, value, &ignored)
        first = failures.first
      } catch .enough {
        first = failures.first
      }
      precondition(depth == (instancePath.count, keywordPath.count, scope.count, nesting))
      failures = saved
      mostFailures = most
      guard let first else { continue }
      if first.instancePath.tokens.count > best?.failure.instancePath.tokens.count ?? -1 {
        best = (index, first)
      }
    }
    guard let best else { return "" }
    return "; closest is number \(best.index): \(best.failure)"
  }

  /// The subschema that a dynamic reference means here: that of the outermost resource in scope
  /// with such an anchor.
  func dynamicTarget(_ name: String, _ initial: Int) -> Int {
    guard let anchors = schema.dynamicAnchors[name] else { return initial }
    for resource in scope {
      if let node = anchors[resource] { return node }
    }
    return initial
  }

  /// Whether `pattern` is found in `text`.
  mutating func search(_ pattern: Pattern, _ text: String) throws(Stop) -> Bool {
    try step(1 + text.utf8.count / 64)
    guard clock.allows(text.utf8.count, limit: limits.searchNanoseconds) else {
      throw .limit(
        "searches for patterns take more than \(limits.searchNanoseconds / 1_000_000) ms "
          + "(searchNanoseconds)")
    }
    do {
      return try pattern.matches(text)
    } catch {
      throw .limit("the pattern \(JSONValue.string(pattern.source).summary): \(error.message)")
    }
  }
}

extension Keyword {
  /// Whether the keyword depends on what others have evaluated.
  var needsEvaluated: Bool {
    switch self {
    case .unevaluatedItems, .unevaluatedProperties: true
    default: false
    }
  }
}
