import MetisKit

/// A static strategy's section of a definition. Exactly one of `content`, `content_file` and
/// `result` says what to answer.
struct StaticSection {
  /// Where the answer comes from.
  enum Source {
    /// Any JSON value that stands in the section.
    case content(JSONValue)
    /// A file: JSON where its name ends in `.json`, else text.
    case file(String)
    /// A whole MCP result object.
    case result(JSONObject)
  }

  let source: Source

  /// Whether a tool's result says that it is an error.
  let isError: Bool

  init(_ section: JSONValue) throws(ConfigError) {
    let present = ["content", "content_file", "result"].filter { section[$0] != nil }
    guard let name = present.first, present.count == 1 else {
      throw ConfigError(
        present.isEmpty
          ? "found none of content, content_file and result; expected exactly one of them"
          : "found \(present.joined(separator: " and ")) together; keep exactly one of them")
    }
    let value = section[name] ?? .null
    switch name {
    case "content": source = .content(value)
    case "content_file":
      guard let path = value.string, !path.isEmpty else {
        throw ConfigError(
          [name], "found \(value.kind), expected the path of a file, such as \"answer.json\"")
      }
      source = .file(path)
    default:
      guard let object = value.object else {
        throw ConfigError([name], "found \(value.kind), expected an MCP result object")
      }
      source = .result(object)
    }
    guard let flag = section["is_error"] else {
      isError = false
      return
    }
    guard let isError = flag.bool else {
      throw ConfigError(["is_error"], "found \(flag.kind), expected true or false")
    }
    if isError, name == "result" {
      throw ConfigError(["is_error"], "found beside result; write isError into the result itself")
    }
    self.isError = isError
  }
}

/// The JSON Schema of the section.
let staticSchema: StaticString = """
  {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Static strategy",\
  "type":"object","properties":{\
  "content":{"description":"The answer: a text, or any JSON value."},\
  "content_file":{"type":"string","minLength":1,\
  "description":"A file with the answer: JSON where its name ends in .json, else text. \
  Relative to the folder of the file that holds this section."},\
  "result":{"type":"object","description":"A whole MCP result object of the newest revision."},\
  "is_error":{"type":"boolean","default":false,\
  "description":"Marks a tool's result as an error."}},\
  "additionalProperties":false,\
  "oneOf":[{"required":["content"]},{"required":["content_file"]},{"required":["result"]}]}
  """
