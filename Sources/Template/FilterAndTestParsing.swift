/// Filters after `|`, and tests after `is`.
extension ExpressionParser {
  /// The filter whose name is at hand.
  mutating func filter() throws(Fault) -> AppliedFilter {
    let offset = lexer.offset
    let name = try takeName("the name of a filter after `|`")
    guard let filter = Filter.named[name] else {
      throw Fault(offset, "found the filter `\(name)`, \(Names.nearest(name, Filter.named.keys))")
    }
    var arguments = [Node?](repeating: nil, count: filter.parameters.count)
    if try take(.open) {
      var position = 0
      while try !take(.close) {
        let place = lexer.offset
        let index = try parameter(of: filter, &position)
        guard arguments[index] == nil else {
          throw Fault(place, "found the argument `\(filter.parameters[index].name)` twice")
        }
        arguments[index] = try expression()
        if try take(.comma) { continue }
        try expect(.close)
        break
      }
    }
    for (parameter, argument) in zip(filter.parameters, arguments)
    where parameter.isRequired && argument == nil {
      throw Fault(offset, "the filter `\(name)` needs the argument `\(parameter.name)`")
    }
    return AppliedFilter(filter: filter, offset: offset, arguments: arguments)
  }

  /// The parameter that the argument at hand is for: by its name, or by its place.
  private mutating func parameter(
    of filter: Filter, _ position: inout Int
  ) throws(Fault) -> Int {
    let known = filter.parameters.map(\.name)
    var ahead = lexer
    try ahead.advance()
    if case .name(let name) = lexer.token, ahead.token == .symbol(.assign) {
      guard let index = known.firstIndex(of: name) else {
        throw Fault(
          lexer.offset,
          "the filter `\(filter.name)` has no argument `\(name)`, \(Names.list(known))")
      }
      try lexer.advance()
      try lexer.advance()
      return index
    }
    guard position < known.count else {
      throw Fault(
        lexer.offset,
        "found more arguments than the \(known.count) of the filter "
          + "`\(filter.name)`")
    }
    position += 1
    return position - 1
  }

  /// The test of `node` whose `is` is at hand.
  mutating func tested(_ node: Node) throws(Fault) -> Node {
    let start = lexer.offset
    try lexer.advance()
    let isNegated = try take("not")
    let offset = lexer.offset
    guard case .name(let name) = lexer.token else {
      throw Fault(offset, "found \(found), expected the name of a test after `is`")
    }
    guard let test = ValueTest(rawValue: name) else {
      throw Fault(
        offset,
        "found the test `\(name)`, "
          + Names.nearest(name, ValueTest.allCases.map(\.rawValue)))
    }
    try lexer.advance()
    var arguments: [Node] = []
    if try take(.open) {
      while try !take(.close) {
        arguments.append(try expression())
        if try take(.comma) { continue }
        try expect(.close)
        break
      }
    }
    guard arguments.count == test.argumentCount else {
      throw Fault(
        offset,
        "the test `\(name)` takes \(test.argumentCount) arguments, "
          + "found \(arguments.count)")
    }
    let applied = AppliedTest(
      test: test, offset: offset, isNegated: isNegated, arguments: arguments,
      matcher: try matcher(test, arguments))
    return try make(start, .test(node, applied))
  }

  private func matcher(
    _ test: ValueTest, _ arguments: [Node]
  ) throws(Fault) -> TemplateOptions.Matcher? {
    guard test == .matching, let pattern = arguments.first else { return nil }
    guard let compile = options.patterns else {
      throw Fault(pattern.offset, "the test `matching` is not offered here")
    }
    guard let text = pattern.constant?.string else { return nil }
    do throws(TemplateError) {
      return try compile(text)
    } catch {
      throw Fault(pattern.offset, error.message)
    }
  }
}
