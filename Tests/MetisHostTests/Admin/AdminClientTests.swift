import Foundation
import JSON
import Testing

@testable import MetisHost

@Suite struct AdminClientTests {
  private func token() throws -> AdminToken { try AdminToken("0123456789abcdefghijkl") }

  @Test func requestsOverTCPAndUnixSockets() throws {
    let path = NSTemporaryDirectory() + "metis-admin-\(UUID().uuidString.prefix(8)).sock"
    defer { unlink(path) }
    for unixPath in [nil, path] {
      let server = try AdminServer(token: try token(), unixPath: unixPath)
      let client = AdminClient(address: server.address, token: try token(), timeout: 10)
      let list = try client.send("GET", "/admin/plugins")
      #expect(list.isSuccess)
      #expect(list.json?["plugins"]?[0]?["id"] == "a.b")
      let swap = try client.send(
        "POST", AdminClient.path(of: "a b/c", "/swap"), body: ["path": "/x.so"])
      #expect(swap.status == 404)
      #expect(swap.problem.hasPrefix("No such resource: "))
      let enable = try client.send("POST", AdminClient.path(of: "a b", "/enable"))
      #expect(enable.json?["done"] == "enable a b")
    }
  }

  @Test func refusalsAreAnswers() throws {
    let problem = Problem(.conflict, "it drains")
    let server = try AdminServer(token: try token(), problem: problem)
    let client = AdminClient(address: server.address, token: try token(), timeout: 10)
    let answer = try client.send("POST", "/admin/reload")
    #expect(answer.status == 409)
    #expect(answer.problem == "The state of the plugin does not allow this: it drains")
    let stranger = AdminClient(address: server.address, token: nil, timeout: 10)
    #expect(try stranger.send("GET", "/admin/stats").status == 401)
  }

  @Test func nobodyThere() throws {
    let server = try AdminServer(token: try token())
    let port = server.address
    withExtendedLifetime(server) {}
    #expect(throws: AdminClientError.self) {
      _ = try AdminClient(address: .unix(path: "/nowhere/admin.sock"), token: nil).send("GET", "/")
    }
    do {
      _ = try AdminClient(address: .tcp(host: "127.0.0.1", port: 1), token: nil).send("GET", "/")
      Issue.record("something answers at port 1 and \(port)")
    } catch {
      #expect(error.message.contains("no host answers at 127.0.0.1:1"))
    }
  }

  @Test func strangeAnswersAreErrors() throws {
    for bytes in ["", "SSH-2.0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"] {
      let server = try AdminServer(token: try token()) { _ in Array(bytes.utf8) }
      let client = AdminClient(address: server.address, token: nil, timeout: 10)
      #expect(throws: AdminClientError.self) { _ = try client.send("GET", "/admin/stats") }
    }
  }

  @Test func silenceIsALateAnswer() throws {
    let server = try AdminServer(token: try token()) { _ in
      Thread.sleep(forTimeInterval: 3)
      return []
    }
    let client = AdminClient(address: server.address, token: nil, timeout: 1)
    do {
      _ = try client.send("GET", "/admin/stats")
      Issue.record("an answer came")
    } catch {
      #expect(error.message.contains("in time"))
    }
  }

  private func parse(_ text: String, atEnd: Bool = false) throws -> AdminAnswer? {
    try AdminAnswer(parsing: Array(text.utf8), atEnd: atEnd)
  }

  @Test func answersByLengthByChunksAndByEnd() throws {
    let counted = "HTTP/1.1 200 OK\r\nContent-Length:  3\r\nX-Y: z\r\n\r\nabc"
    #expect(try parse(counted)?.body == Array("abc".utf8))
    #expect(try parse(String(counted.dropLast())) == nil)
    #expect(try parse(counted)?.field("x-y") == "z")
    let chunked =
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;e=1\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
    #expect(try parse(chunked)?.body == Array("abc0123456789".utf8))
    for count in 1..<chunked.utf8.count {
      #expect(try parse(String(chunked.dropLast(count))) == nil)
    }
    let untilEnd = "HTTP/1.0 200 OK\r\n\r\nabc"
    #expect(try parse(untilEnd) == nil)
    #expect(try parse(untilEnd, atEnd: true)?.body == Array("abc".utf8))
    #expect(try parse("HTTP/1.1 100 Continue\r\n\r\n" + counted)?.status == 200)
    #expect(try parse("HTTP/1.1 204 No Content\r\n\r\n")?.body == [])
    for bad in ["HTTP/2 200\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "x\r\n\r\n"] {
      #expect(throws: AdminClientError.self) { try parse(bad) }
    }
    for length in ["-1", "x", "99999999999999999999"] {
      #expect(throws: AdminClientError.self) {
        try parse("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
      }
      #expect(throws: AdminClientError.self) {
        try parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(length)\r\n")
      }
    }
  }

  @Test func addresses() {
    for (text, address) in [
      ("127.0.0.1:3001", AdminAddress.tcp(host: "127.0.0.1", port: 3001)),
      ("localhost:1", .tcp(host: "localhost", port: 1)), ("[::1]:80", .tcp(host: "::1", port: 80)),
      (":80", .tcp(host: "127.0.0.1", port: 80)), ("80", .tcp(host: "127.0.0.1", port: 80)),
      ("unix:/run/metis.sock", .unix(path: "/run/metis.sock")),
    ] {
      #expect(AdminAddress(text) == address)
      #expect(AdminAddress(address.description) == address)
    }
    for text in ["", "host", "host:", "::1:80", "host:70000", "host:+1", "unix:", "[]:1"] {
      #expect(AdminAddress(text) == nil, "\(text)")
    }
  }

  @Test func percentEncoding() {
    for text in ["a.b-c_d~", "a b/c", "ä%", ""] {
      #expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text)
    }
    #expect(PercentEncoding.encode("a b/ä") == "a%20b%2F%C3%A4")
    for text in ["%", "%4", "%g1", "%ff", "a%"] { #expect(PercentEncoding.decode(text) == nil) }
  }
}
