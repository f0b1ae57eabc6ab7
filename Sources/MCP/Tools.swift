public import JSON

/// A tool as `tools/list` shows it.
public struct ToolDefinition: Sendable {
  /// Unique in a server.
  public var name: String
  /// For people; since 2025-06-18.
  public var title: String?
  /// What the tool does, for a model.
  public var description: String?
  /// A JSON Schema whose type is object.
  public var inputSchema: JSONValue
  /// A JSON Schema of the structured content; since 2025-06-18.
  public var outputSchema: JSONValue?
  /// `ToolAnnotations`; since 2025-03-26.
  public var annotations: JSONValue?
  /// `execution.taskSupport`: `optional` or `required`; in 2025-11-25 alone.
  public var taskSupport: String?
  /// An array of `Icon`; since 2025-11-25.
  public var icons: JSONValue?
  /// `_meta`; since 2025-06-18.
  public var meta: JSONValue?

  /// A tool; without a schema it takes any object.
  public init(
    name: String, title: String? = nil, description: String? = nil,
    inputSchema: JSONValue? = nil, outputSchema: JSONValue? = nil, annotations: JSONValue? = nil,
    taskSupport: String? = nil, icons: JSONValue? = nil, meta: JSONValue? = nil
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.inputSchema = inputSchema ?? ["type": "object"]
    self.outputSchema = outputSchema
    self.annotations = annotations
    self.taskSupport = taskSupport
    self.icons = icons
    self.meta = meta
  }

  /// The tool with the members that a revision knows.
  public func encoded(_ revision: ProtocolRevision) -> JSONValue {
    let traits = RevisionTraits.of(revision)
    let members = traits.definitionMembers
    var object: JSONObject = ["name": .string(name)]
    if members.contains(.title), let title { object["title"] = .string(title) }
    if let description { object["description"] = .string(description) }
    object["inputSchema"] = inputSchema
    if members.contains(.outputSchema), let outputSchema,
      traits.structuredContent == .any || outputSchema["type"] == "object"
    {
      // Before 2026-07-28 structured content is an object, and so is what the schema describes.
      object["outputSchema"] = outputSchema
    }
    if members.contains(.annotations), let annotations { object["annotations"] = annotations }
    if members.contains(.execution), let taskSupport {
      object["execution"] = ["taskSupport": .string(taskSupport)]
    }
    if members.contains(.icons), let icons { object["icons"] = icons }
    if members.contains(.meta), let meta { object["_meta"] = meta }
    return .object(object)
  }
}
