import Glibc
public import JSON

/// Asks the admin endpoint of a running host: a connection a request, blocking, with a time limit.
public struct AdminClient: Sendable {
  /// Where the host listens.
  public var address: AdminAddress

  /// Its token; nil for requests that need none.
  public var token: AdminToken?

  /// How long connecting, and each wait for bytes, may take, in seconds.
  public var timeout: Int

  /// A client of the host at `address`.
  public init(address: AdminAddress, token: AdminToken?, timeout: Int = 60) {
    self.address = address
    self.token = token
    self.timeout = timeout
  }

  /// How many bytes an answer may have.
  static let greatestAnswer = 64 << 20

  /// Sends a request and waits for the answer. `path` begins at `/admin/`, its segments escaped.
  /// Throws where there is no answer; an answer that refuses is returned.
  public func send(
    _ verb: String, _ path: String, body: JSONValue? = nil
  ) throws(AdminClientError) -> AdminAnswer {
    let connection = try AdminConnection(address, timeout: timeout)
    defer { connection.close() }
    var head = "\(verb) \(path) HTTP/1.1\r\nHost: \(address.hostField)\r\nConnection: close\r\n"
    head += "Accept: application/json, application/problem+json, text/plain\r\n"
    if let token { head += "Authorization: \(token.authorization)\r\n" }
    let bytes = body?.jsonBytes() ?? []
    if body != nil { head += "Content-Type: application/json\r\n" }
    if verb != "GET" { head += "Content-Length: \(bytes.count)\r\n" }
    try connection.write(Array((head + "\r\n").utf8) + bytes)
    var received: [UInt8] = []
    while true {
      if let answer = try AdminAnswer(parsing: received, atEnd: false) { return answer }
      guard try connection.read(into: &received) else { break }
      guard received.count <= Self.greatestAnswer else {
        throw AdminClientError("the answer is longer than \(Self.greatestAnswer) bytes")
      }
    }
    guard let answer = try AdminAnswer(parsing: received, atEnd: true) else {
      throw AdminClientError(
        received.isEmpty
          ? "\(address) closed the connection without an answer" : "the answer ended early")
    }
    return answer
  }

  /// The path of a plugin, its name escaped.
  public static func path(of plugin: String, _ rest: String = "") -> String {
    "/admin/plugins/\(PercentEncoding.encode(plugin))\(rest)"
  }
}

/// Why there is no answer of a host.
public struct AdminClientError: Error, Sendable, CustomStringConvertible {
  /// What was found and what to do.
  public var message: String

  /// The message.
  public var description: String { message }

  init(_ message: String) { self.message = message }
}

/// A connected socket.
struct AdminConnection {
  private let descriptor: Int32
  private let address: AdminAddress

  /// Connects. Tries every address of a name.
  init(_ address: AdminAddress, timeout: Int) throws(AdminClientError) {
    self.address = address
    switch address {
    case .unix(let path): descriptor = try Self.connect(path: path, timeout, address)
    case .tcp(let host, let port): descriptor = try Self.connect(host, port, timeout, address)
    }
  }

  func close() { Glibc.close(descriptor) }

  /// Sends all bytes.
  func write(_ bytes: [UInt8]) throws(AdminClientError) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.send(
          descriptor, buffer.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("the request could not be sent to \(address)") }
      sent += count
    }
  }

  /// Appends what has arrived; false at the end of the stream.
  func read(into bytes: inout [UInt8]) throws(AdminClientError) -> Bool {
    while true {
      let count = withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
        let count = Glibc.recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count > 0 { bytes.append(contentsOf: buffer.prefix(count)) }
        return count
      }
      if count >= 0 { return count > 0 }
      if errno == EINTR { continue }
      if errno == EAGAIN { throw AdminClientError("\(address) did not answer in time") }
      throw failure("the answer of \(address) could not be read")
    }
  }

  private func failure(_ what: String) -> AdminClientError {
    AdminClientError("\(what): \(String(cString: strerror(errno)))")
  }

  private static func connect(
    path: String, _ timeout: Int, _ address: AdminAddress
  ) throws(AdminClientError) -> Int32 {
    var socketAddress = sockaddr_un()
    socketAddress.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &socketAddress.sun_path) { buffer in
      for (index, byte) in path.utf8.prefix(buffer.count - 1).enumerated() { buffer[index] = byte }
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw unreachable(address, errno) }
    limit(descriptor, timeout)
    let code = withUnsafePointer(to: &socketAddress) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0 else {
      let number = errno
      Glibc.close(descriptor)
      throw unreachable(address, number)
    }
    return descriptor
  }

  private static func connect(
    _ host: String, _ port: UInt16, _ timeout: Int, _ address: AdminAddress
  ) throws(AdminClientError) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0 else {
      throw AdminClientError("\(host) is not known: \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(list) }
    var number = ENOENT
    var next = list
    while let entry = next?.pointee {
      next = entry.ai_next
      let type = entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
      let descriptor = socket(entry.ai_family, type, entry.ai_protocol)
      guard descriptor >= 0 else { continue }
      limit(descriptor, timeout)
      if Glibc.connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return descriptor }
      number = errno
      Glibc.close(descriptor)
    }
    throw unreachable(address, number)
  }

  /// The time limit of connecting, sending and receiving.
  private static func limit(_ descriptor: Int32, _ seconds: Int) {
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
  }

  private static func unreachable(_ address: AdminAddress, _ number: Int32) -> AdminClientError {
    AdminClientError(
      "no host answers at \(address): \(String(cString: strerror(number))); "
        + "is metis-host running, and is this its admin address?")
  }
}
