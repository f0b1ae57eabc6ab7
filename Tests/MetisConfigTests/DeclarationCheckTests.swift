import Testing

@testable import MetisConfig

/// What the generic check says.
@Suite struct DeclarationCheckTests {
  @Test func missingKeysSayWhatToAdd() throws {
    #expect(
      try errors("[[tools]]\n") == [
        "metis.toml:1:1: error: tools[0]: name is missing: 1 to 128 of A-Z a-z 0-9 _ . -; no two "
          + "the same (add name = \"search\")"
      ])
    #expect(
      try errors("[[prompts]]\nname = \"a\"\nmock = { strategy = \"s\" }\narguments = [{}]\n") == [
        "metis.toml:4:14: error: prompts[0].arguments[0]: name is missing: the name for programs; "
          + "no two of a prompt the same (add name = \"language\")"
      ])
  }

  @Test func aDefinitionWithoutAMockAsksForTheSchema() throws {
    let found = try load("[[tools]]\nname = \"a\"\n[[prompts]]\nname = \"b\"\n")
    #expect(found.tools[0].mock.strategy == "schema" && found.prompts[0].mock.strategy == "schema")
    #expect(found.tools[0].mock.section.object.isEmpty)
    #expect(
      found.warnings.map { "\($0.line) \($0.message)" } == [
        "1 nothing says what answers it; the strategy \"schema\" is asked",
        "3 nothing says what answers it; the strategy \"schema\" is asked",
      ])
    let schema = "[[tools]]\nname = \"a\"\noutput_schema = { type = \"object\" }\n"
    #expect(try load(schema).warnings.isEmpty)
  }

  @Test func aMisspelledKeyIsToldOnce() throws {
    #expect(
      try errors("[[tools]]\nnaem = \"a\"\nmock = { strategy = \"s\" }\n") == [
        "metis.toml:2:1: error: tools[0].naem: unknown key (did you mean \"name\"?)"
      ])
    #expect(
      try errors("[[tools]]\nname = \"a\"\nmock = { stratgy = \"s\" }\n") == [
        "metis.toml:3:10: error: tools[0].mock.stratgy: strategy is missing, and this key stands "
          + "here (did you mean \"strategy\"?)"
      ])
  }

  @Test func twoSpellingsOfAKeyAreRefused() throws {
    #expect(
      try errors("[server.performance]\nloops = 1\nthreads = 2\n") == [
        "metis.toml:3:1: error: server.performance.threads: found here beside loops "
          + "(keep one of the two)"
      ])
    let text = "[[tools]]\nname = \"a\"\nmock = { strategy = \"s\" }\nannotations = "
    #expect(
      try load(text + "{ readOnlyHint = true }").tools[0].annotations?.description
        == #"{"readOnlyHint":true}"#)
    #expect(try errors(text + "{ readOnlyHint = true, read_only_hint = true }").count == 1)
  }

  @Test func valuesOfTheEnvironmentStandForNumbersAndAreNotQuoted() throws {
    let text = "[server]\nport = \"${A}\"\nlog_level = \"${B}\"\n[reload]\nenabled = \"${C}\"\n"
    let good = ["A": "80", "B": "warn", "C": "false"]
    let configuration = try load(text, environment: good)
    #expect(configuration.server.port == 80)
    #expect(configuration.logging.level == .warn)
    #expect(!configuration.reload.isEnabled)
    #expect(
      try errors(text, environment: ["A": "99999", "B": "hidden", "C": "hidden"]) == [
        "metis.toml:2:8: error: server.port: found a value from the environment, expected an "
          + "integer from 0 to 65535",
        "metis.toml:3:13: error: server.log_level: found a value from the environment, expected "
          + "one of trace, debug, info, warn, error",
        "metis.toml:5:11: error: reload.enabled: found a string, expected true or false",
      ])
    #expect(
      try errors("[server]\nport = \"80\"\n") == [
        "metis.toml:2:8: error: server.port: found a string, expected an integer from 0 to 65535"
      ])
  }

  @Test func laterSectionsAreCheckedAndToldOnce() throws {
    let configuration = try load(
      "[cache]\nenabled = true\n[cache.redis]\nurl = \"redis://a\"\n[testing.ci]\nparallel = true\n"
    )
    #expect(configuration.warnings.map(\.keyPath) == ["cache", "testing"])
    #expect(
      configuration.warnings.allSatisfy {
        $0.message == "not available yet; it is read and has no effect"
      })
    #expect(
      try errors("[cache]\nbackend = \"rediss\"\nmax_size_mb = 0\n") == [
        "metis.toml:2:11: error: cache.backend: found \"rediss\", expected one of memory, redis "
          + "(did you mean \"redis\"?)",
        "metis.toml:3:15: error: cache.max_size_mb: found 0, expected an integer from 1 to 1048576",
      ])
  }

  @Test(arguments: [
    "2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02 03:04", "2026-01-02T03:04:05.678+01:00",
    "03:04:05",
  ])
  func datesAreTaken(_ text: String) { #expect(DateSyntax.isDateOrTime(text)) }

  @Test(arguments: [
    "", "yesterday", "2026-13-02", "2026-1-2", "2026-01-02T", "2026-01-02T25:00", "2026-01-02x",
    "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05+1",
  ])
  func othersAreNoDates(_ text: String) { #expect(!DateSyntax.isDateOrTime(text)) }

  @Test func datesOfResources() throws {
    let text = "[[resources]]\nuri = \"a:b\"\nmock = { strategy = \"s\" }\nannotations = "
    #expect(try errors(text + "{ last_modified = \"2026-01-02\" }").isEmpty)
    #expect(
      try errors(text + "{ lastModified = \"soon\" }") == [
        "metis.toml:4:32: error: resources[0].annotations.lastModified: found \"soon\", expected a "
          + "date or time such as 2026-01-02T03:04:05Z"
      ])
  }

  @Test func filesThatAreMissingAreWarnings() throws {
    let folder = try Folder()
    _ = try folder.write("here/x", "")
    let file = try folder.write(
      "metis.toml",
      """
      [plugins]
      directory = "nowhere"
      library_path = ["here", "nowhere"]
      signatures = "warn"
      trusted_keys = "here/x"
      [reload]
      watch_directories = ["here/", "nowhere"]
      backup_dir = "nowhere"
      [logging]
      output = "file"
      file_path = "nowhere/log"
      """)
    let configuration = try Configuration.load([file])
    #expect(
      configuration.warnings.map(\.keyPath) == [
        "plugins.directory", "plugins.library_path[1]", "reload.watch_directories[1]",
      ])
    #expect(
      configuration.warnings[0].message == "nothing can be read there: No such file or directory")
    #expect(configuration.plugins.directory == folder.path + "/nowhere")
    #expect(configuration.plugins.libraryPath.count == 2)
    #expect(configuration.plugins.signatures == .warn)
    #expect(configuration.plugins.trustedKeys == [folder.path + "/here/x"])
    #expect(configuration.reload.backupFolder == folder.path + "/nowhere")
  }

  @Test func reloadDevelopmentAndSecurity() throws {
    let configuration = try load(
      """
      [reload]
      enabled = false
      debounce_ms = 20
      history = 3
      backup = false
      [development]
      enabled = true
      hot_reload = false
      mock_delays = true
      [security]
      allow_plain_secrets = true
      """)
    #expect(!configuration.reload.isEnabled && configuration.reload.debounceMs == 20)
    #expect(configuration.reload.history == 3 && !configuration.reload.isBackingUp)
    #expect(configuration.development.isEnabled && !configuration.development.swapsPlugins)
    #expect(configuration.security.allowsPlainSecrets)
    #expect(configuration.warnings.map(\.keyPath) == ["development.mock_delays"])
  }

  @Test func interfacesWithoutAResourceAreWarnings() throws {
    let tool = smallestTool + "ui = { resource_uri = \"ui://a\" }\n"
    let resource = "[[resources]]\nuri = \"ui://a\"\nmock = { strategy = \"static\" }\n"
    let template = "[[resources]]\nuri = \"ui://{x}\"\nmock = { strategy = \"static\" }\n"
    #expect(try load(tool).warnings.map(\.message) == ["no resource has this URI"])
    #expect(try load(tool + resource).warnings.isEmpty)
    #expect(try load(tool + template).warnings.isEmpty)
  }
}
