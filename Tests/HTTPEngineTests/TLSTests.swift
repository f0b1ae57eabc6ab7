import Foundation
import Glibc
import MetisPluginAPI
import Testing

@testable import HTTPEngine

/// TLS, with `openssl s_client` as the other side.
@Suite(.serialized, .timeLimit(.minutes(2))) struct TLSTests {
  /// A folder with a self-signed certificate `cert.pem` for `name` and its key `key.pem`.
  private struct Identity {
    let folder: String

    init(_ name: String) throws {
      folder = NSTemporaryDirectory() + "metis-tls-" + UUID().uuidString
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try write(name)
    }

    func write(_ name: String) throws {
      let result = try run(
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
          "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=\(name)",
        ], input: "")
      try #require(result.status == 0, "\(result.output)")
    }

    var certificate: String { folder + "/cert.pem" }
    var key: String { folder + "/key.pem" }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    var settings: EngineSettings {
      var settings = EngineSettings()
      settings.tls = TLSSettings(certificate: certificate, key: key)
      return settings
    }
  }

  private static func run(
    _ arguments: [String], input: String
  ) throws -> (status: Int32, output: String) {
    try run(arguments, input: Data(input.utf8))
  }

  private static func run(
    _ arguments: [String], input: Data
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = ["10", "openssl"] + arguments
    let inPipe = Pipe()
    let outPipe = Pipe()
    process.standardInput = inPipe
    process.standardOutput = outPipe
    process.standardError = outPipe
    try process.run()
    inPipe.fileHandleForWriting.write(input)
    // s_client reads to the end of its input; what it sends comes back before it closes.
    let output = DispatchQueue.global().sync { () -> Data in
      if arguments[0] != "s_client" { try? inPipe.fileHandleForWriting.close() }
      return outPipe.fileHandleForReading.readDataToEndOfFile()
    }
    try? inPipe.fileHandleForWriting.close()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test func carriesWebSockets() throws {
    let identity = try Identity("localhost")
    defer { identity.remove() }
    let host = try TestHost(settings: identity.settings, handler: WebSocketTests.echo)
    defer { host.stop() }
    let large = String(repeating: "l", count: 50_000)
    let input =
      Array(WebSocketClient.request().utf8) + ClientFrame.text("over ", isFinal: false)
      + ClientFrame.more("TLS") + ClientFrame.text(large) + ClientFrame.close(1000)
    let output = try Self.run(
      ["s_client", "-connect", "127.0.0.1:\(host.port)", "-ign_eof"], input: Data(input)
    ).output
    #expect(output.contains("101 Switching Protocols"))
    #expect(output.contains("over TLS"))
    let isWhole = output.contains(large)
    #expect(isWhole)
    #expect(eventually { host.events.withLock { $0.closed.count } == 1 })
  }

  private func connect(_ host: TestHost, _ options: [String] = []) throws -> String {
    try Self.run(
      ["s_client", "-connect", "127.0.0.1:\(host.port)", "-ign_eof"] + options,
      input: "GET /tls HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    ).output
  }

  @Test func serves() throws {
    let identity = try Identity("first.example")
    defer { identity.remove() }
    let host = try TestHost(settings: identity.settings)
    defer { host.stop() }
    let output = try connect(host, ["-alpn", "h2,http/1.1"])
    #expect(output.contains("HTTP/1.1 200 OK") && output.contains("GET /tls"))
    #expect(output.contains("CN = first.example"))
    #expect(output.contains("ALPN protocol: http/1.1"))
    #expect(output.contains("TLSv1.3"))
    #expect(try connect(host, ["-tls1_2"]).contains("HTTP/1.1 200 OK"))
  }

  @Test func refusesOldVersionsAndOtherProtocols() throws {
    let identity = try Identity("first.example")
    defer { identity.remove() }
    var settings = identity.settings
    settings.tls?.minimumVersion = .tls13
    let host = try TestHost(settings: settings)
    defer { host.stop() }
    #expect(!(try connect(host, ["-tls1_2"]).contains("HTTP/1.1")))
    #expect(!(try connect(host, ["-alpn", "h2"]).contains("HTTP/1.1 200")))
    let plain = TestClient(host.port)
    plain.send(RequestCase.good)
    #expect(plain.readToEnd())
    #expect(host.events.withLock { $0.requests.isEmpty })
  }

  @Test func streamsMoreThanABuffer() throws {
    let identity = try Identity("first.example")
    defer { identity.remove() }
    let host = try TestHost(settings: identity.settings) { host, request in
      host.post {
        host.answer(request.exchange, [UInt8](repeating: 0x7a, count: 3_000_000))
      }
    }
    defer { host.stop() }
    let output = try connect(host)
    #expect(output.utf8.filter { $0 == 0x7a }.count >= 3_000_000)
  }

  @Test func reloadsTheCertificate() throws {
    let identity = try Identity("first.example")
    defer { identity.remove() }
    let host = try TestHost(settings: identity.settings)
    defer { host.stop() }
    #expect(try connect(host).contains("CN = first.example"))
    try identity.write("second.example")
    #expect(try connect(host).contains("CN = first.example"))
    try host.server.reload()
    #expect(try connect(host).contains("CN = second.example"))
    // A file that is broken leaves the present certificate in place and says what is wrong.
    try "nonsense".write(toFile: identity.certificate, atomically: true, encoding: .utf8)
    do {
      try host.server.reload()
      Issue.record("a broken certificate was taken")
    } catch {
      #expect(
        error.message.contains(identity.certificate) && error.message.contains("no start line"))
    }
    #expect(try connect(host).contains("CN = second.example"))
  }

  @Test func namesTheFileThatIsMissingOrForeign() throws {
    let identity = try Identity("first.example")
    let other = try Identity("other.example")
    defer {
      identity.remove()
      other.remove()
    }
    func message(_ settings: TLSSettings) -> String {
      do throws(EngineError) {
        _ = try TLSSource(settings)
        return ""
      } catch { return error.message }
    }
    let missing = message(TLSSettings(certificate: "/nowhere.pem", key: identity.key))
    #expect(missing.contains("/nowhere.pem") && missing.contains("No such file"))
    let foreign = message(TLSSettings(certificate: identity.certificate, key: other.key))
    #expect(foreign.contains(other.key) && foreign.contains("mismatch"))
  }

  @Test func handshakesMustComeInTime() throws {
    let identity = try Identity("first.example")
    defer { identity.remove() }
    var settings = identity.settings
    settings.headerTimeout = 200
    let host = try TestHost(settings: settings)
    defer { host.stop() }
    let client = TestClient(host.port)
    client.send([0x16, 0x03, 0x01])
    #expect(client.readToEnd())
  }
}
