import MetisKit

/// One call on its way through a ``StepList``.
///
///     StepRun.start(chosen.steps, call, choice: chosen.index, mustRemember: chosen.isVolatile)
public enum StepRun {
  /// The index that `start` was given as `choice` on the call that asked, where `call` resumes one
  /// and its state holds it: a rule set that chooses by more than the arguments follows it.
  public static func choice(of call: borrowing Call) -> Int? {
    nil
  }

  /// Runs `steps` for `call`, which it ends now or later.
  ///
  /// `choice` names the list among those of a rule set. `mustRemember`: the choice rests on more than
  /// the arguments (an ordinal, a counter, chance), so that a question has to leave a state.
  public static func start(
    _ steps: StepList, _ call: borrowing Call, choice: Int = 0, mustRemember: Bool = false
  ) {
    call.end(with: .error(code: 0, message: "no steps", data: nil))
  }
}
