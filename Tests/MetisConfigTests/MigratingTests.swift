import JSON
import Testing

@testable import MetisConfig

/// The steps of a migration without their file.
private func steps(_ text: String) throws -> [String] {
  try ConfigMigration.migrate(try tree(text)).steps.map { "\($0.place.line): \($0.text)" }
}

private func migrated(_ text: String) throws -> JSONValue {
  try ConfigMigration.migrate(try tree(text)).value.toJSON()
}

/// What a tree means: the configuration that it gives.
private func meaning(_ root: ConfigValue) throws -> [String] {
  var root = root
  root.content = .table((root.table ?? []).filter { $0.key != "config_version" })
  let text = String(decoding: root.toJSON().jsonBytes(), as: UTF8.self)
  let found = try load(text, name: "metis.json")
  var meaning = [
    "\(found.listenPort) \(found.logging.level) \(found.logging.output)",
    "\(found.performance.loops ?? -1)", "\(found.transport.type) \(found.transport.path)",
  ]
  meaning += found.auth.methods.map { "\($0.name) \($0.section.value.toJSON())" }
  meaning += found.tools.map { "\($0.listing) \($0.mock.strategy) \($0.mock.section.object)" }
  meaning += found.resources.map {
    "\($0.uri) \($0.meta ?? [:]) \($0.annotations ?? [:]) \($0.mock.section.object)"
  }
  meaning += found.prompts.map { "\($0.name) \($0.meta ?? [:]) \($0.mock.section.object)" }
  return meaning
}

/// A file of version 0 with all that has another spelling now.
private let old = """
  [server]
  name = "old"
  log_level = "debug"
  port = 4000
  [server.transport]
  http_port = 5000
  [server.performance]
  threads = 2
  [auth]
  mode = "api_key"
  [auth.api_key]
  keys_env = "KEYS"
  [[tools]]
  name = "a"
  meta = { a = 1 }
  annotations = { readOnlyHint = true, idempotent_hint = false }
  mock = { strategy = "static", content = "x", seed = 4 }
  [[tools]]
  name = "b"
  [tools.mock]
  strategy = "random"
  size = 3
  timeout_ms = 10
  [tools.mock.random]
  kind = "number"
  [[resources]]
  uri = "a://b"
  annotations = { lastModified = "2026-01-02T03:04:05Z" }
  mock = { strategy = "echo" }
  [[prompts]]
  name = "p"
  meta = { b = 2 }
  [prompts.mock]
  strategy = "static"
  content = "x"
  """

