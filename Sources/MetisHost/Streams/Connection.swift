import MCP

/// A connection that carries messages both ways and lasts: stdio, a WebSocket, or the stream of
/// HTTP+SSE with the messages that are posted to it. The loop's own.
final class Connection {
  /// The transport's number of it.
  let exchange: UInt64
  let transport: TransportKind
  /// JSON object of who opened it, or empty.
  let principal: [UInt8]
  let stream: MessageStream
  /// Of the handshake era: what `initialize` opened.
  var session: Session?
  /// Of the stateless era: a place for cancellation; nothing else is remembered between requests.
  private(set) lazy var stateless = Session(
    id: "", revision: .july2026, client: [], capabilities: [], now: 0, transport: transport)
  /// Open `subscriptions/listen`.
  var listens: [Subscriber] = []
  /// Clients of HTTP+SSE post to this id.
  let postID: String?

  /// How many `subscriptions/listen` a connection may have at once.
  static let maximumListens = 256

  init(
    _ exchange: UInt64, _ transport: TransportKind, principal: [UInt8] = [], postID: String? = nil
  ) {
    self.exchange = exchange
    self.transport = transport
    self.principal = principal
    self.postID = postID
    stream = MessageStream(transport == .sse ? .event : .frame)
  }

  /// The pending calls of both eras.
  var tokens: [UInt64] { stateless.tokens + (session?.tokens ?? []) }

  /// The session, of either era, that has a pending call with this request id.
  func session(pending id: UnsafeRawBufferPointer) -> Session? {
    if let session, session.token(id) != nil { return session }
    return stateless.token(id) != nil ? stateless : session
  }
}

/// What carries a client's messages, as strategies see it.
enum TransportKind: Sendable {
  case http
  case stdio
  case webSocket
  case sse

  /// The name in the context of a call.
  var name: StaticString {
    switch self {
    case .http: "http"
    case .stdio: "stdio"
    case .webSocket: "websocket"
    case .sse: "sse"
    }
  }
}
