import Glibc

@testable import HTTPEngine

/// A client of WebSocket over a blocking socket.
final class WebSocketClient {
  struct Frame: Equatable {
    var opcode: UInt8
    var payload: [UInt8]

    static func text(_ text: String) -> Frame { Frame(opcode: 1, payload: Array(text.utf8)) }
  }

  static let key = "dGhlIHNhbXBsZSBub25jZQ=="

  let client: TestClient
  private var consumed = 0

  init(_ port: UInt16, receiveBuffer: Int32? = nil) {
    client = TestClient(port, receiveBuffer: receiveBuffer)
  }

  static func request(_ target: String = "/", _ fields: String? = nil) -> String {
    let own =
      fields
      ?? "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n"
    return "GET \(target) HTTP/1.1\r\nHost: a\r\n\(own)\r\n"
  }

  /// Shakes hands; `behind` is sent in the same piece.
  func open(_ target: String = "/", behind: [UInt8] = []) -> ReceivedResponse? {
    client.send(Array(Self.request(target).utf8) + behind)
    return client.response()
  }

  func send(_ bytes: [UInt8]) { client.send(bytes) }

  /// The next frame, which must be final and unmasked; nil at the end and where nothing comes.
  func frame() -> Frame? {
    guard let head = take(2), head[0] & 0x70 == 0, head[0] & 0x80 != 0, head[1] < 0x80 else {
      return nil
    }
    var count = Int(head[1])
    if count >= 126 {
      guard let more = take(count == 126 ? 2 : 8) else { return nil }
      count = more.reduce(0) { $0 << 8 | Int($1) }
    }
    return take(count).map { Frame(opcode: head[0] & 0xf, payload: $0) }
  }

  /// The code of the next frame, a close frame; 0 where it has none, nil where there is none.
  func closeCode() -> Int? {
    guard let frame = frame(), frame.opcode == 8 else { return nil }
    return frame.payload.count < 2 ? 0 : Int(frame.payload[0]) << 8 | Int(frame.payload[1])
  }

  private func take(_ count: Int) -> [UInt8]? {
    while client.received.count < consumed + count { guard client.read() else { return nil } }
    defer { consumed += count }
    return Array(client.received[consumed..<consumed + count])
  }

  /// Whether the peer ends the connection and sends nothing before.
  func isEnded() -> Bool { client.readToEnd() && client.received.count == consumed }
}
