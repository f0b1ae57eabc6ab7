public import JSON

/// A prompt as `prompts/list` shows it.
public struct PromptDefinition: Sendable {
  /// An argument; its values are strings.
  public struct Argument: Sendable {
    /// For programs.
    public var name: String
    /// For people; since 2025-06-18.
    public var title: String?
    /// What it means.
    public var description: String?
    /// Whether a `prompts/get` without it is refused.
    public var isRequired: Bool

    /// An argument.
    public init(
      name: String, title: String? = nil, description: String? = nil, isRequired: Bool = false
    ) {
      self.name = name
      self.title = title
      self.description = description
      self.isRequired = isRequired
    }
  }

  /// Unique in a server.
  public var name: String
  /// For people; since 2025-06-18.
  public var title: String?
  /// What the prompt is for.
  public var description: String?
  /// Its arguments in order.
  public var arguments: [Argument]
  /// An array of `Icon`; since 2025-11-25.
  public var icons: JSONValue?
  /// `_meta`; since 2025-06-18.
  public var meta: JSONValue?

  /// A prompt.
  public init(
    name: String, title: String? = nil, description: String? = nil, arguments: [Argument] = [],
    icons: JSONValue? = nil, meta: JSONValue? = nil
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.arguments = arguments
    self.icons = icons
    self.meta = meta
  }

  /// The prompt with the members that a revision knows.
  public func encoded(_ revision: ProtocolRevision) -> JSONValue {
    let members = RevisionTraits.of(revision).definitionMembers
    var object: JSONObject = ["name": .string(name)]
    if members.contains(.title), let title { object["title"] = .string(title) }
    if let description { object["description"] = .string(description) }
    if !arguments.isEmpty {
      object["arguments"] = .array(
        arguments.map { argument in
          var entry: JSONObject = ["name": .string(argument.name)]
          if members.contains(.title), let title = argument.title {
            entry["title"] = .string(title)
          }
          if let text = argument.description { entry["description"] = .string(text) }
          if argument.isRequired { entry["required"] = true }
          return .object(entry)
        })
    }
    if members.contains(.icons), let icons { object["icons"] = icons }
    if members.contains(.meta), let meta { object["_meta"] = meta }
    return .object(object)
  }
}

/// Shaping what a strategy answered into `GetPromptResult` of the newest revision.
public enum PromptResult {
  /// Writes the result around a validated JSON value: a string becomes one message of the user, any
  /// other value one with its JSON. What was emitted before goes first.
  public static func shape(
    _ value: JSONSlice, description: String?, emitted: [JSONValue]
  ) throws(MCPError) -> JSONObject {
    var messages: [JSONValue] = []
    for block in emitted { messages.append(try message(of: block)) }
    let text = value.string?.decoded ?? value.text
    messages.append(["role": "user", "content": ContentBlocks.text(text)])
    return result(messages, description)
  }

  /// A whole result of a strategy behind what was emitted.
  public static func completed(
    _ result: JSONObject, description: String?, emitted: [JSONValue]
  ) throws(MCPError) -> JSONObject {
    guard case .array(let given)? = result["messages"] else {
      throw .internalError("a result that has no messages array")
    }
    var messages: [JSONValue] = []
    for block in emitted + given { messages.append(try message(of: block)) }
    var result = result
    result["messages"] = .array(messages)
    if result["description"] == nil { result["description"] = description.map(JSONValue.string) }
    return result
  }

  private static func result(_ messages: [JSONValue], _ description: String?) -> JSONObject {
    var object = JSONObject()
    object["description"] = description.map(JSONValue.string)
    object["messages"] = .array(messages)
    return object
  }

  /// A message as it is; a content block, or a text, as a message of the user.
  private static func message(of block: JSONValue) throws(MCPError) -> JSONValue {
    if let text = block.string { return ["role": "user", "content": ContentBlocks.text(text)] }
    guard block.object != nil else {
      throw .internalError("messages of which one is no message")
    }
    if block["type"]?.string != nil, block["role"] == nil {
      return ["role": "user", "content": block]
    }
    guard let content = block["content"] else {
      throw .internalError("messages of which one has no content")
    }
    var message = block
    if message["role"] == nil { message["role"] = "user" }
    if let text = content.string { message["content"] = ContentBlocks.text(text) }
    return message
  }
}
