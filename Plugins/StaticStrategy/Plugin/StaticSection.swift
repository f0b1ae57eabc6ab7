import MetisKit

/// A static strategy's section of a definition. Exactly one of its sources says what to answer.
struct StaticSection {
  /// Where the answer comes from.
  enum Source {
    /// A text.
    case text(String)
    /// Any JSON value that stands in the section.
    case content(JSONValue)
    /// A file: JSON where its name ends in `.json`, else text.
    case file(String)
    /// Bytes of a resource, in base64.
    case blob(String)
    /// A file with the bytes of a resource.
    case blobFile(String)
    /// The messages of a prompt.
    case messages([JSONValue])
    /// A whole MCP result object.
    case result(JSONObject)

    /// The members that stand for sources, in the order of errors.
    static let names = [
      "text", "content", "content_file", "blob", "blob_file", "messages", "result",
    ]
  }

  let source: Source

  /// The member that holds the source.
  let name: String

  /// Whether a tool's result says that it is an error.
  let isError: Bool

  /// The media type of a resource, in place of the definition's.
  let mediaType: String?

  init(_ section: JSONValue) throws(ConfigError) {
    let present = Source.names.filter { section[$0] != nil }
    guard let name = present.first, present.count == 1 else {
      throw ConfigError(
        present.isEmpty
          ? "found none of text, content, content_file, blob, blob_file, messages and result; "
            + "expected exactly one of them"
          : "found \(present.joined(separator: " and ")) together; keep exactly one of them")
    }
    self.name = name
    source = try Self.source(name, section[name] ?? .null)
    isError = try Self.flag(section["is_error"])
    if isError, name == "result" {
      throw ConfigError(["is_error"], "found beside result; write isError into the result itself")
    }
    mediaType = try Self.mediaType(section["mime_type"])
    if mediaType != nil, name == "result" || name == "messages" {
      throw ConfigError(
        ["mime_type"],
        "found beside \(name); it is the media type of a resource that the other "
          + "members describe")
    }
  }

  private static func source(
    _ name: String, _ value: JSONValue
  ) throws(ConfigError) -> Source {
    switch name {
    case "text":
      guard let text = value.string else {
        throw ConfigError([name], "found \(value.kind), expected a text; any value is `content`")
      }
      return .text(text)
    case "content": return .content(value)
    case "content_file", "blob_file":
      guard let path = value.string, !path.isEmpty else {
        throw ConfigError(
          [name], "found \(value.kind), expected the path of a file, such as \"answer.json\"")
      }
      return name == "blob_file" ? .blobFile(path) : .file(path)
    case "blob":
      guard let text = value.string, Base64.isValid(text) else {
        throw ConfigError(
          [name],
          "found \(value.string == nil ? "\(value.kind)" : "other characters"), expected "
            + "bytes in base64 with padding (RFC 4648, section 4)")
      }
      return .blob(text)
    case "messages":
      guard let messages = value.array else {
        throw ConfigError([name], "found \(value.kind), expected an array of messages")
      }
      return .messages(messages)
    default:
      guard let object = value.object else {
        throw ConfigError([name], "found \(value.kind), expected an MCP result object")
      }
      return .result(object)
    }
  }

  private static func flag(_ value: JSONValue?) throws(ConfigError) -> Bool {
    guard let value else { return false }
    guard let flag = value.bool else {
      throw ConfigError(["is_error"], "found \(value.kind), expected true or false")
    }
    return flag
  }

  private static func mediaType(_ value: JSONValue?) throws(ConfigError) -> String? {
    guard let value else { return nil }
    guard let text = value.string, !text.isEmpty else {
      throw ConfigError(
        ["mime_type"], "found \(value.kind), expected a media type such as \"text/plain\"")
    }
    return text
  }
}

/// The JSON Schema of the section.
let staticSchema: StaticString = """
  {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Static strategy",\
  "type":"object","properties":{\
  "text":{"type":"string","description":"The answer: a text."},\
  "content":{"description":"The answer: a text, or any JSON value."},\
  "content_file":{"type":"string","minLength":1,"format":"metis-path",\
  "description":"A file with the answer: JSON where its name ends in .json, else text. \
  Relative to the folder of the file that holds this section."},\
  "blob":{"type":"string","contentEncoding":"base64",\
  "description":"The bytes of a resource, in base64."},\
  "blob_file":{"type":"string","minLength":1,"format":"metis-path",\
  "description":"A file with the bytes of a resource."},\
  "messages":{"type":"array","description":"The messages of a prompt: a text of the user, or \
  a role with a text, or with the content of an MCP message.",\
  "items":{"anyOf":[{"type":"string"},{"type":"object","properties":{\
  "role":{"enum":["user","assistant"]},"text":{"type":"string"},\
  "content":{"type":["string","object"]},"_meta":{"type":"object"}},"additionalProperties":false,\
  "oneOf":[{"required":["text"]},{"required":["content"]}]}]}},\
  "result":{"type":"object","description":"A whole MCP result object of the newest revision."},\
  "mime_type":{"type":"string","minLength":1,\
  "description":"The media type of a resource, in place of the definition's."},\
  "is_error":{"type":"boolean","default":false,\
  "description":"Marks a tool's result as an error."}},\
  "additionalProperties":false,\
  "oneOf":[{"required":["text"]},{"required":["content"]},{"required":["content_file"]},\
  {"required":["blob"]},{"required":["blob_file"]},{"required":["messages"]},\
  {"required":["result"]}]}
  """
