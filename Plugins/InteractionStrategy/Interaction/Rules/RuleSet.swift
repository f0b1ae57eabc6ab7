import MetisKit

/// What a section of the strategy `stub` or `interaction` answers to which call, compiled when the
/// configuration is loaded: rules on arguments, ordered answers, or one answer for all.
///
/// Without mutable parts: one rule set serves all threads. Calls are counted in the host's store.
public struct RuleSet: Sendable {
  /// What was chosen for a call.
  public struct Choice: Sendable {
    /// What to run.
    public let steps: StepList
    /// The number of the list, by which the call that resumes finds it again.
    public let index: Int
    /// Whether more than the arguments and the caller chose: a call that asks has to remember it.
    public let mustRemember: Bool
  }

  let rules: [Rule]
  private let lists: [StepList]
  /// Where the default answer stands among `lists`.
  private let fallback: Int?
  /// Whether an unmatched call is an error although there is a default.
  private let isClosed: Bool

  private enum Unmatched: String, CaseIterable {
    case `default`
    case error
  }

  /// Compiles `section`. An error names the culprit by its path in the section.
  public init(section: JSONValue, target: Target) throws(ConfigError) {
    var table = try StepTable(section, [], expected: "a table")
    let defaults = try StepDefaults.take(from: &table, StepDefaults())
    var compiler = AnswerCompiler(target, defaults)
    let countBy = try table.choice("count_by", CountBy.self)
    let unmatched = try table.choice("unmatched", Unmatched.self)
    let fallback = try table.take("default").map { value throws(ConfigError) in
      try compiler.answer(value, at: table.at("default"))
    }
    var rules: [Rule] = []
    if let value = table.take("rules") {
      rules = try Self.rules(value, table, countBy, &compiler)
      if let stray = table.rest().object?.keys.first {
        throw ConfigError(
          [stray],
          "found beside `rules`; an answer for calls that no rule matches is the table "
            + "`default`")
      }
    } else if table.has("answers") || fallback == nil {
      // The section itself is one rule without conditions.
      let answers = try Rule.answers(&table, &compiler)
      guard countBy == nil || answers.isCounted else {
        throw ConfigError(
          table.at("count_by"), "found without anything to count; add several `answers`")
      }
      rules = [
        Rule(
          answers: answers,
          counter: CallCounter(target, "answers", countBy ?? .rule))
      ]
    } else if let stray = table.rest().object?.keys.first {
      throw ConfigError([stray], "found beside `default`, which is the only answer here")
    }
    for rule in rules where rule.answers.afterLast == .default && fallback == nil {
      throw ConfigError(
        ["default"],
        "found none, expected an answer: `after_last = \"default\"` of \(rule.label) "
          + "leads to it")
    }
    if unmatched == .default, fallback == nil {
      throw ConfigError(
        ["unmatched"], "found \"default\" without the table `default`; add it, or say \"error\"")
    }
    // A stable sort: rules of one priority keep the order of the file.
    self.rules = rules.enumerated()
      .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
      .map(\.element)
    self.fallback = fallback
    isClosed = unmatched == .error
    lists = compiler.lists
  }

  /// How many rules a target may have.
  static let limit = 10_000

  private static func rules(
    _ value: JSONValue, _ table: StepTable, _ countBy: CountBy?, _ compiler: inout AnswerCompiler
  ) throws(ConfigError) -> [Rule] {
    let path = table.at("rules")
    guard let elements = value.array, !elements.isEmpty, elements.count <= limit else {
      let found =
        value.array.map { $0.isEmpty ? "an empty array" : "\($0.count) rules" } ?? "\(value.kind)"
      throw ConfigError(path, "found \(found), expected an array of 1 to \(limit) rules")
    }
    var rules: [Rule] = []
    var names: [String: Int] = [:]
    for (index, element) in elements.enumerated() {
      let path = path + [String(index)]
      if let name = element["name"]?.string, let other = names.updateValue(index, forKey: name) {
        throw ConfigError(
          path + ["name"],
          "found \"\(name)\", the name of rule \(other + 1) already; choose another "
            + "one")
      }
      rules.append(
        try Rule(element, at: path, number: index + 1, section: countBy, &compiler))
    }
    return rules
  }

  // MARK: Choosing

  /// What `call` is answered. Counts the call where its number matters. Throws a ``CallError`` where
  /// nothing matches, which says what differed from the nearest rule.
  public func choose(for call: borrowing Call) throws(CallError) -> Choice {
    // A call that resumes goes on with what it began; the rules may have changed meanwhile.
    if let index = StepRun.choice(of: call), lists.indices.contains(index) {
      return Choice(steps: lists[index], index: index, mustRemember: true)
    }
    return try choose(call)
  }

  func choose(_ call: borrowing some CalledWith & ~Copyable) throws(CallError) -> Choice {
    var facts = CallFacts()
    var hasCounted = false
    for rule in rules where try rule.matches(call, &facts) {
      guard rule.times != nil || rule.answers.isCounted else {
        return choice(rule.answers.lists.lowerBound, hasCounted)
      }
      hasCounted = true
      let number = try rule.counter.next(call, &facts)
      if let times = rule.times, number > times { continue }
      // After the last answer the default follows, which compiling has made sure of.
      if let list = rule.answers.list(for: number) ?? fallback { return choice(list, true) }
    }
    if let fallback, !isClosed { return choice(fallback, hasCounted) }
    throw try UnmatchedCall.error(rules, call, &facts)
  }

  private func choice(_ index: Int, _ mustRemember: Bool) -> Choice {
    Choice(steps: lists[index], index: index, mustRemember: mustRemember)
  }
}
