/// The fields of an HTTP request that MCP reads, as borrowed bytes.
///
/// A field that may stand only once and stands twice makes the fields ``isAmbiguous``, with equal
/// values too: two readers must not see two different requests.
public struct HTTPFields {
  private var json = Acceptance()
  private var eventStream = Acceptance()
  /// `Content-Type`, with its parameters.
  public private(set) var contentType: UnsafeRawBufferPointer?
  /// `Host`.
  public private(set) var host: UnsafeRawBufferPointer?
  /// `Origin`.
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
  /// `Authorization`.
  public private(set) var authorization: UnsafeRawBufferPointer?
  /// `Upgrade` names WebSocket (RFC 6455 section 4.2.1).
  public private(set) var upgradesToWebSocket = false
  /// `Sec-WebSocket-Protocol` is there.
  public private(set) var offersSubprotocols = false
  /// `Sec-WebSocket-Protocol` lists `mcp`.
  public private(set) var offersMCP = false
  /// A field that may stand once stands twice.
  public private(set) var isAmbiguous = false

  /// No fields.
  public init() {}

  /// Whether the lines of `Accept` together allow `application/json`.
  public var acceptsJSON: Bool { json.isAllowed }

  /// Whether the lines of `Accept` together allow `text/event-stream`.
  public var acceptsEventStream: Bool { eventStream.isAllowed }

  /// What was said of one media type so far: the most specific range counts (RFC 9110 section
  /// 12.5.1); of two that are as specific, the one that allows.
  private struct Acceptance {
    var isAllowed = false
    private var precedence: UInt8 = 0

    mutating func take(_ isAllowed: Bool, _ precedence: UInt8) {
      if precedence > self.precedence {
        self.precedence = precedence
        self.isAllowed = isAllowed
      } else if precedence == self.precedence {
        self.isAllowed = self.isAllowed || isAllowed
      }
    }
  }

  /// Takes one field; `name` in any case, `value` trimmed.
  public mutating func add(name field: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    // Field names are told apart by length, once; each candidate is compared in full.
    switch field.count {
    case 4:
      if field.equalsIgnoringCase("host") { HTTPFields.set(&host, value, &isAmbiguous) }
    case 6:
      if field.equalsIgnoringCase("accept") {
        takeAccept(value)
      } else if field.equalsIgnoringCase("origin") {
        HTTPFields.set(&origin, value, &isAmbiguous)
      }
    case 7:
      if field.equalsIgnoringCase("upgrade") { takeUpgrade(value) }
    case 8:
      if field.equalsIgnoringCase("mcp-name") { HTTPFields.set(&name, value, &isAmbiguous) }
    case 10:
      if field.equalsIgnoringCase("mcp-method") { HTTPFields.set(&method, value, &isAmbiguous) }
    case 12:
      if field.equalsIgnoringCase("content-type") {
        HTTPFields.set(&contentType, value, &isAmbiguous)
      }
    case 13:
      if field.equalsIgnoringCase("authorization") {
        HTTPFields.set(&authorization, value, &isAmbiguous)
      } else if field.equalsIgnoringCase("last-event-id") {
        HTTPFields.set(&lastEventID, value, &isAmbiguous)
      }
    case 14:
      if field.equalsIgnoringCase("mcp-session-id") {
        HTTPFields.set(&sessionID, value, &isAmbiguous)
      }
    case 20:
      if field.equalsIgnoringCase("mcp-protocol-version") {
        HTTPFields.set(&protocolVersion, value, &isAmbiguous)
      }
    case 22:
      if field.equalsIgnoringCase("sec-websocket-protocol") { takeSubprotocols(value) }
    default: break
    }
  }

  @inline(never)
  private mutating func takeUpgrade(_ value: UnsafeRawBufferPointer) {
    for element in value.split(separator: UInt8(ascii: ",")) {
      let name = UnsafeRawBufferPointer(rebasing: element).trimmed
      if name.equalsIgnoringCase("websocket") { upgradesToWebSocket = true }
    }
  }

  @inline(never)
  private mutating func takeSubprotocols(_ value: UnsafeRawBufferPointer) {
    offersSubprotocols = true
    for element in value.split(separator: UInt8(ascii: ",")) {
      if UnsafeRawBufferPointer(rebasing: element).trimmed.equals("mcp") { offersMCP = true }
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
      json.take(true, 3)
      eventStream.take(true, 3)
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
      let type = UnsafeRawBufferPointer(rebasing: range).trimmed
      if type.equalsIgnoringCase("application/json") {
        json.take(allowed, 3)
      } else if type.equalsIgnoringCase("text/event-stream") {
        eventStream.take(allowed, 3)
      } else if type.equalsIgnoringCase("application/*") {
        json.take(allowed, 2)
      } else if type.equalsIgnoringCase("text/*") {
        eventStream.take(allowed, 2)
      } else if type.equalsIgnoringCase("*/*") {
        json.take(allowed, 1)
        eventStream.take(allowed, 1)
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
