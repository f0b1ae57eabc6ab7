import COpenSSL
import Glibc

/// What a connection has beside the rest once its client asked for WebSocket. Only its loop
/// touches it.
struct WebSocketConnection {
  /// Bytes of `Sec-WebSocket-Accept`.
  static let acceptCount = 28

  var reader: WebSocketReader
  /// `Sec-WebSocket-Accept` for the last handshake, and a NUL.
  let accept: UnsafeMutablePointer<UInt8>
  /// The host took the handshake.
  var isOpen = false
  /// The host heard `closed`.
  var isTold = false
  /// Our close frame is out, or waits in the queue.
  var closeSent = false
  /// When the message under way must be complete, in ns of CLOCK_MONOTONIC.
  var messageDeadline = UInt64.max
  /// A ping is out and nothing was heard since.
  var isPinged = false

  static func make(limit: Int) -> UnsafeMutablePointer<WebSocketConnection> {
    let socket = UnsafeMutablePointer<WebSocketConnection>.allocate(capacity: 1)
    socket.initialize(
      to: WebSocketConnection(
        reader: WebSocketReader(limit: limit),
        accept: .allocate(capacity: acceptCount + 1)))
    return socket
  }

  static func free(_ socket: UnsafeMutablePointer<WebSocketConnection>) {
    socket.pointee.reader.free()
    socket.pointee.accept.deallocate()
    socket.deinitialize(count: 1)
    socket.deallocate()
  }

  /// Computes what proves that the handshake was read (RFC 6455, section 4.2.2): the key of 24
  /// bytes and a fixed text, SHA-1, base64.
  func answer(_ key: UnsafePointer<UInt8>) {
    let text: StaticString = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    let count = 24 + text.utf8CodeUnitCount
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + 20) { room in
      guard let bytes = room.baseAddress else { return }
      memcpy(bytes, key, 24)
      memcpy(bytes + 24, text.utf8Start, text.utf8CodeUnitCount)
      _ = SHA1(bytes, count, bytes + count)
      _ = EVP_EncodeBlock(accept, bytes + count, 20)
    }
  }
}
