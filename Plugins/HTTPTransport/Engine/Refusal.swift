/// Why a request is not taken: what the transport answers by itself before it closes.
public struct Refusal: Sendable {
  /// The HTTP status, 400 to 505.
  public let status: UInt16

  /// One line for the client: what was found and what is expected.
  public let reason: StaticString

  /// A refusal with its status and reason.
  public init(_ status: UInt16, _ reason: StaticString) {
    self.status = status
    self.reason = reason
  }

  /// Fields that the status asks for, each with its CRLF. Not stored: each check of a request
  /// returns a refusal or nil, and a larger one makes all of them slower.
  var fields: StaticString {
    switch status {
    case 426: "upgrade: websocket\r\nsec-websocket-version: 13\r\nconnection: upgrade\r\n"
    case 503: "retry-after: 1\r\n"
    default: ""
    }
  }
}

extension Refusal {
  static let lineEnd = Refusal(
    400, "Malformed request: a carriage return or a line feed stands alone; lines end with CRLF.")
  static let blankLines = Refusal(
    400, "Malformed request: more than 4 empty lines before the request line.")
  static let requestLine = Refusal(
    400, "Malformed request line: expected method, target and version with one space between.")
  static let targetForm = Refusal(
    400, "Unsupported request target: expected origin-form, a path that begins with '/'.")
  static let targetFragment = Refusal(
    400, "Malformed request target: '#' begins a fragment, which is not sent to servers.")
  static let fieldLine = Refusal(
    400, "Malformed header field: expected name, ':' and value on one line; folding is obsolete.")
  static let hostMissing = Refusal(
    400, "The header field Host is missing: HTTP/1.1 requires exactly one.")
  static let hostTwice = Refusal(400, "The header field Host stands more than once.")
  static let hostInvalid = Refusal(
    400, "Malformed header field Host: expected a host name or address and an optional port.")
  static let lengthInvalid = Refusal(
    400, "Malformed header field Content-Length: expected one decimal number.")
  static let lengthTwice = Refusal(400, "The header field Content-Length stands more than once.")
  static let lengthBesideCoding = Refusal(
    400, "Content-Length and Transfer-Encoding stand in one request: its length is ambiguous.")
  static let codingTwice = Refusal(400, "The header field Transfer-Encoding stands more than once.")
  static let codingUnknown = Refusal(
    501, "Unsupported Transfer-Encoding: only 'chunked' is implemented.")
  static let codingInOldVersion = Refusal(
    400, "Transfer-Encoding in an HTTP/1.0 request: that version has no chunked coding.")
  static let version = Refusal(505, "Unsupported HTTP version: expected HTTP/1.1 or HTTP/1.0.")
  static let expectation = Refusal(
    417, "Unsupported expectation: the only one understood is '100-continue'.")
  static let targetTooLong = Refusal(414, "The request target is too long.")
  static let headTooLong = Refusal(431, "The request head is too long.")
  static let tooManyFields = Refusal(431, "The request has too many header fields.")
  static let bodyTooLong = Refusal(413, "The request body is too long.")
  static let chunkOverhead = Refusal(
    400, "Chunk extensions or trailer fields are too long.")
  static let chunkSize = Refusal(400, "Malformed chunk size: expected a hexadecimal number.")
  static let chunk = Refusal(400, "Malformed chunk: expected CRLF after its size and its data.")
  static let method = Refusal(400, "Malformed method: expected a token.")
  static let methodUnknown = Refusal(501, "Unknown method.")
  static let target = Refusal(400, "Malformed request target.")
  static let malformed = Refusal(400, "Malformed request.")
  static let overload = Refusal(
    503, "Too much of unfinished requests is held already; try again.")
  static let webSocketVersion = Refusal(
    426, "Unsupported Sec-WebSocket-Version: only 13 is spoken.")
  static let webSocketKey = Refusal(
    400, "Malformed handshake: expected one Sec-WebSocket-Key, 16 bytes in base64.")
  static let headTimeout = Refusal(408, "The request head did not arrive in time.")
  static let bodyTimeout = Refusal(408, "The request body did not arrive in time.")
}
