import JSON
import MCP

/// The bytes of a text; they stay where they are for the rest of the tests.
func bytes(_ text: String) -> UnsafeRawBufferPointer {
  let copy = UnsafeMutableRawBufferPointer.allocate(
    byteCount: max(1, text.utf8.count), alignment: 1)
  copy.copyBytes(from: text.utf8)
  return UnsafeRawBufferPointer(rebasing: copy[..<text.utf8.count])
}

/// The parameters that a JSON text of `params` gives, with what is wrong in them.
func read(_ json: String) throws -> RequestParameters {
  var parameters = RequestParameters()
  var cursor = JSONCursor(bytes(json))
  try parameters.read(&cursor)
  try cursor.finish()
  return parameters
}

/// The parameters of a request whose `_meta` is `json`.
func readMeta(_ json: String) throws -> RequestParameters { try read(#"{"_meta":\#(json)}"#) }

/// The fields of a request.
func fields(_ lines: (String, String)...) -> HTTPFields {
  var fields = HTTPFields()
  for (name, value) in lines { fields.add(name: bytes(name), value: bytes(value)) }
  return fields
}

func value(_ json: String) throws -> JSONValue { try JSONValue(json: json) }
