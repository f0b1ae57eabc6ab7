/// The fields of an HTTP request that MCP reads, as borrowed bytes.
///
/// A field that may stand only once and stands twice with different values is remembered as
/// ``isAmbiguous``: two readers must not see two different requests.
public struct HTTPFields {
  /// `Accept` allows `application/json`; several lines are one list.
  public private(set) var acceptsJSON = false
  /// `Accept` allows `text/event-stream`.
  public private(set) var acceptsEventStream = false
  /// `Content-Type`, with its parameters.
  public private(set) var contentType: UnsafeRawBufferPointer?
  /// `Host`, with its port.
  public private(set) var host: UnsafeRawBufferPointer?
  /// `Origin` (RFC 6454 section 7).
  public private(set) var origin: UnsafeRawBufferPointer?
  /// `MCP-Protocol-Version`.
  public private(set) var protocolVersion: UnsafeRawBufferPointer?
  /// `Mcp-Method`.
  public private(set) var method: UnsafeRawBufferPointer?
  /// `Mcp-Name`, still encoded.
  public private(set) var name: UnsafeRawBufferPointer?
  /// `Mcp-Session-Id`.
  public private(set) var sessionID: UnsafeRawBufferPointer?
  /// `Last-Event-ID`.
  public private(set) var lastEventID: UnsafeRawBufferPointer?
  /// `Authorization`, for auth plugins.
  public private(set) var authorization: UnsafeRawBufferPointer?
  /// A field that may stand once stands twice.
  public private(set) var isAmbiguous = false

  /// No fields yet.
  public init() {}

  /// Takes one field; `name` in any case, `value` trimmed.
  public mutating func add(name field: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    // Field names are told apart by length; each candidate is compared in full.
    switch field.count {
    case 4 where field.equalsIgnoringCase("host"): HTTPFields.set(&host, value, &isAmbiguous)
    case 6:
      if field.equalsIgnoringCase("accept") {
        takeAccept(value)
      } else if field.equalsIgnoringCase("origin") {
        HTTPFields.set(&origin, value, &isAmbiguous)
      }
    case 8 where field.equalsIgnoringCase("mcp-name"): HTTPFields.set(&name, value, &isAmbiguous)
    case 10 where field.equalsIgnoringCase("mcp-method"):
      HTTPFields.set(&method, value, &isAmbiguous)
    case 12 where field.equalsIgnoringCase("content-type"):
      HTTPFields.set(&contentType, value, &isAmbiguous)
    case 13:
      if field.equalsIgnoringCase("authorization") {
        HTTPFields.set(&authorization, value, &isAmbiguous)
      } else if field.equalsIgnoringCase("last-event-id") {
        HTTPFields.set(&lastEventID, value, &isAmbiguous)
      }
    case 14 where field.equalsIgnoringCase("mcp-session-id"):
      HTTPFields.set(&sessionID, value, &isAmbiguous)
    case 20 where field.equalsIgnoringCase("mcp-protocol-version"):
      HTTPFields.set(&protocolVersion, value, &isAmbiguous)
    default: break
    }
  }

  private static func set(
    _ slot: inout UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer,
    _ isAmbiguous: inout Bool
  ) {
    if slot != nil { isAmbiguous = true }
    slot = value
  }

  /// Media ranges of RFC 9110 section 12.5.1; a quality of zero forbids.
  private mutating func takeAccept(_ value: UnsafeRawBufferPointer) {
    // What every MCP client sends.
    if value.equals("application/json, text/event-stream") {
      acceptsJSON = true
      acceptsEventStream = true
      return
    }
    for element in value.split(separator: UInt8(ascii: ",")) {
      var parts = element.split(separator: UInt8(ascii: ";")).makeIterator()
      guard let range = parts.next() else { continue }
      var allowed = true
      while let parameter = parts.next() {
        let text = UnsafeRawBufferPointer(rebasing: parameter).trimmed
        if text.equalsIgnoringCase("q=0") || text.equalsIgnoringCase("q=0.0")
          || text.equalsIgnoringCase("q=0.00") || text.equalsIgnoringCase("q=0.000")
        {
          allowed = false
        }
      }
      guard allowed else { continue }
      let type = UnsafeRawBufferPointer(rebasing: range).trimmed
      if type.equalsIgnoringCase("application/json") {
        acceptsJSON = true
      } else if type.equalsIgnoringCase("text/event-stream") {
        acceptsEventStream = true
      } else if type.equalsIgnoringCase("*/*") {
        acceptsJSON = true
        acceptsEventStream = true
      } else if type.equalsIgnoringCase("application/*") {
        acceptsJSON = true
      } else if type.equalsIgnoringCase("text/*") {
        acceptsEventStream = true
      }
    }
  }

  /// Whether the body is declared as JSON: `application/json` with any parameters.
  public var hasJSONContent: Bool {
    guard let contentType else { return false }
    if contentType.equals("application/json") { return true }
    let end = contentType.firstIndex(of: UInt8(ascii: ";")) ?? contentType.count
    return UnsafeRawBufferPointer(rebasing: contentType[..<end]).trimmed
      .equalsIgnoringCase("application/json")
  }
}
