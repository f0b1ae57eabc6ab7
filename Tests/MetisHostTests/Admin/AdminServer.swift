import Foundation
import Synchronization

@testable import MetisHost

/// A small admin endpoint for tests: one connection after the other, on a thread of its own, in
/// front of the real router. Ends with the value.
final class AdminServer: Sendable {
  let address: AdminAddress
  private let listener: Int32
  private let seen = Mutex<[String]>([])

  /// The operations that were asked for.
  var calls: [String] { seen.withLock { $0 } }

  /// Listens at `unixPath`, or at a free port. `respond` replaces the router where it is given: it
  /// gets the request's bytes and gives the answer's.
  init(
    token: AdminToken, unixPath: String? = nil, problem: Problem? = nil,
    respond: (@Sendable ([UInt8]) -> [UInt8])? = nil
  ) throws {
    let listener: Int32
    if let unixPath {
      listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(unixPath.utf8)) }
      let code = withUnsafePointer(to: &name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard code == 0 else { throw POSIXError(.EADDRINUSE) }
      address = .unix(path: unixPath)
    } else {
      listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let code = withUnsafeMutablePointer(to: &name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          bind(listener, pointer, size) + getsockname(listener, pointer, &size)
        }
      }
      guard code == 0 else { throw POSIXError(.EADDRINUSE) }
      address = .tcp(host: "127.0.0.1", port: UInt16(bigEndian: name.sin_port))
    }
    listen(listener, 8)
    self.listener = listener
    let router = AdminRouter(token: token, hosts: AdminHosts())
    Thread.detachNewThread { [weak self] in
      let recorder = AdminRecorder()
      recorder.problem = problem
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          close(listener)
          return
        }
        let request = Self.receive(connection)
        let answer = respond?(request) ?? Self.answer(request, router, recorder)
        self?.seen.withLock { $0 = recorder.calls }
        _ = answer.withUnsafeBytes {
          send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        close(connection)
      }
    }
  }

  // The thread closes the socket: closed here, its number could be another's while `accept` waits.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func receive(_ connection: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return bytes }
      bytes += buffer.prefix(count)
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let head = text[..<end.lowerBound]
      let length = field("content-length", head).flatMap { Int($0) } ?? 0
      if text[end.upperBound...].utf8.count >= length { return bytes }
    }
  }

  private static func field(_ name: String, _ head: Substring) -> String? {
    head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ":") }
      .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
  }

  private static func answer(
    _ bytes: [UInt8], _ router: AdminRouter, _ recorder: AdminRecorder
  ) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return [] }
    let head = text[..<end.lowerBound]
    let words = head.split(separator: "\r\n")[0].split(separator: " ").map(String.init)
    let request = AdminRequest(
      verb: words[0], path: words[1], host: field("host", head),
      authorization: field("authorization", head), contentType: field("content-type", head),
      body: Array(text[end.upperBound...].utf8))
    let result = Mutex<[UInt8]>([])
    router.handle(request, operations: recorder) { response in
      var head = "HTTP/1.1 \(response.status) X\r\nContent-Type: \(response.contentType)\r\n"
      head += "Content-Length: \(response.body.count)\r\n\r\n"
      result.withLock { $0 = Array(head.utf8) + response.body }
    }
    return result.withLock { $0 }
  }
}
