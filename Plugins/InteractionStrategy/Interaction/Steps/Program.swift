import MetisKit

/// Steps as a flat list of instructions: branches and loops are jumps, so that a call holds its place
/// in two numbers and a stack of loops.
struct Instruction: Sendable {
  /// What an instruction does.
  enum Operation: Sendable {
    /// A part of the answer.
    case blocks([Block])
    /// The structured content of a tool.
    case structured(ValueTemplate)
    /// A whole MCP result: ends the call.
    case result(ValueTemplate)
    /// An error: ends the call.
    case fail(Failure)
    /// Something that is felt outside the answer.
    case effect(Effect)
    /// Variables.
    case set([ValueTemplate.Member])
    /// Questions to the client.
    case ask(AskStep)
    /// Capabilities that the client must have declared.
    case require(JSONValue)
    /// Goes on at `target` unless the condition holds.
    case unless(Condition, target: Int)
    /// Goes on at `target`.
    case jump(target: Int)
    /// Begins a loop, or goes on at `end` where it has no turn.
    case loop(ValueTemplate, end: Int)
    /// Begins the next turn at `begin`, or ends the loop.
    case next(begin: Int)
  }

  var operation: Operation
  /// Where the step stands in the section, for errors: `steps.3`.
  let place: String
}

/// Compiles an array of step tables into instructions.
struct ProgramCompiler {
  let target: Target
  private var questions: QuestionCompiler
  private(set) var instructions: [Instruction] = []
  private var labels: [String: String] = [:]

  /// How many instructions a list may have.
  static let limit = 10_000
  /// How deep steps may nest.
  static let depth = 24

  init(target: Target) {
    self.target = target
    questions = QuestionCompiler(blocks: BlockCompiler(target: target))
  }

  /// Compiles the steps of `value`, which stands at `path`.
  mutating func compile(
    _ value: JSONValue, at path: [String], _ defaults: StepDefaults, depth: Int = 0
  ) throws(ConfigError) {
    guard let steps = value.array else {
      throw ConfigError(path, "found \(value.kind), expected an array of steps")
    }
    guard depth < Self.depth else {
      throw ConfigError(path, "found more than \(Self.depth) levels of steps; nest fewer")
    }
    var end: String?
    for (index, step) in steps.enumerated() {
      let place = path + [String(index)]
      if let end {
        throw ConfigError(
          place,
          "found a step that no call reaches: \(end) ends the call; remove the step or put "
            + "`when` on the one before")
      }
      if try self.step(step, at: place, defaults, depth) { end = place.joined(separator: ".") }
    }
  }

  // MARK: One step

  /// Compiles one step. Whether it always ends the call.
  private mutating func step(
    _ value: JSONValue, at path: [String], _ defaults: StepDefaults, _ depth: Int
  ) throws(ConfigError) -> Bool {
    var table = try StepTable(value, path, expected: "a step: a table with one verb")
    let place = try self.place(&table)
    let turns = table.take("repeat")
    let condition = table.take("when")
    // Elsewhere they would say nothing, and are refused as unknown.
    let settings =
      Self.asking.contains { table.has($0) }
      ? try StepDefaults.take(from: &table, defaults) : defaults

    var loop: Int?
    if let turns {
      loop = emit(.loop(try self.turns(turns, at: table.at("repeat")), end: 0), place)
    }
    var branch: (place: Int, condition: Condition)?
    if let condition {
      let condition = try Condition(condition, at: table.at("when"))
      branch = (emit(.unless(condition, target: 0), place), condition)
    }
    let ends = try verb(&table, place, settings, depth)
    try table.finish()
    if let branch {
      instructions[branch.place].operation = .unless(
        branch.condition, target: instructions.count)
    }
    if let loop, case .loop(let source, _) = instructions[loop].operation {
      emit(.next(begin: loop + 1), place)
      instructions[loop].operation = .loop(source, end: instructions.count)
    }
    guard instructions.count <= Self.limit else {
      throw ConfigError(path, "found more than \(Self.limit) steps; make the list shorter")
    }
    return ends && branch == nil && loop == nil
  }

  private mutating func place(_ table: inout StepTable) throws(ConfigError) -> String {
    let place = table.path.joined(separator: ".")
    guard let label = try table.string("label", "a name for the step") else { return place }
    if let other = labels.updateValue(place, forKey: label) {
      throw ConfigError(
        table.at("label"),
        "found \"\(label)\", which is the label of \(other) already; choose "
          + "another one")
    }
    return "\(place) (\(label))"
  }

  @discardableResult
  private mutating func emit(_ operation: Instruction.Operation, _ place: String) -> Int {
    instructions.append(Instruction(operation: operation, place: place))
    return instructions.count - 1
  }

  /// How many turns a loop may have.
  static let turns: Int64 = 100_000

  private func turns(
    _ value: JSONValue, at path: [String]
  ) throws(ConfigError) -> ValueTemplate {
    let template = try ValueTemplate.compile(value, at: path)
    guard let constant = template.constant else { return template }
    if let count = constant.int, (0...Self.turns).contains(count) { return template }
    if let list = constant.array, list.count <= Self.turns { return template }
    throw ConfigError(
      path,
      "found \(constant.kind), expected a number of turns from 0 to \(Self.turns), a list, or "
        + "a template that gives one of them")
  }

  // MARK: Verbs

  /// Verbs that ask, or hold steps that do.
  private static let asking = ["elicit", "sample", "roots", "ask", "if", "steps"]

  /// Names that say what a step does. `if` and `steps` hold others.
  private static let verbs =
    [
      "message", "messages", "contents", "structured", "result", "error", "elicit", "sample",
      "roots", "ask", "require", "set", "if", "steps",
    ] + Effect.verbs

