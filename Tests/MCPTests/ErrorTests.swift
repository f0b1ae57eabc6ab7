import JSON
import JSONRPC
import MCP
import Testing

/// Codes and statuses.
@Suite struct ErrorTests {
  @Test(arguments: [
    (MCPError.parse("x"), -32700, 400), (.invalidRequest("x"), -32600, 400),
    (.invalidRequest("x", status: 404), -32600, 404), (.methodNotFound("m"), -32601, 404),
    (.invalidParams("x"), -32602, 400), (.incompleteMeta("x"), -32602, 400),
    (.unknownTool("t"), -32602, 400), (.internalError("x"), -32603, 200),
    (.headerMismatch("x"), -32020, 400), (.unsupportedVersion(requested: "v"), -32022, 400),
    (.strategy(code: -31000, message: "x", data: nil), -31000, 200),
    (.http(405, "x"), -32600, 405),
  ])
  func code(_ error: MCPError, _ code: Int, _ status: Int) {
    #expect(error.code == code)
    #expect(error.status == status)
    #expect(!error.message.isEmpty)
    #expect(error.object.code.rawValue == code)
    #expect(error.object.message == error.message)
    #expect(error.object.data == error.data)
  }

  @Test func data() {
    #expect(MCPError.methodNotFound("tools/cal").data == "tools/cal")
    #expect(
      MCPError.unsupportedVersion(requested: "1900-01-01").data
        == ["supported": ["2026-07-28"], "requested": "1900-01-01"])
    #expect(MCPError.internalError("x", data: ["a": 1]).data == ["a": 1])
    #expect(MCPError.invalidParams("x", data: 5).data == 5)
    #expect(MCPError.strategy(code: 1, message: "x", data: true).data == true)
    #expect(MCPError.parse("at 1:2").message.contains("at 1:2"))
    #expect(MCPError.unknownTool("nope").message == "Unknown tool: nope")
  }

  /// What a client sent comes back in part only.
  @Test func lengths() {
    let long = String(repeating: "x", count: 100_000)
    #expect(MCPError.methodNotFound(long).data?.string?.count == 256)
    #expect(MCPError.unknownTool(long).message.count < 300)
    #expect(MCPError.unsupportedVersion(requested: long).data?["requested"]?.string?.count == 64)
  }
}

/// Who the server says it is.
@Suite struct ServerInfoTests {
  static let server = ServerInfo(
    name: "metis", version: "1.2", title: "Metis", instructions: "Call greet.")

  @Test(arguments: ProtocolRevision.allCases)
  func implementation(_ revision: ProtocolRevision) {
    let hasTitle = revision >= .june2025
    #expect(
      Self.server.implementation(revision)
        == (hasTitle
          ? ["name": "metis", "version": "1.2", "title": "Metis"]
          : ["name": "metis", "version": "1.2"]))
    #expect(
      ServerInfo(name: "a", version: "b").implementation(revision)
        == ["name": "a", "version": "b"])
  }

  @Test(arguments: ProtocolRevision.allCases.filter(\.isLegacy))
  func initialize(_ revision: ProtocolRevision) {
    let result = Self.server.initializeResult(revision)
    #expect(result["protocolVersion"]?.string == revision.name.description)
    #expect(result["capabilities"] == ["tools": ["listChanged": true], "logging": [:]])
    #expect(result["serverInfo"] == Self.server.implementation(revision))
    #expect(result["instructions"] == "Call greet.")
    let silent = ServerInfo(name: "a", version: "b").initializeResult(revision)
    #expect(silent["instructions"] == nil)
  }

  @Test func discover() {
    let result = Self.server.discoverResult()
    #expect(result["supportedVersions"] == ["2026-07-28"])
    #expect(result["capabilities"] == ["tools": ["listChanged": true], "logging": [:]])
    #expect(result["instructions"] == "Call greet.")
    #expect(result["ttlMs"] == 0)
    #expect(result["cacheScope"] == "private")
    #expect(ServerInfo(name: "a", version: "b").discoverResult()["instructions"] == nil)
  }
}
