import MetisKit

/// An echo strategy's section of a definition.
struct EchoSection {
  /// What of the arguments to echo; all of them where it is nil.
  let field: JSONPointer?

  /// A text that goes before the echo, which is then a text too.
  let prefix: String?

  init(_ section: JSONValue) throws(ConfigError) {
    if let value = section["field"] {
      guard let text = value.string else {
        throw ConfigError(
          ["field"], "found \(value.kind), expected a JSON Pointer such as \"/message\"")
      }
      do throws(JSONPointerError) {
        field = try JSONPointer(text)
      } catch {
        throw ConfigError(["field"], error.message)
      }
    } else {
      field = nil
    }
    if let value = section["prefix"] {
      guard let text = value.string else {
        throw ConfigError(["prefix"], "found \(value.kind), expected a text")
      }
      prefix = text
    } else {
      prefix = nil
    }
  }
}

/// The JSON Schema of the section.
let echoSchema: StaticString = """
  {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Echo strategy",\
  "type":"object","properties":{\
  "field":{"type":"string","pattern":"^(/([^~]|~[01])*)?$",\
  "description":"A JSON Pointer (RFC 6901) into what would be echoed: what to echo instead of all."},\
  "prefix":{"type":"string","description":"A text before the echo; the answer is then a text."}},\
  "additionalProperties":false}
  """
