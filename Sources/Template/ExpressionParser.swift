/// Parses one expression: Tera's grammar, in which filters bind closer than comparisons and looser
/// than arithmetic and `~`.
struct ExpressionParser {
  var lexer: Lexer
  let options: TemplateOptions

  /// How many brackets and operators are open around the token at hand.
  private var nesting = 0

  /// How deep a tree may become: long chains of operators lean to the left without nesting.
  private var treeDepth: Int { options.limits.depth * 4 }

  /// A parser at the first token of `bytes`, whose indices are the offsets of errors.
  init(_ bytes: ArraySlice<UInt8>, _ options: TemplateOptions) throws(Fault) {
    lexer = try Lexer(bytes)
    self.options = options
  }

  /// The whole of the bytes as one expression.
  static func parse(
    _ bytes: ArraySlice<UInt8>, _ options: TemplateOptions
  ) throws(Fault) -> Node {
    var parser = try ExpressionParser(bytes, options)
    let node = try parser.expression()
    try parser.finish()
    return node
  }

  // MARK: What the parser of blocks uses

  /// Refuses what stands after the end.
  func finish() throws(Fault) {
    guard lexer.token == .end else {
      throw Fault(lexer.offset, "found \(lexer.token.description), expected an operator or the end")
    }
  }

  /// Takes the keyword `word` where it is at hand.
  mutating func take(_ word: String) throws(Fault) -> Bool {
    guard lexer.token == .name(word) else { return false }
    try lexer.advance()
    return true
  }

  /// Takes a symbol where it is at hand.
  mutating func take(_ symbol: StaticSymbol) throws(Fault) -> Bool {
    guard lexer.token == .symbol(symbol) else { return false }
    try lexer.advance()
    return true
  }

  /// Takes a name that a program may give.
  mutating func takeName(_ role: String) throws(Fault) -> String {
    guard case .name(let name) = lexer.token, !Self.reserved.contains(name) else {
      throw Fault(lexer.offset, "found \(lexer.token.description), expected \(role)")
    }
    try lexer.advance()
    return name
  }

  /// Where the token at hand begins.
  var offset: Int { lexer.offset }

  /// What is at hand, for errors.
  var found: String { lexer.token.description }

  static let reserved: Set<String> = ["and", "or", "not", "in", "is", "true", "false", "null"]

  // MARK: Operators, from the loosest to the closest

  /// One expression.
  mutating func expression() throws(Fault) -> Node {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= options.limits.depth else {
      throw Fault(
        lexer.offset, "found an expression nested deeper than \(options.limits.depth) levels")
    }
    var left = try conjunction()
    while lexer.token == .name("or") {
      let offset = lexer.offset
      try lexer.advance()
      left = try make(offset, .binary(.or, left, try conjunction()))
    }
    return left
  }

  private mutating func conjunction() throws(Fault) -> Node {
    var left = try negation()
    while lexer.token == .name("and") {
      let offset = lexer.offset
      try lexer.advance()
      left = try make(offset, .binary(.and, left, try negation()))
    }
    return left
  }

  private mutating func negation() throws(Fault) -> Node {
    var offsets: [Int] = []
    while lexer.token == .name("not") {
      offsets.append(lexer.offset)
      try lexer.advance()
    }
    var node = try comparison()
    for offset in offsets.reversed() { node = try make(offset, .not(node)) }
    return node
  }

  private mutating func comparison() throws(Fault) -> Node {
    var left = try filtered()
    while lexer.token == .name("is") { left = try tested(left) }
    let offset = lexer.offset
    let found: BinaryOperator? =
      switch lexer.token {
      case .symbol(let symbol): BinaryOperator(comparing: symbol)
      case .name("in"): .isIn
      case .name("not"): .isNotIn
      default: nil
      }
    guard let found else { return left }
    try lexer.advance()
    if found == .isNotIn, try !take("in") {
      throw Fault(lexer.offset, "found \(self.found), expected `in` after `not`")
    }
    var right = try filtered()
    while lexer.token == .name("is") { right = try tested(right) }
    return try make(offset, .binary(found, left, right))
  }

  private mutating func filtered() throws(Fault) -> Node {
    let node = try concatenation()
    var filters: [AppliedFilter] = []
    let offset = lexer.offset
    while try take(.pipe) { filters.append(try filter()) }
    return filters.isEmpty ? node : try make(offset, .filtered(node, filters))
  }

  private mutating func concatenation() throws(Fault) -> Node {
    var left = try sum()
    while lexer.token == .symbol(.tilde) {
      let offset = lexer.offset
      try lexer.advance()
      left = try make(offset, .binary(.concatenate, left, try sum()))
    }
    return left
  }

  private mutating func sum() throws(Fault) -> Node {
    var left = try product()
    while case .symbol(let symbol) = lexer.token, symbol == .plus || symbol == .minus {
      let offset = lexer.offset
      try lexer.advance()
      left = try make(
        offset, .binary(symbol == .plus ? .add : .subtract, left, try product()))
    }
    return left
  }

  private mutating func product() throws(Fault) -> Node {
    var left = try signed()
    while case .symbol(let symbol) = lexer.token,
      let found = BinaryOperator(multiplying: symbol)
    {
      let offset = lexer.offset
      try lexer.advance()
      left = try make(offset, .binary(found, left, try signed()))
    }
    return left
  }

