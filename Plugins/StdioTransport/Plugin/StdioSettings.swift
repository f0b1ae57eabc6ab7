import JSON

/// The transport's section.
struct StdioSettings {
  /// Bytes of a line; longer ones are skipped and logged.
  var maxLineBytes = 4 << 20
  /// Over this many bytes that the reader did not take it is behind.
  var streamHigh = 32_768
  /// From this many bytes down it has caught up.
  var streamLow = 8_192
  /// No message is taken that would make more bytes wait than these, unless none do.
  var streamLimit = 262_144
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
    "stream_high_watermark":{"description":"Unread bytes over which the reader is behind.",\
    "type":"integer","minimum":1024,"maximum":1073741824,"default":32768},\
    "stream_low_watermark":{"description":"Unread bytes from which down it has caught up; without \
    it a quarter of stream_high_watermark.",\
    "type":"integer","minimum":0,"maximum":1073741823,"default":8192},\
    "stream_limit":{"description":"Unread bytes that are never gone over, but for one message that \
    is longer; without it eight times stream_high_watermark.",\
    "type":"integer","minimum":1024,"maximum":8589934592,"default":262144},\
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
    var low: Int?
    var limit: Int?
    for (key, value) in section {
      switch key {
      case "max_line_bytes": maxLineBytes = try Self.number(key, value, 1...1_073_741_824)
      case "stream_high_watermark":
        streamHigh = try Self.number(key, value, 1_024...1_073_741_824)
      case "stream_low_watermark": low = try Self.number(key, value, 0...1_073_741_823)
      case "stream_limit": limit = try Self.number(key, value, 1_024...8_589_934_592)
      case "input_fd": input = Int32(try Self.number(key, value, 0...1_048_576))
      case "output_fd": output = Int32(try Self.number(key, value, 0...1_048_576))
      default:
        throw Problem(
          message: "unknown key '\(key)'; expected one of max_line_bytes, "
            + "stream_high_watermark, stream_low_watermark, stream_limit, input_fd, output_fd")
      }
    }
    streamLow = low ?? streamHigh / 4
    streamLimit = limit ?? streamHigh * 8
    guard streamLow < streamHigh else {
      throw Problem(
        message: "stream_low_watermark: found \(streamLow), expected less than "
          + "stream_high_watermark, which is \(streamHigh) and at most stream_limit")
    }
    guard streamHigh <= streamLimit else {
      throw Problem(
        message: "stream_limit: found \(streamLimit), expected at least stream_high_watermark, "
          + "which is \(streamHigh)")
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
