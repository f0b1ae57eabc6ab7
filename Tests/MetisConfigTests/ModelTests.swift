import JSON
import Testing

@testable import MetisConfig

@Suite struct ModelTests {
  @Test func aFileThatSaysNothingHasDefaults() throws {
    let configuration = try load("")
    #expect(configuration.server.host == "127.0.0.1")
    #expect(configuration.listenPort == 3000)
    #expect(configuration.transport.type == "http")
    #expect(configuration.performance.requestTimeout == .seconds(30))
    #expect(configuration.auth.methods.isEmpty)
    #expect(configuration.logging.output == .stderr)
    #expect(configuration.warnings.isEmpty)
  }

  @Test func serverAndTransport() throws {
    let configuration = try load(
      """
      [server]
      name = "n"
      version = "2"
      page_size = 50
      log_level = "debug"
      icons = [{ src = "https://example.org/i.png", mime_type = "image/png", sizes = ["48x48"] }]
      [server.transport]
      type = "http"
      http_port = 0
      [server.transport.http]
      max_body = 1000
      [server.performance]
      worker_threads = 3
      threads = 2
      request_timeout_sec = 0.25
      max_concurrent_requests = 7
      [server.tls]
      cert_file = "c.pem"
      key_file = "/k.pem"
      """)
    #expect(configuration.listenPort == 0)
    #expect(configuration.server.pageSize == 50)
    #expect(configuration.logging.level == .debug)
    #expect(configuration.performance.loops == 2)
    #expect(configuration.performance.requestTimeout == .milliseconds(250))
    #expect(configuration.transport.section["max_body"] == 1000)
    #expect(configuration.transport.section["tls"]?["key"] == "/k.pem")
    let certificate = configuration.transport.section["tls"]?["certificate"]?.string
    #expect(certificate == configuration.transport.section.directory + "/c.pem")
    #expect(
      configuration.server.icons?.description
        == #"[{"src":"https://example.org/i.png","mimeType":"image/png","sizes":["48x48"]}]"#)
  }

