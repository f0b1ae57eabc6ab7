/// What an instance is told: limits, time-outs, TLS. Times are milliseconds, sizes bytes.
public struct EngineSettings: Sendable {
  /// From the first byte of a request to the end of its head; also for the handshake of TLS.
  public var headerTimeout = 10_000
  /// From the end of a head to the end of its body; also for a message of a WebSocket.
  public var bodyTimeout = 30_000
  /// Between two requests of a connection.
  public var idleTimeout = 75_000
  /// For a peer that takes nothing of its answer.
  public var writeTimeout = 30_000
  /// The bounds of one request.
  public var parser = ParserLimits()
  /// Open connections of the instance; further ones wait in the listening socket's queue.
  public var maxConnections = 65_536
  /// Requests of one connection that are answered before others get their turn.
  public var maxPipelined = 256
  /// Over this many unsent bytes a stream or a WebSocket is busy.
  public var streamHigh = 32_768
  /// From this many unsent bytes down a busy stream is writable again.
  public var streamLow = 8_192
  /// No piece is taken that would make more unsent bytes than these, unless there are none.
  public var streamLimit = 262_144
  /// Bytes of memory for requests and messages that are not complete, over all connections.
  public var partialLimit = 64 << 20
  /// Bytes of a message of a WebSocket.
  public var messageLimit = 4 << 20
  /// How long a WebSocket may be silent before a ping, and then before it is cut; 0 for ever.
  public var pingInterval = 30_000
  /// TLS, or nil for plain connections.
  public var tls: TLSSettings?

  /// The defaults.
  public init() {}
}

/// The files and the oldest version of TLS.
public struct TLSSettings: Sendable {
  /// The path of the certificate chain, PEM, the server's own first.
  public var certificate: String
  /// The path of the private key, PEM.
  public var key: String
  /// The oldest version that is spoken.
  public var minimumVersion: TLSVersion

  /// The files, and TLS 1.2 as the oldest version.
  public init(certificate: String, key: String, minimumVersion: TLSVersion = .tls12) {
    self.certificate = certificate
    self.key = key
    self.minimumVersion = minimumVersion
  }
}

/// A version of TLS.
public enum TLSVersion: String, Sendable {
  /// TLS 1.2 (RFC 5246).
  case tls12 = "1.2"
  /// TLS 1.3 (RFC 8446).
  case tls13 = "1.3"
}

/// Why an instance cannot be made or started.
public struct EngineError: Error, Sendable {
  /// What was found, what was expected, what to do.
  public let message: String

  /// An error with its message.
  public init(_ message: String) { self.message = message }
}
