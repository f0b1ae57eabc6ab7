import CLinux
import Glibc
import MetisPluginAPI

/// A place to listen: an address of TCP or a Unix socket.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
  /// A literal IPv4 or IPv6 address, or `localhost`; port 0 takes a free one.
  case tcp(host: String, port: UInt16)
  case unix(path: String)

  /// Reads `HOST:PORT`, `[V6]:PORT` or `unix:PATH`; nil where it is none of them.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard !path.isEmpty else { return nil }
      self = .unix(path: path)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty else { return nil }
    self = .tcp(host: host, port: port)
  }

  /// `127.0.0.1:3000`, `[::1]:3000` or `unix:/run/metis.sock`.
  public var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }

  /// Whether only this machine reaches it.
  var isLoopback: Bool {
    switch self {
    case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
    case .unix: true
    }
  }
}

/// Listening sockets of one address: opened by the host and lent to each generation of a transport,
/// so that a replacement refuses no connection.
final class ListeningSockets {
  /// The address with the port that was taken.
  let address: ListenAddress
  let descriptors: [Int32]

  /// Opens one socket a loop (SO_REUSEPORT), or one Unix socket for all. Throws what the system
  /// said, with the address.
  init(_ address: ListenAddress, loops: Int) throws(ListenError) {
    switch address {
    case .unix(let path):
      descriptors = [try ListeningSockets.openUnix(path)]
      self.address = address
    case .tcp(let host, let port):
      var opened: [Int32] = []
      var taken = port
      do throws(ListenError) {
        // Sockets that share a port would join those of another process of this user without a
        // word: one that does not share tells first whether the port is free.
        if loops > 1, port != 0 {
          Glibc.close(try ListeningSockets.openTCP(host, port, shared: false))
        }
        for _ in 0..<loops {
          let descriptor = try ListeningSockets.openTCP(host, taken, shared: loops > 1)
          opened.append(descriptor)
          if taken == 0 { taken = try ListeningSockets.port(of: descriptor) }
        }
      } catch {
        for descriptor in opened { Glibc.close(descriptor) }
        throw error
      }
      descriptors = opened
      self.address = .tcp(host: host, port: taken)
    }
  }

  /// For a transport's setup.
  func listeners(loops: Int) -> [metis_listener_v1] {
    (0..<loops).map { loop in
      metis_listener_v1(fd: descriptors[loop % descriptors.count], loop: UInt32(loop))
    }
  }

  /// Stops listening, and keeps the descriptors' numbers: a transport may be about to use them.
  func refuse() {
    for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RD)) }
  }

  /// Stops listening. No transport uses the sockets any more.
  func close() {
    for descriptor in descriptors { Glibc.close(descriptor) }
    if case .unix(let path) = address { unlink(path) }
  }

  private static func openTCP(
    _ host: String, _ port: UInt16, shared: Bool
  ) throws(ListenError) -> Int32 {
    let address = ListenAddress.tcp(host: host, port: port)
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV | (host == "localhost" ? 0 : AI_NUMERICHOST)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0, let found = list else {
      throw ListenError(
        address: address, reason: "not an address: \(String(cString: gai_strerror(code)))",
        isInUse: false)
    }
    defer { freeaddrinfo(list) }
    let descriptor = socket(
      found.pointee.ai_family, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw ListenError(address: address, code: errno) }
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
    if shared { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, size) }
    guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
      listen(descriptor, 4096) == 0
    else {
      let error = ListenError(address: address, code: errno)
      Glibc.close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func port(of descriptor: Int32) throws(ListenError) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let code = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    guard code == 0 else {
      throw ListenError(address: .tcp(host: "", port: 0), code: errno)
    }
    // The port stands at the same place for IPv4 and IPv6, in network order.
    return withUnsafeBytes(of: &storage) { UInt16($0[2]) << 8 | UInt16($0[3]) }
  }

  private static func openUnix(_ path: String) throws(ListenError) -> Int32 {
    let address = ListenAddress.unix(path: path)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else {
      throw ListenError(
        address: address, reason: "the path is longer than 107 bytes", isInUse: false)
    }
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw ListenError(address: address, code: errno) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let isBound = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        // A socket file that nobody listens on is left over from a process that was killed.
        if connect(descriptor, name, size) != 0, errno == ECONNREFUSED { unlink(path) }
        let mask = umask(0o177)
        defer { umask(mask) }
        return bind(descriptor, name, size) == 0
      }
    }
    guard isBound, listen(descriptor, 4096) == 0 else {
      let error = ListenError(address: address, code: errno)
      Glibc.close(descriptor)
      throw error
    }
    return descriptor
  }
}

/// Why a place could not be listened on.
struct ListenError: Error, CustomStringConvertible {
  let address: ListenAddress
  let reason: String
  let isInUse: Bool

  init(address: ListenAddress, reason: String, isInUse: Bool) {
    self.address = address
    self.reason = reason
    self.isInUse = isInUse
  }

  init(address: ListenAddress, code: Int32) {
    self.init(
      address: address, reason: String(cString: strerror(code)), isInUse: code == EADDRINUSE)
  }

  var description: String { "cannot listen on \(address): \(reason)" }
}
