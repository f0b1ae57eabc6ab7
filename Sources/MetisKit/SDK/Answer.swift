/// How a call ends.
public enum Answer: Sendable {
  /// Any JSON value; the host shapes the MCP result of the target around it.
  case value(JSONValue)
  /// A text; the host makes a text block, a text resource or a prompt message of it.
  case text(String)
  /// A whole MCP result object of the newest revision, without `resultType`.
  case result(JSONValue)
  /// JSON that is encoded already.
  case bytes([UInt8], shape: Shape = .value)
  /// A JSON-RPC error: `code` outside -32768…-32000, or one that MCP defines.
  case error(code: Int32, message: String, data: JSONValue? = nil)
  /// A tool result with `isError` and this text, which the model sees.
  case toolError(String)
  /// Questions to the client, `{key:{"method":…,"params":{…}}}`, and a state that comes back with
  /// the answers in ``Call/inputs`` and ``Call/state``.
  case needInput(requests: JSONValue, state: [UInt8] = [])

  /// What encoded JSON is (`METIS_SHAPE_…` of `metis/ext/strategy.h`).
  public enum Shape: UInt32, Sendable {
    /// Any value, which the host shapes.
    case value = 0
    /// A whole MCP result object.
    case result = 1
  }
}
