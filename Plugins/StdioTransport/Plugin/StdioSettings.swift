import JSON

/// The transport's section.
struct StdioSettings {
  /// Bytes of a line; longer ones are skipped and logged.
  var maxLineBytes = 4 << 20
  /// Where messages come from. For tests and supervisors.
  var input: Int32 = 0
  /// Where messages go to. For tests and supervisors.
  var output: Int32 = 1

  /// Why a section is not taken: what was found and what is expected, with the key.
  struct Problem: Error {
    let message: String
  }

  /// The JSON Schema (2020-12) of the section.
  static let schema: StaticString = """
    {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"stdio transport",\
    "type":"object","additionalProperties":false,"properties":{\
    "max_line_bytes":{"description":"Bytes of a message; longer ones are skipped and logged.",\
    "type":"integer","minimum":1,"maximum":1073741824,"default":4194304},\
    "input_fd":{"description":"The descriptor that is read. For tests and supervisors.",\
    "type":"integer","minimum":0,"maximum":1048576,"default":0},\
    "output_fd":{"description":"The descriptor that is written. For tests and supervisors.",\
    "type":"integer","minimum":0,"maximum":1048576,"default":1}}}
    """

  init(json bytes: UnsafeRawBufferPointer) throws(Problem) {
    if bytes.isEmpty { return }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw Problem(message: "the transport's configuration is not JSON: \(error)")
    }
    guard let section = value.object else {
      throw Problem(message: "the transport's configuration is not a JSON object")
    }
    for (key, value) in section {
      switch key {
      case "max_line_bytes": maxLineBytes = try Self.number(key, value, 1...1_073_741_824)
      case "input_fd": input = Int32(try Self.number(key, value, 0...1_048_576))
      case "output_fd": output = Int32(try Self.number(key, value, 0...1_048_576))
      default:
        throw Problem(
          message: "unknown key '\(key)'; expected one of max_line_bytes, input_fd, output_fd")
      }
    }
  }

  private static func number(
    _ key: String, _ value: JSONValue, _ range: ClosedRange<Int>
  ) throws(Problem) -> Int {
    guard let number = value.int, range.contains(Int(number)) else {
      throw Problem(
        message: "\(key): found \(value), expected an integer from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return Int(number)
  }
}
