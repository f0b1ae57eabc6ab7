import MetisKit

/// Answers by a list of steps, or by the list that rules choose.
///
/// `@unchecked`: all of it is written in `init` and only read from then on.
public final class InteractionStrategy: Responder, @unchecked Sendable {
  /// Who the plugin is.
  public static var descriptor: Descriptor {
    Descriptor(
      id: "dev.metis.strategy.interaction", name: "Interaction strategy", version: "0.1.0",
      vendor: "Metis", license: "MIT", provides: ["interaction", "stub"], needs: [.fsRead])
  }

  /// One instance serves concurrent calls; a call that waits ends later.
  public static var options: StrategyOptions { [.reentrant, .asynchronous] }

  /// The schema for editors and the host's check.
  public static var schema: StaticString? { interactionSchema }

  private enum Answers {
    /// The same list for every call.
    case steps(StepList)
    /// The list that the rules choose.
    case rules(RuleSet)
  }

  private let answers: Answers

  /// Compiles the section: one with `steps` is an interaction, any other goes through its rules.
  public init(section: JSONValue, target: Target) throws {
    guard section["steps"] != nil else {
      answers = .rules(try RuleSet(section: section, target: target))
      return
    }
    var table = try StepTable(section, [], expected: "a table")
    let defaults = try StepDefaults.take(from: &table, StepDefaults())
    let steps = try table.require("steps", "an array of steps")
    try table.finish()
    answers = .steps(
      try StepList.compile(steps, at: ["steps"], target: target, defaults: defaults))
  }

  /// Runs the steps.
  public func respond(to call: borrowing Call) throws {
    switch answers {
    case .steps(let steps): StepRun.start(steps, call)
    case .rules(let rules):
      let choice = try rules.choose(for: call)
      StepRun.start(
        choice.steps, call, choice: choice.index, mustRemember: choice.mustRemember)
    }
  }
}
