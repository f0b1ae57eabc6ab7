import CLinux
import Glibc

/// Sockets of 127.0.0.1 for tests.
enum Loopback {
  /// A non-blocking listening socket of an ephemeral port.
  static func listen() -> Int32 {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(fd >= 0 && bound == 0 && Glibc.listen(fd, 4096) == 0)
    _ = fcntl(fd, F_SETFL, O_NONBLOCK)
    return fd
  }

  /// A non-blocking listening socket at `path`, and a blocking one that is connected to it.
  static func unixPair(_ path: String) -> (listener: Int32, client: () -> Int32) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let place = address
    func with(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
      withUnsafePointer(to: place) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
    let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    precondition(with { bind(fd, $0, $1) } == 0 && Glibc.listen(fd, 16) == 0)
    _ = fcntl(fd, F_SETFL, O_NONBLOCK)
    return (
      fd,
      {
        let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        precondition(with { connect(client, $0, $1) } == 0)
        return client
      }
    )
  }

  /// The port of a bound socket.
  static func port(_ fd: Int32) -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) }
    }
    return UInt16(bigEndian: address.sin_port)
  }
}

/// An answer as it came.
struct ReceivedResponse: Sendable {
  var status: Int
  var fields: [(name: String, value: String)]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// A client with a blocking socket whose reads give up after a while.
final class TestClient {
  let fd: Int32
  private(set) var received: [UInt8] = []
  private(set) var isEnded = false

  init(_ port: UInt16, timeoutSeconds: Int = 5, receiveBuffer: Int32? = nil) {
    fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(connected == 0, "connect: \(errno)")
    var time = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var on: Int32 = 1
    setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(fd) }

  /// Sends all bytes; false where the peer is gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var place = 0
    while place < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(fd, $0.baseAddress! + place, bytes.count - place, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      place += count
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Our side is done; the other may still answer.
  func finish() { shutdown(fd, Int32(SHUT_WR)) }

  /// Reads once; false at the end, on a reset and where nothing comes in time.
  @discardableResult
  func read(_ most: Int = 65_536) -> Bool {
    var buffer = [UInt8](repeating: 0, count: most)
    let count = recv(fd, &buffer, most, 0)
    if count == 0 || (count < 0 && errno == ECONNRESET) { isEnded = true }
    if count <= 0 { return false }
    received += buffer[0..<count]
    return true
  }

  /// Reads until the peer closes; false where it does not.
  func readToEnd() -> Bool {
    while read() {}
    return isEnded
  }

  /// Takes the next answer off what was received, reading on where needed.
  func response(isHead: Bool = false) -> ReceivedResponse? {
    guard let headEnd = readUntil([13, 10, 13, 10], from: 0) else { return nil }
    let lines = String(decoding: received[0..<headEnd - 4], as: UTF8.self)
      .split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
    let fields = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: String(parts[0]), value: String(parts[1].drop { $0 == " " }))
    }
    var response = ReceivedResponse(status: status, fields: fields, body: [])
    received.removeFirst(headEnd)
    if isHead || status == 204 || status == 304 || status < 200 { return response }
    if let text = response.value("content-length"), let count = Int(text) {
      while received.count < count { guard read() else { return nil } }
      response.body = Array(received[0..<count])
      received.removeFirst(count)
    } else if response.value("transfer-encoding") == "chunked" {
      guard let body = chunked() else { return nil }
      response.body = body
    } else {
      guard readToEnd() else { return nil }
      response.body = received
      received = []
    }
    return response
  }

  /// Reads a chunked body.
  private func chunked() -> [UInt8]? {
    var body: [UInt8] = []
    while true {
      guard let lineEnd = readUntil([13, 10], from: 0),
        let size = Int(String(decoding: received[0..<lineEnd - 2], as: UTF8.self), radix: 16)
      else { return nil }
      while received.count < lineEnd + size + 2 { guard read() else { return nil } }
      guard Array(received[lineEnd + size..<lineEnd + size + 2]) == [13, 10] else { return nil }
      body += received[lineEnd..<lineEnd + size]
      received.removeFirst(lineEnd + size + 2)
      if size == 0 { return body }
    }
  }

  private func readUntil(_ mark: [UInt8], from start: Int) -> Int? {
    var place = start
    while true {
      while place + mark.count <= received.count {
        if received[place] == mark[0], received[place..<place + mark.count].elementsEqual(mark) {
          return place + mark.count
        }
        place += 1
      }
      guard read() else { return nil }
    }
  }

  /// All statuses until the connection closes or nothing comes.
  func statuses() -> [Int] {
    var statuses: [Int] = []
    while let response = response() { statuses.append(response.status) }
    return statuses
  }
}

/// Waits until `condition` holds; false after `seconds`.
func eventually(_ seconds: Double = 5, _ condition: () -> Bool) -> Bool {
  for _ in 0..<Int(seconds * 200) {
    if condition() { return true }
    usleep(5_000)
  }
  return condition()
}
