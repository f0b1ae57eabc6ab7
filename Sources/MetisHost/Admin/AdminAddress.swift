/// Where an admin endpoint listens: `HOST:PORT` or `unix:PATH`.
public enum AdminAddress: Sendable, Hashable, CustomStringConvertible {
  /// A name or address, IPv6 without brackets, and a port.
  case tcp(host: String, port: UInt16)
  /// A socket in the file system.
  case unix(path: String)

  /// Where the host listens unless told otherwise.
  public static var standard: AdminAddress { .tcp(host: "127.0.0.1", port: 9090) }

  /// Reads `HOST:PORT`, `[IPv6]:PORT`, `:PORT`, `PORT` or `unix:PATH`; nil where it is none.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst("unix:".count))
      // `sockaddr_un` has room for 107 bytes and a zero.
      guard (1...107).contains(path.utf8.count), !path.utf8.contains(0) else { return nil }
      self = .unix(path: path)
      return
    }
    let (host, portText): (Substring, Substring)
    if let colon = text.lastIndex(of: ":") {
      (host, portText) = (text[..<colon], text[text.index(after: colon)...])
    } else {
      (host, portText) = ("", text[...])
    }
    let isDigits = portText.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isDigits, let port = UInt16(portText) else { return nil }
    if host.hasPrefix("["), host.hasSuffix("]"), host.count > 2 {
      self = .tcp(host: String(host.dropFirst().dropLast()), port: port)
    } else if host.contains(":") || host.contains("[") {
      return nil
    } else {
      self = .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
    }
  }

  /// The form that ``init(_:)`` reads.
  public var description: String {
    switch self {
    case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }

  /// The Host field of a request to it.
  var hostField: String {
    switch self {
    case .tcp: description
    case .unix: "localhost"
    }
  }
}
