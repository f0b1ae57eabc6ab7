import JSON
import Testing

@testable import MetisConfig

@Suite struct ProtocolSettingsTests {
  @Test func defaults() throws {
    let server = try load("").server
    #expect(server.revisions == ServerSettings.knownRevisions)
    #expect(server.hosts == nil && server.origins == nil)
    #expect(server.caching == CachingSettings())
    #expect(server.caching.tools == CacheHint(ttlMs: 0, scope: .private))
    #expect(server.input.timeout == .seconds(60) && server.input.stateTTL == .seconds(600))
    #expect(server.input.isSingleUse && server.input.key == nil)
    #expect(server.streams.replayEvents == 256 && server.streams.replayBytes == 65_536)
    #expect(server.streams.retryMs == nil && server.streams.priming)
    #expect(server.streams.stallTimeout == .seconds(30) && server.streams.keepAlive == .seconds(15))
    #expect(server.tasks.ttlMs == 300_000 && server.tasks.maxTTLMs == nil)
    #expect(server.tasks.pollIntervalMs == 1000 && server.tasks.capacity == 10_000)
    #expect(server.capabilities.logging == nil && server.capabilities.extensions.isEmpty)
    #expect(server.validation.input && server.validation.output == .error)
    let journal = try load("").journal
    #expect(journal.isEnabled && journal.capacity == 1_000 && journal.bodies)
  }