  @Test func tls() throws {
    let table = "[server.tls]\ncert_file = \"c.pem\"\nkey_file = \"k.pem\"\n"
    let full = try load(table + "min_version = \"1.3\"\nclient_ca_file = \"ca.pem\"\n")
    #expect(full.transport.section["tls"]?["min_version"] == "1.3")
    #expect(
      full.warnings.map(\.keyPath) == [
        "server.tls.cert_file", "server.tls.key_file", "server.tls.client_ca_file",
      ])
    #expect(try load(table + "enabled = false\n").transport.section["tls"] == nil)
    #expect(try load("[server.tls]\nenabled = false\n").transport.section["tls"] == nil)
    let overStdio = try load("[server.transport]\ntype = \"stdio\"\n" + table).transport
    #expect(overStdio.section.object.isEmpty)
    #expect(overStdio.section(of: "http")["tls"]?.object?.count == 2)
    #expect(
      try errors("[server.tls]\ncert_file = \"c.pem\"\nkeyfile = \"k.pem\"\n") == [
        "metis.toml:1:1: error: server.tls: TLS needs cert_file and key_file; key_file is missing",
        "metis.toml:3:1: error: server.tls.keyfile: unknown key (did you mean \"key_file\"?)",
      ])
    #expect(try errors(table + "min_version = 1.3\n").count == 1)
  }

  @Test func allErrorsAreFound() throws {
    let found = try errors(
      """
      [server]
      naem = "x"
      port = 70000
      log_level = "inof"
      [server.transport]
      type = "unix"
      [server.performance]
      worker_threads = "four"
      request_timeout_sec = 0
      [loging]
      level = "info"
      """)
    #expect(
      found == [
        "metis.toml:2:1: error: server.naem: unknown key (did you mean \"name\"?)",
        "metis.toml:3:8: error: server.port: found 70000, expected an integer from 0 to 65535",
        "metis.toml:4:13: error: server.log_level: found \"inof\", expected one of "
          + "trace, debug, info, warn, error (did you mean \"info\"?)",
        "metis.toml:6:8: error: server.transport.type: this transport is not available yet "
          + "(use http or stdio)",
        "metis.toml:8:18: error: server.performance.worker_threads: found a string, expected an "
          + "integer from 1 to 1024",
        "metis.toml:9:23: error: server.performance.request_timeout_sec: found 0, "
          + "expected a number above 0 and at most 86400",
        "metis.toml:10:2: error: loging: unknown key (did you mean \"logging\"?)",
      ])
  }

  @Test func aTransportOfAPluginIsNamedByItsTable() throws {
    let text = "[server.transport]\ntype = \"carrier\"\n"
    #expect(try errors(text).count == 1)
    let configuration = try load(text + "[server.transport.carrier]\npigeons = 3\n")
    #expect(configuration.transport.type == "carrier")
    #expect(configuration.transport.section["pigeons"] == 3)
  }

  @Test func authMethods() throws {
    let configuration = try load(
      """
      [auth]
      use = ["apikey", "jwt"]
      [auth.apikey]
      header = "X-API-Key"
      [auth.unused]
      a = 1
      """)
    #expect(configuration.auth.methods.map(\.name) == ["apikey", "jwt"])
    #expect(configuration.auth.methods[0].section["header"] == "X-API-Key")
    #expect(configuration.auth.methods[1].section.object.isEmpty)
    let short = try load("[auth]\nenabled = true\nmode = \"api_key\"\n[auth.api_key]\nx = 1\n")
    #expect(short.auth.methods.map(\.name) == ["api_key"])
    #expect(try load("[auth]\nmode = \"none\"\n").auth.methods.isEmpty)
    #expect(try load("[auth]\nenabled = false\nuse = [\"x\"]\n").auth.methods.isEmpty)
    #expect(try errors("[auth]\nenabled = true\n").count == 1)
    #expect(try errors("[auth]\nuse = [1]\n").count == 1)
    #expect(try errors("[auth]\nmodes = \"x\"\n").first?.contains("did you mean \"mode\"?") == true)
    let off = try load("[auth.api_key]\nkeys = []\n")
    #expect(off.warnings.map(\.keyPath) == ["auth.api_key"])
  }

  @Test func logging() throws {
    let configuration = try load(
      "[logging]\noutput = \"file\"\nfile_path = \"a/b.log\"\nformat = \"json\"\n")
    guard case .file(let path) = configuration.logging.output else {
      Issue.record("no file")
      return
    }
    #expect(path.hasPrefix("/") && path.hasSuffix("/a/b.log"))
    #expect(try errors("[logging]\noutput = \"file\"\n").count == 1)
    let stdio = try load("[server.transport]\ntype = \"stdio\"\n[logging]\noutput = \"stdout\"\n")
    #expect(stdio.logging.output == .stderr)
    #expect(stdio.warnings.count == 1)
  }

  @Test func sectionsOfLaterStagesWarnOnce() throws {
    let configuration = try load(
      """
      [[workflows]]
      name = "a"
      [[workflows]]
      name = "b"
      [cache]
      enabled = true
      [[tools]]
      name = "a"
      [tools.mock]
      strategy = "echo"
      [tools.mock.behavior]
      latency_ms = 1
      [[tools]]
      name = "b"
      [tools.mock]
      strategy = "echo"
      [tools.mock.behavior]
      latency_ms = 1
      """)
    #expect(
      configuration.warnings.map { "\($0.line) \($0.keyPath)" } == [
        "1 workflows", "5 cache", "11 tools[0].mock.behavior",
      ])
    #expect(configuration.tools.count == 2)
  }

  @Test func filesMergeInOrder() throws {
    let folder = try Folder()
    let first = try folder.write(
      "a.toml", "[server]\nname = \"a\"\ntitle = \"t\"\n[auth]\nuse = [\"x\"]\n" + smallestTool)
    let second = try folder.write(
      "sub/b.json",
      #"{"server":{"name":"b","port":1},"auth":{"use":["y"]},"tools":[{"name":"b","mock":{"strategy":"echo"}}]}"#
    )
    let configuration = try Configuration.load([first, second])
    #expect(configuration.server.name == "b")
    #expect(configuration.server.title == "t")
    #expect(configuration.auth.methods.map(\.name) == ["y"])
    #expect(configuration.tools.map(\.name) == ["a", "b"])
    #expect(configuration.tools.map(\.directory) == [folder.path, folder.path + "/sub"])
    #expect(configuration.files == [first, second])
  }

  @Test func theQuickstartLoads() throws {
    let configuration = try Configuration.load([quickstart]) { _ in nil }
    #expect(configuration.tools.map(\.name) == ["hello", "weather", "echo", "random_user"])
    #expect(configuration.tools.map(\.mock.strategy) == ["static", "static", "echo", "random"])
    #expect(configuration.warnings.isEmpty)
    #expect(configuration.listenPort == 3000)
    #expect(configuration.tools[1].mock.section["content"]?["temperature"] == 21.5)
    #expect(configuration.tools[3].mock.seed == 42)
    #expect(configuration.tools[3].mock.section["schema"]?.object?.keys.first == "id")
    #expect(configuration.tools[2].mock.timeout == .seconds(1))
    #expect(configuration.tools[0].listing["annotations"]?["readOnlyHint"] == true)
  }
}
