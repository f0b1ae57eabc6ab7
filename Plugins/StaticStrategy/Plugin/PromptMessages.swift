import MetisKit

/// Messages of a prompt as the configuration writes them.
enum PromptMessages {
  /// The messages as MCP has them: a text is one of the user; `text` and a `content` that is a text
  /// become a text block.
  static func complete(
    _ messages: [JSONValue], at path: [String]
  ) throws(ConfigError) -> [JSONValue] {
    var completed: [JSONValue] = []
    for (index, message) in messages.enumerated() {
      completed.append(try complete(message, at: path + [String(index)]))
    }
    return completed
  }

  private static func complete(
    _ message: JSONValue, at path: [String]
  ) throws(ConfigError) -> JSONValue {
    if message.string != nil { return .object(["role": "user", "content": block(message)]) }
    guard let given = message.object else {
      throw ConfigError(path, "found \(message.kind), expected a text or a table with a text")
    }
    let known = ["role", "text", "content", "_meta"]
    if let stray = given.keys.first(where: { !known.contains($0) }) {
      throw ConfigError(
        path + [stray],
        "found an unknown member, expected one of: \(known.joined(separator: ", "))")
    }
    var completed: JSONObject = ["role": given["role"] ?? "user"]
    guard completed["role"] == "user" || completed["role"] == "assistant" else {
      throw ConfigError(path + ["role"], "expected \"user\" or \"assistant\"")
    }
    switch (given["text"], given["content"]) {
    case (let text?, nil):
      guard text.string != nil else {
        throw ConfigError(path + ["text"], "found \(text.kind), expected a text")
      }
      completed["content"] = block(text)
    case (nil, let content?):
      guard content.string != nil || content["type"]?.string != nil else {
        throw ConfigError(
          path + ["content"],
          "found \(content.kind) without `type`, expected a text or a content "
            + "block such as { type = \"text\", text = \"…\" }")
      }
      completed["content"] = content.string == nil ? content : block(content)
    default:
      throw ConfigError(path, "expected exactly one of text and content")
    }
    completed["_meta"] = given["_meta"]
    return .object(completed)
  }

  private static func block(_ text: JSONValue) -> JSONValue { ["type": "text", "text": text] }
}