  @Test func everyKey() throws {
    let configuration = try load(everySetting, environment: ["KEY": "0123456789abcdef"])
    let server = configuration.server
    #expect(configuration.warnings.isEmpty)
    #expect(server.revisions == ["2026-07-28", "2025-06-18"])
    #expect(server.hosts == ["example.org", "example.org:3000", "[::1]:80", "*"])
    #expect(server.origins == ["https://example.org", "http://localhost:5173", "null", "*"])
    #expect(server.caching.resource == CacheHint(ttlMs: 1000, scope: .public))
    #expect(server.caching.tools == CacheHint(ttlMs: 5, scope: .public))
    #expect(server.caching.resources == CacheHint(ttlMs: 1000, scope: .private))
    #expect(server.caching.resourceTemplates == CacheHint(ttlMs: 6, scope: .public))
    #expect(server.caching.prompts == CacheHint(ttlMs: 7, scope: .private))
    #expect(server.caching.discover == CacheHint(ttlMs: 0, scope: .public))
    #expect(server.input.timeout == .milliseconds(500) && server.input.stateTTL == .seconds(10))
    #expect(!server.input.isSingleUse && server.input.key == "0123456789abcdef")
    #expect(server.streams.replayEvents == 0 && server.streams.replayBytes == 1)
    #expect(server.streams.retryMs == 500 && server.streams.stallTimeout == .seconds(1))
    #expect(server.streams.keepAlive == nil && !server.streams.priming)
    #expect(server.tasks.ttlMs == 10 && server.tasks.maxTTLMs == 20)
    #expect(server.tasks.pollIntervalMs == 30 && server.tasks.capacity == 40)
    let capabilities = server.capabilities
    #expect(capabilities.logging == true && capabilities.completions == false)
    #expect(capabilities.toolsListChanged == true && capabilities.promptsListChanged == true)
    #expect(capabilities.resourcesListChanged == false && capabilities.resourcesSubscribe == true)
    #expect(
      JSONValue.object(capabilities.extensions).description
        == #"{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html"]}}"#)
    #expect(JSONValue.object(capabilities.experimental).description == #"{"x":{}}"#)
    #expect(!server.validation.input && server.validation.output == .warn)
    #expect(
      !configuration.journal.isEnabled && configuration.journal.capacity == 5
        && !configuration.journal.bodies)
  }

  @Test(arguments: [
    (
      "revisions = [\"2026-07-29\"]",
      "server.revisions[0]: found \"2026-07-29\", expected one of 2026-07-28, 2025-11-25, "
        + "2025-06-18, 2025-03-26, 2024-11-05 (did you mean \"2026-07-28\"?)"
    ),
    ("revisions = []", "server.revisions: found an empty array, expected some of 2026-07-28"),
    (
      "revisions = [\"2026-07-28\", \"2026-07-28\"]",
      "server.revisions[1]: found \"2026-07-28\" a second time"
    ),
    ("allowed_hosts = \"a\"", "server.allowed_hosts: found a string, expected an array of strings"),
    ("allowed_hosts = [\"http://a\"]", "found \"http://a\", expected a host such as example.org"),
    ("allowed_hosts = [\"::1\"]", "found \"::1\", expected a host such as example.org"),
    ("allowed_origins = [\"https://a/b\"]", "expected an origin such as https://example.org"),
    ("allowed_origins = [\"a\"]", "found \"a\", expected an origin such as https://example.org"),
    ("caching = { ttl = 1 }", "server.caching.ttl: unknown key (did you mean \"ttl_ms\"?)"),
    (
      "caching = { tools = { scope = \"shared\" } }",
      "server.caching.tools.scope: found \"shared\", expected one of public, private"
    ),
    (
      "input = { key = \"short\" }",
      "server.input.key: found a secret of 5 bytes, expected at least"
    ),
    (
      "streams = { keep_alive_sec = -1 }",
      "server.streams.keep_alive_sec: found -1, expected a number from 0 to 86400"
    ),
    ("streams = { replay = 1 }", "server.streams.replay: unknown key"),
    (
      "tasks = { ttl_ms = 2, max_ttl_ms = 1 }",
      "server.tasks.ttl_ms: found 2, expected at most max_ttl_ms, 1"
    ),
    (
      "capabilities = { tools = { listChanged = true } }",
      "server.capabilities.tools.listChanged: unknown key (did you mean \"list_changed\"?)"
    ),
    (
      "capabilities = { tools = { subscribe = true } }",
      "server.capabilities.tools.subscribe: unknown"
    ),
    (
      "capabilities = { extensions = { ui = {} } }",
      "server.capabilities.extensions.ui: found a name without a prefix"
    ),
    (
      "capabilities = { experimental = { a = 1 } }",
      "server.capabilities.experimental.a: found an integer, expected a table"
    ),
    (
      "validation = { output = \"wran\" }",
      "server.validation.output: found \"wran\", expected one of error, warn, off (did you mean"
    ),
    ("validation = { output = 1 }", "server.validation.output: found an integer, expected true or"),
  ])
  func mistakes(_ line: String, _ message: String) throws {
    let found = try errors("[server]\n\(line)\n")
    #expect(found.count == 1)
    #expect(found.first?.contains(message) == true, "\(found)")
    #expect(found.first?.hasPrefix("metis.toml:2:") == true)
  }

  @Test func aShorterLimitOfTasksLowersTheDefault() throws {
    let tasks = try load("[server.tasks]\nmax_ttl_ms = 1000\n").server.tasks
    #expect(tasks.ttlMs == 1000)
  }

  @Test(arguments: [
    ("true", ValidationSettings.Output.error), ("false", .off), ("\"warn\"", .warn),
    ("\"off\"", .off), ("\"error\"", .error), ("\"${YES}\"", .error), ("\"${NO}\"", .off),
  ])
  func outputValidation(_ text: String, _ output: ValidationSettings.Output) throws {
    let configuration = try load(
      "[server.validation]\noutput = \(text)\n", environment: ["YES": "true", "NO": "false"])
    #expect(configuration.server.validation.output == output)
  }

  @Test func pathsOfTheEndpoints() throws {
    let plain = try load("").transport
    #expect(plain.path == "/mcp" && plain.webSocketPath == "/ws")
    #expect(plain.ssePath == "/sse" && plain.messagePath == "/messages")
    #expect(plain.advertised == .streamable && plain.advertisedPath == "/mcp")
    let socket = try load(
      "[server.transport]\ntype = \"websocket\"\nwebsocket_path = \"/socket\"\nsse_path = \"\"\n"
        + "[server.transport.http]\nmax = 1\n"
    ).transport
    #expect(socket.type == "http" && socket.advertised == .webSocket)
    #expect(socket.advertisedPath == "/socket" && socket.ssePath == nil)
    #expect(socket.section["max"] == 1)
    let events = try load(
      "[server.transport]\ntype = \"sse\"\npath = \"/a\"\nmessage_path = \"/m\"\n"
    ).transport
    #expect(events.type == "http" && events.advertisedPath == "/sse")
    #expect(events.path == "/a" && events.messagePath == "/m")
  }

  @Test(arguments: [
    ("path = \"\"", "server.transport.path: found an empty string, expected a text"),
    ("path = \"mcp\"", "server.transport.path: expected a path"),
    ("sse_path = \"/a?b\"", "has no query, or \"\" for none"),
    ("path = \"/ws\"", "server.transport.path: found the same path as websocket_path, expected"),
    ("sse_path = \"/mcp\"", "server.transport.sse_path: found the same path as path, expected"),
    (
      "type = \"websocket\"\nwebsocket_path = \"\"",
      "type: found a transport whose websocket_path is"
    ),
    (
      "type = \"sse\"\nsse_path = \"\"",
      "server.transport.type: found a transport whose sse_path is"
    ),
    (
      "type = \"htp\"",
      "found \"htp\", expected one of http, stdio, sse, websocket (did you mean \"http\"?)"
    ),
    (
      "type = \"websocket\"\nwebsocket = { a = 1 }",
      "server.transport.websocket: unknown key (did you mean \"websocket_path\"?)"
    ),
  ])
  func mistakesOfTransports(_ lines: String, _ message: String) throws {
    let found = try errors("[server.transport]\n\(lines)\n")
    #expect(found.count == 1)
    #expect(found.first?.contains(message) == true, "\(found)")
  }
}