  private mutating func signed() throws(Fault) -> Node {
    guard lexer.token == .symbol(.minus) else { return try postfix() }
    let offset = lexer.offset
    try lexer.advance()
    let node = try postfix()
    if let number = node.constant?.number, let negative = Arithmetic.negate(number) {
      return try make(offset, .constant(.number(negative)))
    }
    return try make(offset, .negative(node))
  }

  // MARK: Operands

  private mutating func postfix() throws(Fault) -> Node {
    let node = try primary()
    var steps: [Step] = []
    var deepest = node.depth
    while true {
      let offset = lexer.offset
      if try take(.dot) {
        steps.append(try step(offset))
      } else if try take(.openBracket) {
        let inner = try expression()
        deepest = max(deepest, inner.depth)
        steps.append(Step(inner))
        try expect(.closeBracket)
      } else {
        break
      }
    }
    return steps.isEmpty ? node : try make(node.offset, .path(node, steps), over: deepest)
  }

  /// What stands after a dot.
  private mutating func step(_ dot: Int) throws(Fault) -> Step {
    let offset = lexer.offset
    if case .name(let name) = lexer.token {
      try lexer.advance()
      return .member(name, offset: offset)
    }
    guard let index = try lexer.indexAfterDot() else {
      throw Fault(offset, "found \(found), expected the name of a member after the dot")
    }
    return .element(index, offset: offset)
  }

  private mutating func primary() throws(Fault) -> Node {
    let offset = lexer.offset
    switch lexer.token {
    case .number(let number):
      try lexer.advance()
      return try make(offset, .constant(.number(number)))
    case .text(let text):
      try lexer.advance()
      return try make(offset, .constant(.string(text)))
    case .symbol(.open):
      try lexer.advance()
      let node = try expression()
      try expect(.close)
      return node
    case .symbol(.openBracket):
      try lexer.advance()
      return try array(offset)
    case .name(let name):
      try lexer.advance()
      switch name {
      case "true", "True": return try make(offset, .constant(true))
      case "false", "False": return try make(offset, .constant(false))
      case "null", "none", "None": return try make(offset, .constant(.null))
      case _ where Self.reserved.contains(name):
        throw Fault(offset, "found the operator `\(name)`, expected a value before it")
      default:
        guard try take(.open) else { return try make(offset, .variable(name)) }
        return try call(name, offset)
      }
    default:
      throw Fault(offset, "found \(found), expected a value")
    }
  }

  private mutating func array(_ offset: Int) throws(Fault) -> Node {
    var elements: [Node] = []
    while try !take(.closeBracket) {
      elements.append(try expression())
      if try take(.comma) { continue }
      try expect(.closeBracket)
      break
    }
    let constants = elements.compactMap(\.constant)
    guard constants.count < elements.count else {
      return try make(offset, .constant(.array(constants)))
    }
    return try make(offset, .array(elements))
  }

  private mutating func call(_ name: String, _ offset: Int) throws(Fault) -> Node {
    var arguments: [Argument] = []
    while try !take(.close) {
      let place = lexer.offset
      let name = try takeName("the name of an argument, as in `end=5`")
      try expect(.assign)
      guard !arguments.contains(where: { $0.name == name }) else {
        throw Fault(place, "found the argument `\(name)` twice")
      }
      arguments.append(Argument(name: name, value: try expression()))
      if try take(.comma) { continue }
      try expect(.close)
      break
    }
    return try make(offset, .call(name, arguments))
  }

  mutating func expect(_ symbol: StaticSymbol) throws(Fault) {
    guard try take(symbol) else {
      throw Fault(lexer.offset, "found \(found), expected `\(symbol.rawValue)`")
    }
  }

  func make(_ offset: Int, _ form: Node.Form, over: Int = 0) throws(Fault) -> Node {
    let depth = 1 + max(over, form.childDepth)
    guard depth <= treeDepth else {
      throw Fault(offset, "found an expression with more than \(treeDepth) levels of operators")
    }
    return Node(offset: offset, form: form, depth: depth)
  }
}

extension Step {
  /// The step of what stands between square brackets.
  fileprivate init(_ node: Node) {
    switch node.constant {
    case .string(let name)?: self = .member(name, offset: node.offset)
    case .number(let number)?:
      self =
        number.int.flatMap(Int.init(exactly:))
        .map { .element($0, offset: node.offset) } ?? .computed(node)
    default: self = .computed(node)
    }
  }
}

extension Node.Form {
  /// The depth of the deepest child. Paths tell that of their computed steps themselves.
  fileprivate var childDepth: Int {
    switch self {
    case .constant, .variable: 0
    case .path(let node, _), .not(let node), .negative(let node): node.depth
    case .array(let elements): elements.map(\.depth).max() ?? 0
    case .binary(_, let left, let right): max(left.depth, right.depth)
    case .test(let node, let applied):
      max(node.depth, applied.arguments.map(\.depth).max() ?? 0)
    case .filtered(let node, let filters):
      max(node.depth, filters.flatMap { $0.arguments.compactMap { $0?.depth } }.max() ?? 0)
    case .call(_, let arguments): arguments.map(\.value.depth).max() ?? 0
    }
  }
}

extension BinaryOperator {
  fileprivate init?(comparing symbol: StaticSymbol) {
    switch symbol {
    case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual:
      self.init(rawValue: symbol.rawValue)
    default: return nil
    }
  }

  fileprivate init?(multiplying symbol: StaticSymbol) {
    switch symbol {
    case .times, .slash, .percent: self.init(rawValue: symbol.rawValue)
    default: return nil
    }
  }
}