  private mutating func verb(
    _ table: inout StepTable, _ place: String, _ settings: StepDefaults, _ depth: Int
  ) throws(ConfigError) -> Bool {
    let found = Self.verbs.filter { table.has($0) }
    guard let verb = found.first else { return try shorthand(&table, place) }
    guard found.count == 1 else {
      throw ConfigError(
        table.path,
        "found \(found.joined(separator: " and ")) in one step, expected one verb; make "
          + "two steps of it")
    }
    let path = table.at(verb)
    let body = table.take(verb) ?? .null
    if Effect.verbs.contains(verb) {
      emit(.effect(try Effect.compile(verb, body, at: path)), place)
      return false
    }
    switch verb {
    case "message", "messages":
      guard target.kind == .prompt else {
        throw ConfigError(path, "found a message, which only prompts have; use `content`")
      }
      emit(.blocks(try blocks(body, at: path)), place)
    case "contents":
      guard target.kind == .resource else {
        throw ConfigError(path, "found contents, which only resources have; use `content`")
      }
      emit(.blocks(try blocks(body, at: path)), place)
    case "structured":
      guard target.kind == .tool else {
        throw ConfigError(path, "found structured content, which only tools have")
      }
      emit(.structured(try ValueTemplate.compile(body, at: path)), place)
    case "result":
      guard body.object != nil else {
        throw ConfigError(path, "found \(body.kind), expected an MCP result")
      }
      emit(.result(try ValueTemplate.compile(body, at: path)), place)
      return true
    case "error":
      emit(.fail(try failure(body, path)), place)
      return true
    case "elicit", "sample", "roots":
      let question = try questions.question(verb, body, at: path)
      emit(
        .ask(
          AskStep(
            questions: [question], settings: settings,
            onlyDeclared: try table.bool("only_declared") ?? false)), place)
    case "ask": emit(.ask(try ask(body, path, &table, settings)), place)
    case "require": emit(.require(try Capabilities.compile(body, at: path)), place)
    case "set": emit(.set(try variables(body, path)), place)
    case "if": return try branches(body, path, &table, place, settings, depth)
    default: try compile(body, at: path, settings, depth: depth + 1)
    }
    return false
  }

  /// A step without a verb is a block.
  private mutating func shorthand(
    _ table: inout StepTable, _ place: String
  ) throws(ConfigError) -> Bool {
    guard BlockCompiler.shorthands.contains(where: { table.has($0) }) else {
      let names = (Self.verbs + BlockCompiler.shorthands).sorted().joined(separator: ", ")
      throw ConfigError(table.path, "found no verb, expected one of: \(names)")
    }
    if target.kind != .prompt, table.has("content") {
      let path = table.at("content")
      emit(.blocks(try blocks(table.take("content") ?? .null, at: path)), place)
    } else {
      let path = table.path
      emit(.blocks(try blocks(table.rest(), at: path)), place)
    }
    return false
  }

  /// The blocks of `value` for the result of the target.
  mutating func blocks(
    _ value: JSONValue, at path: [String]
  ) throws(ConfigError) -> [Block] {
    try questions.blocks.blocks(value, at: path).map(Block.init)
  }

  private mutating func ask(
    _ body: JSONValue, _ path: [String], _ table: inout StepTable, _ settings: StepDefaults
  ) throws(ConfigError) -> AskStep {
    guard let asked = body.object, !asked.isEmpty else {
      throw ConfigError(
        path,
        "found \(body.kind), expected a table of questions by their keys: "
          + "{ name = { elicit = { … } }, place = { roots = {} } }")
    }
    var compiled: [Question] = []
    for (key, value) in asked {
      var question = try StepTable(value, path + [key], expected: "a table with one question")
      let verbs = ["elicit", "sample", "roots"].filter { question.has($0) }
      guard verbs.count == 1, let verb = verbs.first else {
        throw ConfigError(
          path + [key], "found \(verbs.count) questions, expected one of: elicit, sample, roots")
      }
      let place = question.at(verb)
      let inner = question.take(verb) ?? .null
      compiled.append(
        try questions.question(verb, inner.bool == true ? [:] : inner, at: place, key: key))
      try question.finish()
    }
    return AskStep(
      questions: compiled, settings: settings,
      onlyDeclared: try table.bool("only_declared") ?? false)
  }

  private func variables(
    _ body: JSONValue, _ path: [String]
  ) throws(ConfigError) -> [ValueTemplate.Member] {
    guard let variables = body.object else {
      throw ConfigError(path, "found \(body.kind), expected a table of variables")
    }
    var members: [ValueTemplate.Member] = []
    for (name, value) in variables {
      members.append(
        ValueTemplate.Member(
          name: name, value: try ValueTemplate.compile(value, at: path + [name])))
    }
    return members
  }

  private mutating func branches(
    _ body: JSONValue, _ path: [String], _ table: inout StepTable, _ place: String,
    _ settings: StepDefaults, _ depth: Int
  ) throws(ConfigError) -> Bool {
    let condition = try Condition(body, at: path)
    let branch = emit(.unless(condition, target: 0), place)
    let then = try table.require("then", "the steps where the condition holds")
    try compile(then, at: table.at("then"), settings, depth: depth + 1)
    guard let other = table.take("else") else {
      instructions[branch].operation = .unless(condition, target: instructions.count)
      return false
    }
    let jump = emit(.jump(target: 0), place)
    instructions[branch].operation = .unless(condition, target: instructions.count)
    try compile(other, at: table.at("else"), settings, depth: depth + 1)
    instructions[jump].operation = .jump(target: instructions.count)
    return false
  }
}
