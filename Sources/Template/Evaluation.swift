/// The evaluation of one expression or template: what it may use, and how much of that is left.
struct Evaluation {
  let scope: any TemplateScope
  let options: TemplateOptions

  /// Variables of loops, the innermost last.
  var locals: [(name: String, value: JSONValue)] = []

  private var operations: Int
  private var room: Int

  init(_ scope: any TemplateScope, _ options: TemplateOptions) {
    self.scope = scope
    self.options = options
    operations = options.limits.operations
    room = options.limits.output
  }

  // MARK: Limits

  /// Counts `count` operations.
  mutating func spend(_ count: Int = 1, at offset: Int) throws(Fault) {
    guard count <= operations else {
      throw Fault(
        offset,
        "the template takes more than \(options.limits.operations) operations; make its "
          + "loops shorter")
    }
    operations -= count
  }

  /// Counts `count` bytes that are about to be made.
  mutating func charge(_ count: Int, at offset: Int) throws(Fault) {
    guard count <= room else {
      throw Fault(
        offset,
        "the template makes more than \(options.limits.output) bytes; make its values "
          + "smaller")
    }
    room -= count
  }

  /// Counts the size of a value that is about to be made of others.
  mutating func charge(_ value: JSONValue, at offset: Int) throws(Fault) {
    guard let size = Extent.size(of: value, atMost: room) else {
      throw Fault(
        offset,
        "the template makes values of more than \(options.limits.output) bytes or "
          + "\(Extent.depth) levels; make them smaller")
    }
    room -= size
  }

  // MARK: Values

  /// The value of `node`; an undefined name is an error, or null.
  mutating func value(_ node: Node) throws(Fault) -> JSONValue {
    if let value = try find(node) { return value }
    if options.undefined == .null { return .null }
    throw try undefined(node)
  }

  /// The value of `node`; nil where it is a name or path that leads nowhere.
  mutating func find(_ node: Node) throws(Fault) -> JSONValue? {
    try spend(at: node.offset)
    switch node.form {
    case .constant(let value): return value
    case .variable(let name): return variable(name)
    case .path(let base, let steps): return try path(base, steps)?.value
    case .array(let nodes):
      var elements: [JSONValue] = []
      for node in nodes { elements.append(try value(node)) }
      let array = JSONValue.array(elements)
      try charge(array, at: node.offset)
      return array
    case .not(let inner): return .bool(try !isTrue(inner))
    case .negative(let inner):
      let operand = try value(inner)
      guard let number = operand.number else {
        throw Fault(inner.offset, "found \(operand.kind) after `-`, expected a number")
      }
      guard let negative = Arithmetic.negate(number) else {
        throw Fault(node.offset, "the number is too large to negate")
      }
      return .number(negative)
    case .binary(let operation, let left, let right):
      return try binary(node.offset, operation, left, right)
    case .test(let inner, let applied):
      return .bool(try holds(applied, inner) != applied.isNegated)
    case .filtered(let inner, let filters): return try filtered(inner, filters)
    case .call(let name, let arguments): return try call(node.offset, name, arguments)
    }
  }

  /// Whether `node` counts as true: an undefined name does not.
  mutating func isTrue(_ node: Node) throws(Fault) -> Bool {
    try find(node)?.isTruthy ?? false
  }

  private func variable(_ name: String) -> JSONValue? {
    locals.last { $0.name == name }?.value ?? scope.value(of: name)
  }

  private mutating func path(
    _ base: Node, _ steps: [Step]
  ) throws(Fault) -> (value: JSONValue?, taken: Int)? {
    guard var current = try find(base) else { return nil }
    for (place, step) in steps.enumerated() {
      guard let next = try child(of: current, step) else { return (nil, place) }
      current = next
    }
    return (current, steps.count)
  }

  private mutating func child(of value: JSONValue, _ step: Step) throws(Fault) -> JSONValue? {
    switch step {
    case .member(let name, _): return value[name]
    case .element(let index, _): return element(of: value, index)
    case .computed(let node):
      let key = try self.value(node)
      if let name = key.string { return value[name] }
      guard let index = key.int.flatMap(Int.init(exactly:)) else {
        throw Fault(
          node.offset, "found \(key.kind) between the brackets, expected a name or an index")
      }
      return element(of: value, index)
    }
  }

