public import JSON

/// The `[server.capabilities]` table: what the server says it can do (MCP `ServerCapabilities`).
/// nil: derived from what the configuration defines.
public struct CapabilitySettings: Sendable {
  /// `logging`.
  public var logging: Bool?

  /// `completions`.
  public var completions: Bool?

  /// `tools.listChanged`.
  public var toolsListChanged: Bool?

  /// `resources.listChanged`.
  public var resourcesListChanged: Bool?

  /// `resources.subscribe`.
  public var resourcesSubscribe: Bool?

  /// `prompts.listChanged`.
  public var promptsListChanged: Bool?

  /// `extensions`, passed on: an object by the identifier of each extension.
  public var extensions = JSONObject()

  /// `experimental`, passed on: an object by the name of each capability.
  public var experimental = JSONObject()

  /// The settings of a file that says nothing.
  public init() {}
}
