import JSON
import Testing

@testable import MetisConfig

@Suite struct ExplainTests {
  private func inputs() throws -> (Folder, ConfigInputs) {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml",
      """
      tools_dir = "tools"
      [server]
      port = 1
      name = "n"
      [auth.api_key]
      key = "hunter2"
      [defaults]
      timeout_ms = 1
      [defaults.tools]
      timeout_ms = 2
      [groups.slow]
      timeout_ms = 3
      [[tools]]
      name = "greet"
      group = "slow"
      timeout_ms = 4
      mock.strategy = "static"
      mock.content = "${V}"
      """)
    _ = try folder.write(
      "metis.prod.toml", "[server]\nport = 2\n[[tools]]\nname = \"greet\"\ntimeout_ms = 5\n")
    _ = try folder.write("tools/far.toml", "name = \"far\"\nmock.strategy = \"echo\"\n")
    return (
      folder,
      ConfigInputs(
        [main], environment: "prod",
        settings: [
          .init(key: "server.port", value: "3", origin: "--set server.port=3"),
          .init(key: "tools.far.mock.seed", value: "8", origin: "--set tools.far.mock.seed=8"),
        ])
    )
  }

  private func explain(_ key: String) throws -> (Folder, ConfigExplanation) {
    let (folder, inputs) = try inputs()
    return (
      folder,
      try ConfigExplanation.explain(
        key: key, inputs: inputs, variable: { $0 == "V" ? "v" : nil },
        isSecret: { $0.hasSuffix(".key") })
    )
  }

  @Test func everyLayerOfASetting() throws {
    let (folder, found) = try explain("server.port")
    #expect(found.value == "3")
    #expect(found.layers.map(\.origin) == [.setting, .overlay, .file, .declaration])
    #expect(found.layers.map(\.text) == ["3", "2", "1", "3000"])
    #expect(found.layers.map(\.isInForce) == [true, false, false, false])
    let text = found.text.replacing(folder.path + "/", with: "")
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.first == "server.port = 3")
    #expect(
      lines.contains { $0.hasPrefix("  --set server.port=3") && $0.hasSuffix("3     ← in force") },
      "\(text)")
    #expect(
      lines.contains {
        $0.hasPrefix("  metis.prod.toml:2:8   2") || $0.contains("metis.prod.toml:2:8 ")
      })
    #expect(found.json["layers"]?.array?.count == 4)
    #expect(found.json["value"] == 3)
    #expect(found.json["layers"]?.array?[2]["line"] == 3)
  }

  @Test func everyLayerOfADefinition() throws {
    let (_, found) = try explain("tools.greet.timeout_ms")
    #expect(
      found.layers.map(\.origin) == [.overlay, .file, .group, .defaults, .defaults, .declaration])
    #expect(
      found.layers.map(\.text) == [
        "5", "4", "3", "2", "1", "server.performance.request_timeout_sec",
      ])
    #expect(found.key == "tools[name=greet].timeout_ms")
    let (_, far) = try explain("tools.far.timeout_ms")
    #expect(far.layers.map(\.text) == ["2", "1", "server.performance.request_timeout_sec"])
    #expect(far.layers.first?.isInForce == true)
    #expect(far.value == "2")
    let (_, seed) = try explain("tools[1].mock.seed")
    #expect(seed.layers.map(\.origin) == [.setting, .declaration])
    let (_, strategy) = try explain("tools[name=far].mock.strategy")
    #expect(strategy.layers.map(\.origin) == [.definition])
    let (_, content) = try explain("tools.greet.mock.content")
    #expect(content.value == "\"v\"")
    #expect(content.summary == nil)
  }

  @Test func tablesAndDefaultsAndSecrets() throws {
    let (_, logging) = try explain("logging.level")
    #expect(logging.layers.map(\.origin) == [.declaration])
    #expect(logging.layers.first?.isInForce == true)
    #expect(logging.summary != nil)
    let (_, server) = try explain("server")
    #expect(server.value == #"{"port":3,"name":"n"}"#)
    let (_, auth) = try explain("auth")
    #expect(!auth.text.contains("hunter2"))
    #expect(auth.value?.contains("***") == true)
    #expect(!auth.json.description.contains("hunter2"))
  }

  @Test(arguments: [
    ("server.prot", "did you mean \"port\"?"), ("sever", "did you mean \"server\"?"),
    ("tools.gret.title", "did you mean \"greet\"?"), ("tools[9]", "there are 2"),
    ("server.port.x", "leads into a value without keys"), ("a..b", "not a key path"),
  ])
  func unknownKeys(_ key: String, _ message: String) throws {
    do {
      let found = try explain(key)
      Issue.record("\(found.1.text)")
    } catch let error as ConfigErrors {
      #expect(error.errors.count == 1)
      #expect(error.description.contains(message), "\(error)")
    }
  }

  @Test func otherSpellings() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml",
      """
      [server.performance]
      threads = 3
      [[tools]]
      name = "it's"
      [tools.mock]
      strategy = "s"
      behavior = { success_rate = 0.5 }
      api_key = "hunter2"
      url = "http://a:hunter2@b"
      [tools.mock.s]
      x = 1
      token = "hunter2"
      """)
    let explain = { (key: String) in
      try ConfigExplanation.explain(
        key: key, inputs: ConfigInputs([main]), isSecret: { SecretRules.isSecret(path: $0) })
    }
    let loops = try explain("server.performance.loops")
    #expect(loops.others.map(\.key) == ["server.performance.threads"])
    #expect(loops.value == nil)
    #expect(loops.layers.map(\.isInForce) == [false])
    #expect(loops.text.contains("see also: server.performance.threads = 3 ("))
    #expect(loops.json["others"]?.array?.first?["line"] == 2)
    let rate = try explain("tools[0].behavior.error_rate")
    #expect(rate.others.map(\.value) == ["0.5"])
    #expect(rate.others[0].key == #"tools[name="it's"].mock.behavior.success_rate"#)
    #expect(try explain("tools[0].mock.x").others.map(\.value) == ["1"])
    #expect(try explain("tools[0].mock.strategy").others.isEmpty)
    // Masked below every form of a path, names with quotes included.
    #expect(try explain("tools[0].mock.api_key").value == #""***""#)
    #expect(try explain("tools[0].mock.token").others.map(\.value) == [#""***""#])
    for key in ["tools", "tools[0]", "tools[0].mock", "tools[0].mock.url"] {
      let found = try explain(key)
      #expect(!found.text.contains("hunter2"), "\(key)")
      #expect(!found.json.description.contains("hunter2"), "\(key)")
    }
    #expect(SecretRules.isSecret(path: #"tools[name="a]\"."].mock.api_key"#))
    #expect(SecretRules.isSecret(path: "tools[name=greet].mock.api_key"))
    #expect(!SecretRules.isSecret(path: "tools[name=greet].mock.content"))
  }
}
