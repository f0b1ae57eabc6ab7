import MetisKit

/// Answers by a list of steps.
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

  private let steps: StepList

  /// Compiles the section.
  public init(section: JSONValue, target: Target) throws {
    var table = try StepTable(section, [], expected: "a table")
    let defaults = try StepDefaults.take(from: &table, StepDefaults())
    let value = try table.require("steps", "an array of steps")
    try table.finish()
    steps = try StepList.compile(value, at: ["steps"], target: target, defaults: defaults)
  }

  /// Runs the steps.
  public func respond(to call: borrowing Call) { StepRun.start(steps, call) }
}
