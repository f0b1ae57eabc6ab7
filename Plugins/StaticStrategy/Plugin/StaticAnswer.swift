import MetisKit

/// The answer of a static strategy, encoded.
///
/// For a tool it is the whole MCP result, which the host splices as it stands. Of resources and prompts
/// the host fills in what only it knows: the URI of the request, the definition's media type and
/// description.
struct StaticAnswer {
  let json: [UInt8]
  let shape: Answer.Shape

  init(_ section: StaticSection, _ target: Target) throws(ConfigError) {
    try Self.check(section, target.kind)
    if case .result(let result) = section.source {
      json = JSONValue.object(try Self.checked(result, target.kind)).encoded
      shape = .result
      return
    }
    switch target.kind {
    case .tool:
      json = Self.toolResult(try Self.value(section, target), section, target).encoded
      shape = .result
    case .resource: (json, shape) = try Self.resource(section, target)
    case .prompt:
      if case .messages(let messages) = section.source {
        let messages = try PromptMessages.complete(messages, at: ["messages"])
        json = JSONValue.object(["messages": .array(messages)]).encoded
        shape = .result
      } else {
        json = try Self.value(section, target).encoded
        shape = .value
      }
    }
  }

  /// Refuses members that belong to another kind of target.
  private static func check(
    _ section: StaticSection, _ kind: Target.Kind
  ) throws(ConfigError) {
    switch section.source {
    case .blob, .blobFile:
      if kind != .resource {
        throw ConfigError(
          [section.name],
          "found in a \(kind), expected in a resource; give the whole `result` to "
            + "answer with an image or sound")
      }
    case .messages:
      if kind != .prompt {
        throw ConfigError(["messages"], "found in a \(kind), expected in a prompt; use `content`")
      }
    default: break
    }
    if section.mediaType != nil, kind != .resource {
      throw ConfigError(["mime_type"], "found in a \(kind), expected in a resource")
    }
    if section.isError, kind != .tool {
      throw ConfigError(["is_error"], "found in a \(kind), expected in a tool")
    }
  }

  /// A whole result, which must have the list that its kind of target answers with.
  private static func checked(
    _ result: JSONObject, _ kind: Target.Kind
  ) throws(ConfigError) -> JSONObject {
    let list: String? =
      switch kind {
      case .tool: nil
      case .resource: "contents"
      case .prompt: "messages"
      }
    guard let list, result[list]?.array == nil else { return result }
    throw ConfigError(
      ["result"], "found no array `\(list)`, expected it in the result of a \(kind)")
  }

  // MARK: Tools

  private static func toolResult(
    _ content: JSONValue, _ section: StaticSection, _ target: Target
  ) -> JSONValue {
    let text = content.string ?? String(decoding: content.encoded, as: UTF8.self)
    var result: JSONValue = ["content": [["type": "text", "text": .string(text)]]]
    if content.object != nil, hasOutputSchema(target.definition) {
      result["structuredContent"] = content
    }
    if section.isError { result["isError"] = true }
    return result
  }

  private static func hasOutputSchema(_ definition: JSONValue) -> Bool {
    definition["output_schema"] != nil || definition["outputSchema"] != nil
  }

  // MARK: Resources

  private static func resource(
    _ section: StaticSection, _ target: Target
  ) throws(ConfigError) -> ([UInt8], Answer.Shape) {
    var content: JSONObject = [:]
    if let type = section.mediaType { content["mimeType"] = .string(type) }
    switch section.source {
    case .blob(let text): content["blob"] = .string(text)
    case .blobFile(let path):
      content["blob"] = .string(Base64.encode(try bytes(path, section, target)))
    default:
      let value = try value(section, target)
      guard section.mediaType != nil else { return (value.encoded, .value) }
      content["text"] =
        value.string == nil
        ? .string(String(decoding: value.encoded, as: UTF8.self)) : value
    }
    return (JSONValue.object(["contents": [.object(content)]]).encoded, .result)
  }

  // MARK: Sources

  /// The source as a JSON value.
  private static func value(
    _ section: StaticSection, _ target: Target
  ) throws(ConfigError) -> JSONValue {
    switch section.source {
    case .text(let text): return .string(text)
    case .content(let content): return content
    case .file(let path) where path.hasSuffix(".json"):
      let bytes = try bytes(path, section, target)
      do throws(JSONError) {
        return try JSONValue(jsonBytes: bytes)
      } catch {
        throw ConfigError([section.name], "\(target.resolve(path)): \(error)")
      }
    case .file(let path): return .string(try text(path, section, target))
    case .blob, .blobFile, .messages, .result: return .null
    }
  }

  private static func text(
    _ path: String, _ section: StaticSection, _ target: Target
  ) throws(ConfigError) -> String {
    guard let text = String(validating: try bytes(path, section, target), as: UTF8.self) else {
      throw ConfigError(
        [section.name],
        "\(target.resolve(path)): found bytes that are not UTF-8, expected text")
    }
    return text
  }

  private static func bytes(
    _ path: String, _ section: StaticSection, _ target: Target
  ) throws(ConfigError) -> [UInt8] {
    try WholeFile.read(target.resolve(path), named: section.name)
  }
}
