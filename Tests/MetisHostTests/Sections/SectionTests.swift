import Foundation
import JSON
import MetisConfig
import Testing

@testable import MetisHost

@Suite struct SectionTests {
  @Test func everySectionIsCheckedInOneGo() throws {
    let it = try SectionCase()
    let errors = try it.errors(
      """
      [server.transport.http]
      max_body_bytes = "big"
      header_timout_ms = 5

      [[tools]]
      name = "a"
      [tools.mock]
      strategy = "static"
      [tools.mock.static]
      txet = "hello"

      [[tools]]
      name = "b"
      [tools.mock]
      strategy = "random"
      type = "boolean"
      probability = 2
      """)
    #expect(
      errors == [
        "metis.toml:2:1: error: server.transport.http.max_body_bytes: found \"big\", expected an "
          + "integer",
        "metis.toml:3:1: error: server.transport.http.header_timout_ms: unknown key (did you mean "
          + "\"header_timeout_ms\"?)",
        "metis.toml:10:1: error: tools[0].mock.static.txet: unknown key (did you mean \"text\"?)",
        "metis.toml:17:1: error: tools[1].mock.probability: found 2, expected at most 1",
      ])
  }

  @Test func whatTheSchemaCannotSayIsLocatedAsWell() throws {
    let it = try SectionCase(built: ["RandomStrategy", "HTTPTransport", "InteractionStrategy"])
    let errors = try it.errors(
      "[server.transport.http]\nstream_low_watermark = 40000\n"
        + SectionCase.tool("random", "type = \"integer\"\nmin = 5\nmax = 1")
        + SectionCase.tool(
          "interaction", "steps = [\n  { text = \"{{ 1 + }}\" },\n]", name: "u"))
    #expect(errors.count == 3)
    #expect(
      errors[0].hasPrefix("metis.toml:2:1: error: server.transport.http.stream_low_watermark: "))
    #expect(errors[1].hasPrefix("metis.toml:8:1: error: tools[0].mock.min: dev.metis"))
    #expect(errors[2].hasPrefix("metis.toml:15:5: error: tools[1].mock.steps[0].text: dev.metis"))
  }

  @Test func aMissingStrategyIsAWarningWithItsPlace() throws {
    let it = try SectionCase()
    let warnings = try it.warnings(SectionCase.tool("llm", "model = \"x\""))
    #expect(
      warnings == [
        "metis.toml:4:12: warning: tools[0].mock.strategy: the strategy \"llm\" is not installed; "
          + "calls of the tool t fail (installed: random, sectioned, static)"
      ])
    #expect(
      try it.warnings(SectionCase.tool("statick", "")).first?.contains("did you mean \"static\"?")
        == true)
  }

  @Test func aFaultySchemaIsThePluginsFault() throws {
    let it = try SectionCase(faulty: ["unschooled"])
    let validation = try it.validate(
      SectionCase.tool("unschooled", "a = 1") + SectionCase.tool("unschooled", "", name: "u"))
    #expect(validation.errors == [])
    #expect(validation.warnings.count == 1)
    let warning = try #require(validation.warnings.first)
    #expect(warning.file.hasSuffix("/plugins.d/unschooled.toml"))
    #expect(
      warning.message.hasPrefix(
        "the schema that org.metis.test.unschooled gives for its strategy's sections is faulty"))
  }

  @Test func aTransportThatNobodyProvidesIsAnError() throws {
    let it = try SectionCase(built: ["StaticStrategy"])
    #expect(
      try it.errors("[server.transport]\ntype = \"http\"\n") == [
        "metis.toml:1:1: error: server.transport.type: no active plugin provides the transport "
          + "\"http\" (no plugin provides a transport; look at --plugins or [plugins])"
      ])
  }

  // MARK: Manifests

  @Test func theManifestsTableIsChecked() throws {
    let it = try SectionCase(manifest: "[config]\nlevel = 0\nlevle = 1\n")
    let validation = try it.validate("")
    let failure = try #require(validation.pluginFailures.first)
    #expect(
      failure.message == "3:1: config.level: found 0, expected at least 1; 4:1: config.levle: "
        + "unknown key (did you mean \"data\"?)"
        || failure.message == "3:1: config.level: found 0, expected at least 1; 4:1: config.levle: "
          + "unknown key (known here: level, data)"
    )
    #expect(failure.plugin == "org.metis.test.sectioned")
    #expect(validation.isValid)
  }

  @Test func filesOfAManifestStandAgainstItsFolder() throws {
    let it = try SectionCase(manifest: "[config]\ndata = \"data.txt\"\n")
    #expect(try it.validate("").pluginFailures.count == 1)
    try it.folder.write("plugins.d/data.txt", "x")
    #expect(try it.validate("").pluginFailures == [])
  }

  // MARK: Annotations

  @Test func filesThatAreNamedHaveToExist() throws {
    let it = try SectionCase()
    try it.folder.write("answer.json", "{}")
    let section = "file = \"anwser.json\"\nfolder = \"answer.json\"\nfiles = \"*.csv\""
    let found = try it.errors(SectionCase.tool("sectioned", section))
    #expect(
      found == [
        "metis.toml:5:1: error: tools[0].mock.file: found no file \"anwser.json\": No such file or "
          + "directory (did you mean \"answer.json\"?)",
        "metis.toml:6:1: error: tools[0].mock.folder: found the file \"answer.json\", expected a "
          + "folder",
        "metis.toml:7:1: error: tools[0].mock.files: found no file that matches \"*.csv\", "
          + "expected at least one (looked in .)",
      ])
    try it.folder.write("a.csv", "x")
    #expect(
      try it.errors(
        SectionCase.tool(
          "sectioned", "file = \"./answer.json\"\nfolder = \".\"\nfiles = \"*.csv\"")) == [])
  }

  @Test func strategiesInStrategiesAreChecked() throws {
    let it = try SectionCase()
    let section = """
      first = { strategy = "static", txt = "a" }
      [[tools.mock.then]]
      strategy = "random"
      [tools.mock.then.random]
      type = "boolean"
      probability = 3
      [[tools.mock.then]]
      strategy = "sectioned"
      first = { strategy = "sectioned", prot = 1 }
      """
    let found = try it.errors(SectionCase.tool("sectioned", section))
    #expect(
      found == [
        "metis.toml:5:32: error: tools[0].mock.first.txt: unknown key (did you mean \"text\"?)",
        "metis.toml:10:1: error: tools[0].mock.then[0].random.probability: found 3, expected at most 1",
        "metis.toml:13:35: error: tools[0].mock.then[1].first.prot: unknown key (did you mean "
          + "\"port\"?)",
      ])
    #expect(
      try it.warnings(SectionCase.tool("sectioned", "first = { strategy = \"llm\" }")) == [
        "metis.toml:5:11: warning: tools[0].mock.first.strategy: the strategy \"llm\" is not "
          + "installed (installed: random, sectioned, static)"
      ])
  }

  @Test func aSecretInTheClearIsWarnedOfAndNotQuoted() throws {
    let it = try SectionCase()
    let warnings = try it.warnings(SectionCase.tool("sectioned", "key = \"hunter22\""))
    #expect(
      warnings == [
        "metis.toml:5:1: warning: tools[0].mock.key: a secret stands in the clear (write ${NAME} "
          + "and set that variable of the environment)"
      ])
    #expect(try it.warnings(SectionCase.tool("sectioned", "key = \"${HOME}\"")) == [])
    let errors = try it.errors(SectionCase.tool("sectioned", "key = \"pwd\""))
    #expect(errors.count == 1)
    #expect(errors.allSatisfy { !$0.contains("pwd") })
  }

  // MARK: References

  @Test func filesAndSecretsAreCollected() throws {
    let it = try SectionCase()
    try it.folder.write("a.csv", "x")
    try it.folder.write("answer.txt", "x")
    let validation = try it.validate(
      SectionCase.tool(
        "sectioned",
        """
        file = "a.csv"
        files = "*.csv"
        key = "longer"
        [tools.mock.first]
        strategy = "static"
        content_file = "answer.txt"
        """))
    #expect(validation.errors == [])
    let configuration = try #require(validation.configuration)
    let contexts = BareContexts()
    let registry = try PluginRegistry(contexts: contexts)
    defer { registry.shutDown() }
    try registry.discover(it.folder.path + "/plugins.d")
    registry.loadAll()
    let files = SectionReferences.files(in: configuration, registry.active)
    let root = it.folder.path
    #expect(files == [root, root + "/a.csv", root + "/answer.txt"])
    #expect(
      SectionReferences.secrets(in: configuration, registry.active) == ["tools[0].mock.key"])
  }

  // MARK: The host

  @Test func aReloadWithAFaultKeepsTheOldAndPluginsReceiveNumbers() throws {
    setenv("METIS_TEST_SECTION_PORT", "8080", 1)
    let host = try TestHost(
      plugins: ["puppet", "sectioned"],
      tools: [
        TestHost.Tool(name: "s", strategy: "sectioned")
      ])
    defer { host.stop() }
    let refused = try host.reload(
      tools: [TestHost.Tool(name: "s", strategy: "sectioned\"\nport = \"x")])
    guard case .failure(let error) = refused else {
      Issue.record("the reload was taken")
      return
    }
    #expect(error.message.contains("tools[1].mock.port: found \"x\", expected an integer"))
    #expect(host.call("s").result["structuredContent"] == [:])
    _ = try host.reload(
      tools: [
        TestHost.Tool(
          name: "s", strategy: "sectioned\"\nport = \"${METIS_TEST_SECTION_PORT}\"\nname = \"n")
      ]
    ).get()
    #expect(host.call("s").result["structuredContent"] == ["port": 8080, "name": "n"])
  }
}
