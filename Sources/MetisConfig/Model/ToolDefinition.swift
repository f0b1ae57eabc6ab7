public import JSON

/// A tool of the configuration: what clients see of it and what answers it.
public struct ToolDefinition: Sendable {
  /// 1 to 128 of `[A-Za-z0-9_.-]` (MCP 2025-11-25, tool names).
  public var name: String

  /// The name for people.
  public var title: String?

  /// What the tool does.
  public var description: String?

  /// The JSON Schema of its arguments; its `type` is `object`.
  public var inputSchema: JSONObject

  /// The JSON Schema of its structured result.
  public var outputSchema: JSONObject?

  /// MCP's `ToolAnnotations`.
  public var annotations: JSONObject?

  /// MCP's icons.
  public var icons: JSONValue?

  /// `_meta` of the tool; ``ui`` stands in it as `ui`.
  public var meta: JSONObject?

  /// The user interface that belongs to it.
  public var ui: ToolUI?

  /// Whether it may run as a task.
  public var taskSupport: TaskSupport

  /// What is held against its schemas.
  public var validation: ValidationSettings

  /// The properties of ``inputSchema`` with `x-mcp-header`, in the order of the schema.
  public var parameterHeaders: [ParameterHeader]

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

/// What answers a definition: a strategy and its section.
public struct MockSettings: Sendable {
  /// The name under which a plugin provides the strategy.
  public var strategy: String

  /// What the strategy receives: its own table, and the settings beside `strategy`.
  public var section: ConfigSection

  /// The instance's seed; nil for one from the host's seed and the definition's name.
  public var seed: UInt64?

  /// After what time a call is answered with a time-out; nil for the server's.
  public var timeout: Duration?

  /// Where `strategy` stands.
  public var place: ConfigPlace
}

extension ToolDefinition {
  /// The tool as `tools/list` shows it, in the form of the newest revision.
  public var listing: JSONObject {
    var tool = JSONObject()
    tool["name"] = .string(name)
    tool["title"] = title.map(JSONValue.string)
    tool["description"] = description.map(JSONValue.string)
    tool["inputSchema"] = .object(inputSchema)
    tool["outputSchema"] = outputSchema.map(JSONValue.object)
    tool["annotations"] = annotations.map(JSONValue.object)
    tool["icons"] = icons
    tool["_meta"] = meta.map(JSONValue.object)
    return tool
  }
}
