import MetisKit

/// The error of a call that no rule matches: the nearest rule, and what differed, member by member.
enum UnmatchedCall {
  /// How many members an error tells about.
  private static let shown = 16

  private struct Difference {
    let place: String
    let found: String
    let expected: String
  }

  /// The error: -32602 (invalid params), with the same as data for a program.
  static func error(
    _ rules: [Rule], _ call: borrowing some CalledWith & ~Copyable, _ facts: inout CallFacts
  ) throws(CallError) -> CallError {
    var best: (rule: Rule, missed: [RuleCondition])?
    for rule in rules {
      let missed = try missed(rule, call, &facts)
      guard let other = best else {
        best = (rule, missed)
        continue
      }
      // Of two rules that miss as much, the one that asked for more came nearer.
      let isNearer =
        (missed.count, -rule.conditions.count)
        < (other.missed.count, -other.rule.conditions.count)
      if isNearer { best = (rule, missed) }
    }
    guard let nearest = best else {
      return CallError(code: -32602, "no rule of the mock matches the call")
    }
    var data: JSONValue = ["nearest": .string(nearest.rule.label)]
    let reason: String
    if nearest.missed.isEmpty {
      let times = nearest.rule.times ?? 0
      reason = "it has matched as often as `times` = \(times) allows"
      data["times"] = JSONValue(times)
    } else {
      // Only these are put into words: values may be large, and rules many.
      var differences: [Difference] = []
      for condition in nearest.missed.prefix(shown) {
        let value = try facts.value(of: condition, call)
        differences.append(
          Difference(
            place: condition.place, found: Matcher.text(value),
            expected: condition.matcher.expected(instead: value)))
      }
      let more = nearest.missed.count - differences.count
      reason =
        differences.map { "\($0.place): found \($0.found), expected \($0.expected)" }
        .joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
      data["differences"] = .array(
        differences.map {
          [
            "at": .string($0.place), "found": .string($0.found), "expected": .string($0.expected),
          ]
        })
    }
    return CallError(
      code: -32602,
      "no rule of the mock matches this call; the nearest is \(nearest.rule.label): "
        + reason, data: ["unmatched": data])
  }

  /// The conditions of `rule` that do not hold.
  private static func missed(
    _ rule: Rule, _ call: borrowing some CalledWith & ~Copyable, _ facts: inout CallFacts
  ) throws(CallError) -> [RuleCondition] {
    var missed: [RuleCondition] = []
    for condition in rule.conditions
    where try !condition.matcher.holds(facts.value(of: condition, call)) {
      missed.append(condition)
    }
    return missed
  }
}
