/// A key of the transport's section that holds a number: its check and its part of the schema.
struct NumberKey: Sendable {
  let name: String
  let path: WritableKeyPath<EngineSettings, Int> & Sendable
  let range: ClosedRange<Int>
  let purpose: String
  /// What one of the key is in the settings.
  var unit = 1

  /// All of them, in the order of the reference.
  static let all: [NumberKey] = [
    NumberKey(
      name: "header_timeout_ms", path: \.headerTimeout, range: 1...3_600_000,
      purpose: "Milliseconds from the first byte of a request to the end of its head; also for "
        + "the handshake of TLS."),
    NumberKey(
      name: "body_timeout_ms", path: \.bodyTimeout, range: 1...3_600_000,
      purpose:
        "Milliseconds from the end of a head to the end of its body; also for a message of a "
        + "WebSocket."),
    NumberKey(
      name: "idle_timeout_ms", path: \.idleTimeout, range: 1...86_400_000,
      purpose: "Milliseconds that a connection may rest between two requests."),
    NumberKey(
      name: "write_timeout_ms", path: \.writeTimeout, range: 1...3_600_000,
      purpose: "Milliseconds that a peer may take nothing of its answer."),
    NumberKey(
      name: "max_header_bytes", path: \.parser.headerBytes, range: 256...1_048_576,
      purpose: "Bytes of a request head; more is answered with 431."),
    NumberKey(
      name: "max_target_bytes", path: \.parser.targetBytes, range: 1...1_048_576,
      purpose: "Bytes of a request target; more is answered with 414."),
    NumberKey(
      name: "max_headers", path: \.parser.fields, range: 1...1_000,
      purpose: "Header fields of a request; more are answered with 431."),
    NumberKey(
      name: "max_body_bytes", path: \.parser.bodyBytes, range: 0...1_073_741_824,
      purpose: "Bytes of a decoded request body; more is answered with 413."),
    NumberKey(
      name: "max_connections", path: \.maxConnections, range: 1...1_000_000,
      purpose: "Open connections of the instance; further ones wait to be accepted."),
    NumberKey(
      name: "max_pipelined", path: \.maxPipelined, range: 1...65_536,
      purpose: "Requests of one connection that are answered before others get their turn."),
    NumberKey(
      name: "stream_high_watermark", path: \.streamHigh, range: 1_024...1_073_741_824,
      purpose: "Unsent bytes over which a stream or WebSocket is busy."),
    NumberKey(
      name: "stream_low_watermark", path: \.streamLow, range: 0...1_073_741_823,
      purpose: "Unsent bytes from which down a busy stream goes on; without it a quarter of "
        + "stream_high_watermark."),
    NumberKey(
      name: "stream_limit", path: \.streamLimit, range: 1_024...8_589_934_592,
      purpose: "Unsent bytes that a stream or WebSocket never goes over, but for one message that "
        + "is longer; without it eight times stream_high_watermark."),
    NumberKey(
      name: "partial_bodies_limit", path: \.partialLimit, range: 65_536...1_099_511_627_776,
      purpose: "Bytes of memory for unfinished requests and messages over all connections; more is "
        + "answered with 503, or close code 1013."),
    NumberKey(
      name: "websocket_message_limit", path: \.messageLimit, range: 125...1_073_741_824,
      purpose: "Bytes of a WebSocket's message; more is closed with 1009. Without it "
        + "max_body_bytes."),
    NumberKey(
      name: "websocket_ping_interval_sec", path: \.pingInterval, range: 0...86_400,
      purpose: "Seconds of silence before a WebSocket is pinged, and after the ping before it is "
        + "cut; 0 for never.", unit: 1_000),
  ]
}