@Suite struct MigratingTests {
  @Test func allStepsFromVersion0() throws {
    let (value, found) = try ConfigMigration.migrate(try tree(old))
    #expect(
      found.map(\.text) == [
        "server.log_level is now logging.level",
        "server.transport.http_port replaces server.port, before which it went",
        "server.performance.threads is now server.performance.loops",
        "auth.mode is now auth.use, an array",
        "tools[0].meta is now tools[0]._meta",
        "tools[0].annotations.readOnlyHint is now tools[0].annotations.read_only_hint",
        "tools[0].mock.content is now tools[0].mock.static.content",
        "tools[1].mock.size is now tools[1].mock.random.size",
        "resources[0].annotations.lastModified is now resources[0].annotations.last_modified",
        "prompts[0].meta is now prompts[0]._meta",
        "prompts[0].mock.content is now prompts[0].mock.static.content",
        "config_version is now 1",
      ])
    #expect(found[0].place.line == 3 && found[7].place.line == 22)
    #expect(
      value.toJSON() == [
        "config_version": 1,
        "server": ["name": "old", "port": 5000, "performance": ["loops": 2]],
        "auth": ["api_key": ["keys_env": "KEYS"], "use": ["api_key"]],
        "tools": [
          [
            "name": "a", "_meta": ["a": 1],
            "annotations": ["read_only_hint": true, "idempotent_hint": false],
            "mock": ["strategy": "static", "seed": 4, "static": ["content": "x"]],
          ],
          [
            "name": "b",
            "mock": [
              "strategy": "random", "timeout_ms": 10, "random": ["kind": "number", "size": 3],
            ],
          ],
        ],
        "resources": [
          [
            "uri": "a://b", "annotations": ["last_modified": "2026-01-02T03:04:05Z"],
            "mock": ["strategy": "echo"],
          ]
        ],
        "prompts": [
          [
            "name": "p", "_meta": ["b": 2],
            "mock": ["strategy": "static", "static": ["content": "x"]],
          ]
        ],
        "logging": ["level": "debug"],
      ])
  }

  @Test(arguments: [
    old, everySetting, definitions,
    "[server]\nlog_level = \"debug\"\n[logging]\nlevel = \"warn\"",
    "[server]\nport = 1\n[server.transport]\ntype = \"http\"\nhttp_port = 2",
    "[auth]\nmode = \"none\"", "[auth]\nmode = \"a\"\nuse = \"b\"",
    "[auth]\nmode = \"a\"\nuse = [\"b\", \"a\"]\n[auth.a]\nx = 1",
  ])
  func theMeaningStays(_ text: String) throws {
    let before = try tree(text.replacing("${KEY}", with: "0123456789abcdef"))
    let (after, _) = try ConfigMigration.migrate(before)
    #expect(try meaning(before) == meaning(after))
    let (again, steps) = try ConfigMigration.migrate(after)
    #expect(steps.isEmpty)
    #expect(again.toJSON() == after.toJSON())
    // The steps themselves find nothing more either.
    var unversioned = after
    unversioned.content = .table((after.table ?? []).filter { $0.key != "config_version" })
    #expect(try ConfigMigration.migrate(unversioned).steps.count == 1)
  }

  /// Of two spellings of one setting the newer counted in version 0; now both at once are an error.
  @Test func theOlderOfTwoSpellingsGoes() throws {
    let text = """
      [server.performance]
      threads = 3
      loops = 4
      [[tools]]
      name = "a"
      meta = { a = 1 }
      _meta = { b = 2 }
      """
    #expect(
      try steps(text) == [
        "2: server.performance.threads had no effect beside server.performance.loops and is gone",
        "6: tools[0].meta had no effect beside tools[0]._meta and is gone",
        "0: config_version is now 1",
      ])
    #expect(
      try migrated(text) == [
        "config_version": 1, "server": ["performance": ["loops": 4]],
        "tools": [["name": "a", "_meta": ["b": 2]]],
      ])
  }

  @Test func foldersAreLifted() throws {
    let text = """
      [[tools]]
      name = "a"
      [tools.mock]
      strategy = "static"
      tools_dir = "tools"
      [tools.mock.static]
      content = "x"
      prompts_dir = "prompts"
      """
    #expect(
      try steps(text) == [
        "5: tools[0].mock.tools_dir is now tools_dir, at the top",
        "8: tools[0].mock.static.prompts_dir is now prompts_dir, at the top",
        "0: config_version is now 1",
      ])
    let value = try migrated(text)
    #expect(value["tools_dir"] == "tools" && value["prompts_dir"] == "prompts")
    #expect(value["tools"]?[0]?["mock"]?["static"] == ["content": "x"])
  }

  /// What stands in a line of its own was meant: it is no folder key of the top.
  @Test func inlineTablesKeepTheirKeys() throws {
    let text = "[[tools]]\nname = \"a\"\nmock = { strategy = \"s\", s = { tools_dir = \"x\" } }"
    #expect(try steps(text) == ["0: config_version is now 1"])
  }

  /// A value of the environment may be any: what would change its meaning stays.
  @Test func referencesStay() throws {
    let text = """
      [auth]
      mode = "${MODE:-none}"
      [[tools]]
      name = "a"
      mock = { strategy = "${S}", content = "x" }
      """
    #expect(try steps(text) == ["0: config_version is now 1"])
  }

  /// Values of the wrong kind stay for the check to report.
  @Test(arguments: [
    "server = 1", "tools = 2", "[server]\nlog_level = \"info\"\n[[logging]]\na = 1",
    "[[tools]]\nannotations = { readOnlyHint = true, read_only_hint = false }",
    "[auth]\nmode = 1", "[[tools]]\nmock = 1", "[[tools]]\nmock = { strategy = 1, a = 2 }",
    "[[tools]]\nmock = { strategy = \"s\", s = 1, a = 2 }", "tools = [1]",
    "[[tools]]\nmock = { strategy = \"s\", s = { a = 1 }, a = 2 }",
  ])
  func mistakesStay(_ text: String) throws {
    let before = try tree(text)
    let (after, steps) = try ConfigMigration.migrate(before)
    #expect(steps.count == 1)
    #expect(
      JSONValue.object(JSONObject(after.toJSON().object!.dropFirst().map { ($0.key, $0.value) }))
        == before.toJSON())
  }

  @Test(arguments: [
    ("config_version = 2", "found version 2, this program knows versions up to 1"),
    ("config_version = \"1\"", "found a string, expected a version of the format, 0 to 1"),
    ("config_version = -1", "found an integer, expected a version of the format, 0 to 1"),
    ("config_version = 1.5", "found a number, expected a version of the format, 0 to 1"),
  ])
  func otherVersionsAreErrors(_ text: String, _ message: String) throws {
    let root = try tree("x = 1\n" + text)
    let error = #expect(throws: ConfigError.self) { try ConfigMigration.migrate(root) }
    #expect(error?.message == message)
    #expect(error?.place.line == 2 && error?.keyPath == "config_version")
  }

  @Test func versions() throws {
    #expect(try ConfigMigration.version(of: try tree("")) == 0)
    #expect(try ConfigMigration.version(of: try tree("config_version = 0")) == 0)
    #expect(try ConfigMigration.version(of: try tree("config_version = 1")) == 1)
    #expect(try migrated("a = 1\nconfig_version = 0").object?.keys == ["config_version", "a"])
    let untouched = "config_version = 1\n[server]\nlog_level = \"info\""
    #expect(try steps(untouched).isEmpty)
  }

  @Test func aDefinitionOfAFolder() throws {
    let definition = try tree(
      "name = \"a\"\nmeta = {}\nmock = { strategy = \"static\", content = 1 }")
    let (value, steps) = ConfigMigration.migrateDefinition(definition)
    #expect(steps.map(\.text) == ["meta is now _meta", "mock.content is now mock.static.content"])
    #expect(
      value.toJSON() == [
        "name": "a", "_meta": [:], "mock": ["strategy": "static", "static": ["content": 1]],
      ])
    #expect(ConfigMigration.migrateDefinition(value).steps.isEmpty)
  }
}
