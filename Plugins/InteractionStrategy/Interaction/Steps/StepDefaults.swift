import MetisKit

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

  /// What follows an answer that does not fit its question.
  public enum InvalidAnswer: String, Sendable, CaseIterable {
    /// The question is asked again, once; then the call fails.
    case ask
    /// The call fails.
    case fail
    /// The steps go on with the answer as it is.
    case `continue`
  }

  /// Whether questions leave a state.
  public var state: State
  /// What a client's error answer leads to.
  public var onError: Reaction
  /// What an undeclared capability leads to.
  public var onUnsupported: Reaction
  /// What an answer that does not fit leads to.
  public var onInvalid: InvalidAnswer

  /// Settings of the given parts.
  public init(
    state: State = .auto, onError: Reaction = .fail, onUnsupported: Reaction = .fail,
    onInvalid: InvalidAnswer = .ask
  ) {
    self.state = state
    self.onError = onError
    self.onUnsupported = onUnsupported
    self.onInvalid = onInvalid
  }

  /// The members of a section or step that are settings.
  public static let names = ["state", "on_error", "on_unsupported", "on_invalid"]

  /// The settings of `section`, which stands at `path`; those that it does not name are those of
  /// `fallback`.
  public init(
    section: JSONValue, at path: [String] = [], fallback: StepDefaults = StepDefaults()
  ) throws(ConfigError) {
    var table = try StepTable(section, path, expected: "a table")
    self = try Self.take(from: &table, fallback)
  }

  /// The settings that stand in `table`, over `fallback`.
  static func take(
    from table: inout StepTable, _ fallback: StepDefaults
  ) throws(ConfigError) -> StepDefaults {
    var settings = fallback
    settings.state = try table.choice("state", State.self) ?? fallback.state
    settings.onError = try table.choice("on_error", Reaction.self) ?? fallback.onError
    settings.onUnsupported =
      try table.choice("on_unsupported", Reaction.self) ?? fallback.onUnsupported
    settings.onInvalid =
      try table.choice("on_invalid", InvalidAnswer.self) ?? fallback.onInvalid
    return settings
  }
}