  /// Negative indices count from the end. A number also names a member of an object, `a.0`.
  private func element(of value: JSONValue, _ index: Int) -> JSONValue? {
    guard let elements = value.array else { return value[String(index)] }
    return value[index < 0 ? elements.count + max(index, -elements.count - 1) : index]
  }

  // MARK: What is undefined

  private mutating func undefined(_ node: Node) throws(Fault) -> Fault {
    switch node.form {
    case .variable(let name):
      let known = scope.names + locals.map(\.name)
      return Fault(node.offset, "`\(name)` is not defined, \(Names.nearest(name, known))")
    case .path(let base, let steps):
      var current = try value(base)
      for step in steps {
        guard let next = try child(of: current, step) else {
          return Fault(step.offset, try missing(step, in: current))
        }
        current = next
      }
    case .call(let name, _):
      return Fault(node.offset, "there is no function `\(name)`")
    default: break
    }
    return Fault(node.offset, "the expression has no value")
  }

  private mutating func missing(_ step: Step, in value: JSONValue) throws(Fault) -> String {
    let key: JSONValue =
      switch step {
      case .member(let name, _): .string(name)
      case .element(let index, _): JSONValue(index)
      case .computed(let node): try self.value(node)
      }
    if let name = key.string {
      guard let object = value.object else {
        return "`\(name)` is not defined: found \(value.kind) before it, expected an object"
      }
      return "the member `\(name)` is not defined, \(Names.nearest(name, object.keys))"
    }
    let index = key.int ?? 0
    guard let elements = value.array else {
      return "the element \(index) is not defined: found \(value.kind), expected an array"
    }
    return "the element \(index) is not defined: the array has \(elements.count)"
  }

  // MARK: Filters and functions

  private mutating func filtered(
    _ node: Node, _ filters: [AppliedFilter]
  ) throws(Fault) -> JSONValue? {
    var current = try find(node)
    for applied in filters {
      try spend(at: applied.offset)
      if current == nil, !applied.filter.takesUndefined {
        current = try value(node)
      }
      var arguments: [JSONValue?] = []
      for argument in applied.arguments {
        arguments.append(try argument.map { node throws(Fault) in try value(node) })
      }
      let input = FilterInput(applied, current, arguments)
      current = try applied.filter.apply(input, &self)
    }
    return current
  }

  private mutating func call(
    _ offset: Int, _ name: String, _ arguments: [Argument]
  ) throws(Fault) -> JSONValue? {
    var values = JSONObject()
    for argument in arguments { values[argument.name] = try value(argument.value) }
    switch name {
    case "range": return try range(offset, values)
    case "throw":
      throw Fault(offset, values["message"]?.string ?? "the template throws without a message")
    default:
      let result: JSONValue?
      do throws(TemplateError) {
        result = try scope.call(name, values)
      } catch {
        throw Fault(offset, error.message)
      }
      if let result { try charge(result, at: offset) }
      return result
    }
  }

  /// `range(start=0, end=…, step_by=1)`.
  private mutating func range(_ offset: Int, _ arguments: JSONObject) throws(Fault) -> JSONValue {
    func bound(_ name: String, _ fallback: Int64?) throws(Fault) -> Int64 {
      guard let value = arguments[name] else {
        if let fallback { return fallback }
        throw Fault(offset, "the function `range` needs the argument `\(name)`")
      }
      guard let int = value.int, int.magnitude < 1 << 53 else {
        throw Fault(offset, "found \(value.kind) as `\(name)` of `range`, expected an integer")
      }
      return int
    }
    for name in arguments.keys where !["start", "end", "step_by"].contains(name) {
      throw Fault(
        offset,
        "the function `range` has no argument `\(name)`, "
          + Names.list(["start", "end", "step_by"]))
    }
    let start = try bound("start", 0)
    let end = try bound("end", nil)
    let step = try bound("step_by", 1)
    guard step > 0 else {
      throw Fault(offset, "found \(step) as `step_by` of `range`, expected at least 1")
    }
    let count = end > start ? (end - start - 1) / step + 1 : 0
    try spend(Int(count), at: offset)
    return .array((0..<count).map { JSONValue(start + $0 * step) })
  }
}
