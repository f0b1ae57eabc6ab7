import MetisKit

/// One rule: what a call must be like, and what it is answered.
struct Rule: Sendable {
  /// Which rule, for errors: `rule 2 "missing user"`.
  let label: String
  let priority: Int64
  /// Conditions on the caller first: they are few and cheap.
  let conditions: [RuleCondition]
  let answers: RuleAnswers
  /// How often the rule may match; nil for ever.
  let times: Int64?
  let counter: CallCounter

  /// The rule in `table`. WireMock's order: the lowest priority first, 5 where none is given.
  init(
    _ value: JSONValue, at path: [String], number: Int, section: CountBy?,
    _ compiler: inout AnswerCompiler
  ) throws(ConfigError) {
    var table = try StepTable(value, path, expected: "a rule: a table with `when` and an answer")
    let name = try table.string("name", "a name for the rule")
    label = "rule \(number)" + (name.map { " \"\(Matcher.cut($0))\"" } ?? "")
    priority = try table.integer("priority", in: -1_000_000...1_000_000) ?? 5
    var conditions: [RuleCondition] = []
    if let context = table.take("context") {
      conditions += try RuleCondition.context(context, at: table.at("context"))
    }
    if let when = table.take("when") {
      conditions += try RuleCondition.arguments(when, at: table.at("when"))
    }
    self.conditions = conditions
    times = try table.integer("times", in: 1...Int64.max)
    // What is left after these members is the answer.
    let countBy = try table.choice("count_by", CountBy.self)
    answers = try Self.answers(&table, &compiler)
    guard countBy == nil || answers.isCounted || times != nil else {
      throw ConfigError(
        table.at("count_by"), "found without anything to count; add `times` or several `answers`")
    }
    counter = CallCounter(
      compiler.target, "rule/" + (name ?? String(number)), countBy ?? section ?? .rule)
  }

  /// A rule that every call matches.
  init(answers: RuleAnswers, counter: CallCounter) {
    label = "the list of answers"
    priority = 5
    conditions = []
    self.answers = answers
    times = nil
    self.counter = counter
  }

  /// The answers that stand in a table: `answers`, or the table itself.
  static func answers(
    _ table: inout StepTable, _ compiler: inout AnswerCompiler
  ) throws(ConfigError) -> RuleAnswers {
    let afterLast = try table.choice("after_last", RuleAnswers.AfterLast.self)
    guard let value = table.take("answers") else {
      if afterLast != nil {
        throw ConfigError(table.at("after_last"), "found without `answers`, the list that it ends")
      }
      let rest = table.rest()
      guard rest.object?.isEmpty == false else {
        throw ConfigError(
          table.path,
          "found no answer, expected one of: answers, steps, text, content, result, "
            + "value, error")
      }
      let list = try compiler.answer(rest, at: table.path)
      return RuleAnswers(lists: list..<list + 1, afterLast: .repeat)
    }
    guard let elements = value.array, !elements.isEmpty else {
      throw ConfigError(
        table.at("answers"),
        "found \(value.array == nil ? "\(value.kind)" : "an empty array"), expected an array of "
          + "answers: the first for the first call, and so on")
    }
    let start = compiler.lists.count
    for (index, element) in elements.enumerated() {
      _ = try compiler.answer(element, at: table.at("answers") + [String(index)])
    }
    let stray = table.rest().object?.keys.first
    if let stray {
      throw ConfigError(
        table.path + [stray], "found beside `answers`; it is unknown, or belongs into one of them")
    }
    return RuleAnswers(
      lists: start..<compiler.lists.count, afterLast: afterLast ?? .repeat)
  }

  /// Whether all conditions hold for the call.
  func matches(
    _ call: borrowing some CalledWith & ~Copyable, _ facts: inout CallFacts
  ) throws(CallError) -> Bool {
    for condition in conditions {
      guard try condition.matcher.holds(facts.value(of: condition, call)) else { return false }
    }
    return true
  }
}
