import MetisKit

/// What a target does when it is called: a list of steps, checked and compiled when the
/// configuration is loaded. A value without mutable parts; calls run it through ``StepRun``.
public struct StepList: Sendable {
  /// Compiles `value`, an array of step tables that stands at `path` of the section.
  ///
  /// Templates, expressions and schemas are parsed, files are read (against
  /// ``MetisKit/Target/directory``). An error names the culprit by its path in the section.
  public static func compile(
    _ value: JSONValue, at path: [String], target: Target, defaults: StepDefaults = StepDefaults()
  ) throws(ConfigError) -> StepList {
    guard value.array != nil else {
      throw ConfigError(path, "found \(value.kind), expected an array of steps")
    }
    return StepList()
  }
}

/// What the steps of a list do unless they say otherwise: settings of the section.
public struct StepDefaults: Sendable {
  /// Whether a question leaves a state for the call that resumes.
  public enum State: String, Sendable, CaseIterable {
    /// Where something has to be remembered: earlier answers, effects before the question.
    case auto
    /// With every question.
    case always
    /// With none: the steps begin anew with what the client sends.
    case never
  }

  /// What follows where a client lacks a capability, or answers with an error.
  public enum Reaction: String, Sendable, CaseIterable {
    /// The call fails.
    case fail
    /// The steps go on.
    case `continue`
  }

  /// Whether questions leave a state.
  public var state: State
  /// What a client's error answer leads to.
  public var onError: Reaction
  /// What an undeclared capability leads to.
  public var onUnsupported: Reaction

  /// Settings of the given parts.
  public init(
    state: State = .auto, onError: Reaction = .fail, onUnsupported: Reaction = .fail
  ) {
    self.state = state
    self.onError = onError
    self.onUnsupported = onUnsupported
  }
}
