public import JSON

/// What an error response says where the id of its request is unknown.
@frozen
public enum UnknownID: Sendable, Hashable {
  /// Leaves the member out: MCP 2026-07-28.
  case omitted
  /// Writes `null`: JSON-RPC 2.0, section 5, and MCP before.
  case null
}

/// Writes messages around parts that are JSON text already. The parts are not checked.
public enum MessageWriter {
  /// Writes a response: `{"jsonrpc":"2.0","id":…,"result":…}`.
  @inlinable
  public static func writeResult<Sink: JSONSink & ~Copyable>(
    id: UnsafeRawBufferPointer, result: UnsafeRawBufferPointer, to sink: inout Sink
  ) {
    append("{\"jsonrpc\":\"2.0\",\"id\":", to: &sink)
    sink.append(contentsOf: id)
    append(",\"result\":", to: &sink)
    sink.append(contentsOf: result)
    sink.append(UInt8(ascii: "}"))
  }

  /// Writes an error response. Without an `id` the member is left out or null, as `unknownID` says.
  public static func writeError<Sink: JSONSink & ~Copyable>(
    id: UnsafeRawBufferPointer?, _ error: ErrorObject, unknownID: UnknownID = .omitted,
    to sink: inout Sink
  ) {
    guard let data = error.data else {
      return writeError(
        id: id, code: error.code, message: error.message, data: nil, unknownID: unknownID, to: &sink
      )
    }
    data.jsonBytes().withUnsafeBytes { data in
      writeError(
        id: id, code: error.code, message: error.message, data: data, unknownID: unknownID,
        to: &sink)
    }
  }

  /// Writes an error response whose `data` is JSON text already.
  public static func writeError<Sink: JSONSink & ~Copyable>(
    id: UnsafeRawBufferPointer?, code: ErrorCode, message: String,
    data: UnsafeRawBufferPointer?, unknownID: UnknownID = .omitted, to sink: inout Sink
  ) {
    append("{\"jsonrpc\":\"2.0\"", to: &sink)
    if let id {
      append(",\"id\":", to: &sink)
      sink.append(contentsOf: id)
    } else if unknownID == .null {
      append(",\"id\":null", to: &sink)
    }
    append(",\"error\":{\"code\":", to: &sink)
    appendText(code.rawValue.description, to: &sink)
    append(",\"message\":", to: &sink)
    appendText(JSONValue.string(message).description, to: &sink)
    if let data {
      append(",\"data\":", to: &sink)
      sink.append(contentsOf: data)
    }
    append("}}", to: &sink)
  }

  /// Writes a request. `method` is its name, `params` an object's text or nil.
  public static func writeRequest<Sink: JSONSink & ~Copyable>(
    id: UnsafeRawBufferPointer, method: String, params: UnsafeRawBufferPointer?,
    to sink: inout Sink
  ) {
    append("{\"jsonrpc\":\"2.0\",\"id\":", to: &sink)
    sink.append(contentsOf: id)
    append(",", to: &sink)
    writeCall(method, params, to: &sink)
  }

  /// Writes a notification. `method` is its name, `params` an object's text or nil.
  public static func writeNotification<Sink: JSONSink & ~Copyable>(
    method: String, params: UnsafeRawBufferPointer?, to sink: inout Sink
  ) {
    append("{\"jsonrpc\":\"2.0\",", to: &sink)
    writeCall(method, params, to: &sink)
  }

  private static func writeCall<Sink: JSONSink & ~Copyable>(
    _ method: String, _ params: UnsafeRawBufferPointer?, to sink: inout Sink
  ) {
    append("\"method\":", to: &sink)
    appendText(JSONValue.string(method).description, to: &sink)
    if let params {
      append(",\"params\":", to: &sink)
      sink.append(contentsOf: params)
    }
    sink.append(UInt8(ascii: "}"))
  }

  @inlinable
  static func append<Sink: JSONSink & ~Copyable>(_ text: StaticString, to sink: inout Sink) {
    text.withUTF8Buffer { sink.append(contentsOf: UnsafeRawBufferPointer($0)) }
  }

  private static func appendText<Sink: JSONSink & ~Copyable>(_ text: String, to sink: inout Sink) {
    var text = text
    text.withUTF8 { sink.append(contentsOf: UnsafeRawBufferPointer($0)) }
  }
}
