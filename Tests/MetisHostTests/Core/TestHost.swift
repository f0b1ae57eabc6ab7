import Foundation
import JSON
import MetisPluginAPI
import Testing

@testable import MetisHost

/// A whole host behind a ``TestDoor``: its real core, composition and plugins from
/// Tests/FaultyPlugins. Ends with ``stop()``.
final class TestHost: @unchecked Sendable {
  let door = TestDoor()
  let host: MetisHost.Host
  let folder: TemporaryFolder
  private let finished = Gate()

  /// One tool of a configuration.
  struct Tool {
    let name: String
    let strategy: String
    var timeout: Int = 10_000
    var more = ""

    var toml: String {
      "[[tools]]\nname = \"\(name)\"\n\(more)\n[tools.mock]\nstrategy = \"\(strategy)\"\n"
        + "timeout_ms = \(timeout)\n"
    }
  }

  /// - Parameters:
  ///   - plugins: libraries of Tests/FaultyPlugins; `good` is always there, with the tool `good`.
  ///   - names: tools of the plugin `puppet`, which do what their names say.
  ///   - more: further TOML, before the tools.
  init(
    plugins: [String] = ["puppet"], puppet names: [String] = [], tools: [Tool] = [],
    more: String = "", loops: Int = 1, workers: Int = 4
  ) throws {
    folder = try TemporaryFolder()
    let manifests = folder.path + "/plugins.d"
    try FileManager.default.createDirectory(
      atPath: manifests, withIntermediateDirectories: true)
    try folder.write(
      "plugins.d/door.toml",
      "library = \"\(try FaultyPlugins.path("door"))\"\n[config]\n\(door.manifestTable)")
    for plugin in ["good"] + plugins {
      try folder.write(
        "plugins.d/\(plugin).toml", "library = \"\(try FaultyPlugins.path(plugin))\"")
    }
    preamble =
      "[server.performance]\nworker_threads = \(workers)\nrequest_timeout_sec = 10\n\(more)\n"
    self.tools =
      [Tool(name: "good", strategy: "good")]
      + names.map { Tool(name: $0, strategy: "puppet") } + tools
    var options = HostOptions()
    options.plugins = manifests
    options.configurations = [folder.path + "/metis.toml"]
    options.transport = "door"
    options.port = 0
    options.admin = nil
    options.threads = loops
    options.logLevel = .error
    options.seed = 1
    options.drainLimit = 2_000_000_000
    try TestHost.write(folder, preamble, self.tools)
    host = try MetisHost.Host.start(options)
    host.whenFinished { [finished] _ in finished.open() }
  }

  let preamble: String
  private(set) var tools: [Tool]

  private static func write(_ folder: TemporaryFolder, _ preamble: String, _ tools: [Tool]) throws {
    try folder.write("metis.toml", preamble + tools.map(\.toml).joined(separator: "\n"))
  }

  /// Writes another configuration and reloads.
  @discardableResult
  func reload(tools: [Tool], extra: String = "") throws -> Result<JSONValue, ReloadError> {
    self.tools = [Tool(name: "good", strategy: "good")] + tools
    try TestHost.write(folder, preamble + extra, self.tools)
    return host.control.sync {
      Result { () throws(ReloadError) in try host.reloadAll() }
    }
  }

  /// Replaces a plugin by another library of Tests/FaultyPlugins.
  @discardableResult
  func swap(_ id: String, by library: String) throws -> Result<SwapOutcome, PluginError> {
    let path = try FaultyPlugins.path(library)
    return host.control.sync {
      let outcome = Result { () throws(PluginError) in
        try host.registry.swap(id, SwapRequest(path: path))
      }
      host.scheduleAdvance()
      return outcome
    }
  }

  /// How many generations of all plugins still drain.
  var draining: Int { host.control.sync { host.registry.status.draining } }

  /// Ends the host in order; the host has followed the contract of its transport.
  func stop(_ location: SourceLocation = #_sourceLocation) {
    host.stop()
    finished.wait()
    #expect(door.violations == [], sourceLocation: location)
    host.control.stop()
  }

  // MARK: Requests

  static let modernFields = [
    ("Host", "127.0.0.1:1"), ("Content-Type", "application/json"),
    ("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", "2026-07-28"),
  ]
  static let legacyFields = [
    ("Host", "127.0.0.1:1"), ("Content-Type", "application/json"),
    ("Accept", "application/json, text/event-stream"),
  ]
  static let meta =
    #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
    + #""io.modelcontextprotocol/clientCapabilities":{}"#

  /// The body of a modern `tools/call`.
  static func body(
    _ tool: String, _ arguments: String = "{}", id: String = "1", meta: String = ""
  ) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
      + #""arguments":\#(arguments),"_meta":{\#(TestHost.meta)\#(meta)}}}"#
  }

  /// Calls a tool as a client of 2026-07-28, by HTTP.
  func begin(
    _ tool: String, _ arguments: String = "{}", id: String = "1", meta: String = "",
    fields: [(String, String)] = [], loop: Int = 0
  ) -> TestExchange {
    door.http(
      TestHost.body(tool, arguments, id: id, meta: meta),
      TestHost.modernFields + [("Mcp-Method", "tools/call"), ("Mcp-Name", tool)] + fields,
      loop: loop)
  }

  /// The same, and waits for the answer.
  @discardableResult
  func call(
    _ tool: String, _ arguments: String = "{}", id: String = "1", meta: String = "",
    fields: [(String, String)] = [], loop: Int = 0
  ) -> TestExchange {
    begin(tool, arguments, id: id, meta: meta, fields: fields, loop: loop).ended()
  }

  /// Whether the good tool answers as it should.
  func isWell(loop: Int = 0) -> Bool {
    call("good", loop: loop).result["structuredContent"] == ["answer": "good"]
  }

  /// Opens a session of the handshake era; its id.
  func initialize(_ revision: String = "2025-11-25") -> String? {
    door.http(
      TestHost.initializeBody(revision), TestHost.legacyFields
    ).ended().field("mcp-session-id")
  }

  static func initializeBody(_ revision: String, client: String = "test") -> String {
    #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\#(revision)","#
      + #""capabilities":{},"clientInfo":{"name":"\#(client)","version":"1"}}}"#
  }

  /// Calls a tool in a session.
  func begin(
    _ tool: String, _ arguments: String = "{}", session: String, id: String = "1",
    meta: String = ""
  ) -> TestExchange {
    door.http(
      #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
        + #""arguments":\#(arguments),"_meta":{\#(meta)}}}"#,
      TestHost.legacyFields + [("Mcp-Session-Id", session)])
  }
}
