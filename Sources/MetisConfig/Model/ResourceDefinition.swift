public import JSON

/// A resource of the configuration, or a template of resources: what clients see of it and what
/// answers `resources/read`.
public struct ResourceDefinition: Sendable {
  /// The URI (RFC 3986), or the URI template (RFC 6570) where ``isTemplate`` says so.
  public var uri: String

  /// Whether ``uri`` is a template: listed by `resources/templates/list`, matched by reads.
  public var isTemplate: Bool

  /// The variables of the template in the order in which they first stand; empty for a resource.
  public var variables: [String]

  /// The name for programs; without one in the file, the last segment of ``uri``.
  public var name: String

  /// The name for people.
  public var title: String?

  /// What it holds.
  public var description: String?

  /// The media type of its contents.
  public var mimeType: String?

  /// The size of its raw contents in bytes; nil for templates.
  public var size: Int64?

  /// MCP's `Annotations`: `audience`, `priority`, `lastModified`.
  public var annotations: JSONObject?

  /// MCP's icons.
  public var icons: JSONValue?

  /// `_meta` of the resource.
  public var meta: JSONObject?

  /// What `completion/complete` suggests, by the template's variable.
  public var completions: [String: CompletionValues]

  /// How long clients may keep what they read, in milliseconds; nil for the server's
  /// (``CachingSettings/resource``).
  public var ttlMs: Int64?

  /// Who may share what was read; nil for the server's (``CachingSettings/resource``).
  public var cacheScope: CacheScope?

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

  /// Where its URI stands.
  public var place: ConfigPlace

  /// Equal stamps, other than 0: the same definition, taken over by a reload.
  public var stamp: UInt64 = 0
}
