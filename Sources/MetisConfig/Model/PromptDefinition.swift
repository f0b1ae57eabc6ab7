public import JSON

/// A prompt of the configuration: what clients see of it and what answers `prompts/get`.
public struct PromptDefinition: Sendable {
  /// The name for programs.
  public var name: String

  /// The name for people.
  public var title: String?

  /// What the prompt is for.
  public var description: String?

  /// MCP's icons.
  public var icons: JSONValue?

  /// `_meta` of the prompt.
  public var meta: JSONObject?

  /// Its arguments in order.
  public var arguments: [PromptArgument]

  /// The group whose defaults it has.
  public var group: String?

  /// How slow and how unreliable it is: its own, over that of its defaults; nil where nothing is
  /// said.
  public var behavior: BehaviorSettings?

  /// What answers.
  public var mock: MockSettings

  /// The whole definition as it stands in the file: the `definition` of a strategy's instance.
  public var definition: JSONValue

  /// The absolute folder of its file, without a slash at its end.
  public var directory: String

  /// Where its name stands.
  public var place: ConfigPlace

  /// Equal stamps, other than 0: the same definition, taken over by a reload.
  public var stamp: UInt64 = 0
}

/// An argument of a prompt; its values are strings (MCP `PromptArgument`).
public struct PromptArgument: Sendable {
  /// The name for programs.
  public var name: String

  /// The name for people.
  public var title: String?

  /// What it means.
  public var description: String?

  /// Whether a `prompts/get` without it is refused.
  public var isRequired: Bool

  /// The value where the client gives none.
  public var defaultValue: String?

  /// The only values that are accepted; nil for any.
  public var choices: [String]?

  /// What `completion/complete` suggests; without any in the file, ``choices``.
  public var completions: CompletionValues?
}
