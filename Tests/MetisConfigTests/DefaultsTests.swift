import JSON
import Testing

@testable import MetisConfig

/// `[defaults]`, `[defaults.<kind>]`, `[groups.<name>]`: the nearest counts.
@Suite struct DefaultsTests {
  private static let defaults = """
    [defaults]
    timeout_ms = 1000
    mime_type = "text/plain"
    task_support = "optional"
    behavior = { latency_ms = 1, error_rate = 0.1, latency_variance = 0.5 }
    annotations = { read_only_hint = true, priority = 0.1, audience = ["user"] }
    [defaults.tools]
    timeout_ms = 2000
    validation = { input = false }
    behavior = { latency_ms = 2 }
    [defaults.resources]
    ttl_ms = 5
    cache_scope = "public"
    group = "slow"
    [defaults.prompts]
    icons = [{ src = "a:b" }]
    [groups.slow]
    timeout_ms = 3000
    behavior = { latency_ms = "range:5-6" }
    [groups.fast]
    behavior = { latency_ms = 0 }

    """

  private func loaded(_ text: String) throws -> Configuration { try load(Self.defaults + text) }

  @Test func theNearestCounts() throws {
    let configuration = try loaded(
      """
      [[tools]]
      name = "plain"
      mock = { strategy = "s" }
      [[tools]]
      name = "slow"
      group = "slow"
      mock = { strategy = "s" }
      [[tools]]
      name = "own"
      group = "slow"
      timeout_ms = 4000
      task_support = "required"
      validation = { output = "off" }
      behavior = { latency_ms = 9 }
      annotations = { readOnlyHint = false }
      mock = { strategy = "s" }
      [[tools]]
      name = "mock"
      mock = { strategy = "s", timeout_ms = 5000, behavior = { success_rate = 0.75 } }
      """)
    let tools = configuration.tools
    #expect(tools.map(\.mock.timeout) == [.seconds(2), .seconds(3), .seconds(4), .seconds(5)])
    #expect(
      tools.map(\.behavior?.latency) == [.fixed(2), .uniform(5...6), .fixed(9), .fixed(2)])
    #expect(tools.map(\.behavior?.errorRate) == [0.1, 0.1, 0.1, 0.25])
    #expect(tools.map(\.behavior?.latencyVariance) == [0.5, 0.5, 0.5, 0.5])
    #expect(tools.map(\.taskSupport) == [.optional, .optional, .required, .optional])
    #expect(tools.map(\.validation.input) == [false, false, false, false])
    #expect(tools.map(\.validation.output) == [.error, .error, .off, .error])
    #expect(tools[0].annotations?.description == #"{"readOnlyHint":true}"#)
    #expect(tools[2].annotations?.description == #"{"readOnlyHint":false}"#)
    #expect(tools.map(\.group) == [nil, "slow", "slow", nil])
    #expect(configuration.warnings.map(\.keyPath) == ["defaults.behavior"])
  }

  @Test func eachKindTakesWhatItHas() throws {
    let configuration = try loaded(
      """
      [[resources]]
      uri = "a:b"
      mock = { strategy = "s" }
      [[resources]]
      uri = "a:c"
      group = "fast"
      mime_type = "text/html"
      annotations = { audience = ["assistant"] }
      mock = { strategy = "s" }
      [[resource_templates]]
      uri_template = "a:{x}"
      mock = { strategy = "s" }
      [[prompts]]
      name = "p"
      mock = { strategy = "s" }
      """)
    let resources = configuration.resources
    #expect(resources.map(\.mimeType) == ["text/plain", "text/html", "text/plain"])
    #expect(resources.map(\.ttlMs) == [5, 5, 5])
    #expect(resources.map(\.cacheScope) == [.public, .public, .public])
    #expect(resources.map(\.group) == ["slow", "fast", "slow"])
    #expect(resources.map(\.mock.timeout) == [.seconds(3), .seconds(1), .seconds(3)])
    #expect(
      resources.map(\.behavior?.latency) == [.uniform(5...6), .fixed(0), .uniform(5...6)])
    #expect(resources[0].annotations?["priority"] == 0.1)
    #expect(resources[0].annotations?["audience"] == ["user"])
    #expect(resources[1].annotations?["audience"] == ["assistant"])
    #expect(configuration.prompts[0].icons?.description == #"[{"src":"a:b"}]"#)
    #expect(configuration.prompts[0].mock.timeout == .seconds(1))
  }

  @Test func definitionsKeepThePlaceOfWhatTheyTake() throws {
    let root = try ConfigSource.parse(
      Array((Self.defaults + smallestTool).utf8), as: "toml", file: "f.toml")
    let report = ConfigReport()
    let defaults = DefinitionDefaults(root, report: report)
    let tool = try #require(root["tools"]?.array?.first)
    let whole = defaults.apply(to: tool, .tool, path: "tools[0]")
    #expect(report.isGood)
    #expect(whole["timeout_ms"]?.place.line == 8)
    #expect(whole["task_support"]?.place.line == 4)
    #expect(whole["behavior"]?["latency_ms"]?.place.line == 10)
    #expect(whole["behavior"]?["error_rate"]?.place.line == 5)
    #expect(whole["mime_type"] == nil)
    #expect(whole["annotations"]?["audience"] == nil)
    #expect(whole["name"]?.string == "a")
  }

  @Test func layersAreNamedFromTheFarthest() throws {
    let root = try ConfigSource.parse(Array(Self.defaults.utf8), as: "toml", file: "f.toml")
    let names = { (kind: DefinitionDefaults.Kind, group: String?) in
      DefinitionDefaults.layers(for: kind, group: group, root: root).map(\.name)
    }
    #expect(names(.tool, nil) == ["defaults", "defaults.tools"])
    #expect(names(.tool, "slow") == ["defaults", "defaults.tools", "groups.slow"])
    #expect(names(.resource, nil) == ["defaults", "defaults.resources", "groups.slow"])
    #expect(names(.resource, "fast") == ["defaults", "defaults.resources", "groups.fast"])
    #expect(names(.prompt, "none") == ["defaults", "defaults.prompts"])
    let layers = DefinitionDefaults.layers(for: .prompt, group: nil, root: root)
    #expect(layers[0].value.table?.map(\.key) == ["timeout_ms", "behavior"])
    let empty = try ConfigSource.parse([], as: "toml", file: "f.toml")
    #expect(DefinitionDefaults.layers(for: .tool, group: nil, root: empty).isEmpty)
  }

  @Test func mistakesOfDefaultsAreToldOnceWhereTheyStand() throws {
    let tools =
      "[[tools]]\nname = \"a\"\nmock = { strategy = \"s\" }\n"
      + "[[tools]]\nname = \"b\"\nmock = { strategy = \"s\" }\n"
    #expect(
      try errors("[defaults.behavior]\nlatency_ms = \"rnage:1-2\"\nerror_rate = 1.5\n" + tools)
        .map { String($0.prefix { $0 != "(" }) } == [
          "metis.toml:2:14: error: defaults.behavior.latency_ms: found \"rnage:1-2\", expected a "
            + "number of milliseconds, \"range:a-b\", \"normal:mean,deviation\", "
            + "\"lognormal:mean,deviation\" or a table of percentiles ",
          "metis.toml:3:14: error: defaults.behavior.error_rate: found 1.5, expected a number from "
            + "0 to 1",
        ])
    #expect(
      try errors("[defaults.tools]\nmime_type = \"a/b\"\n").first?.contains(
        "defaults.tools.mime_type: unknown key") == true)
    #expect(
      try errors("[defaults.prompts]\ntimeout_ms = 0\n" + tools) == [
        "metis.toml:2:14: error: defaults.prompts.timeout_ms: found 0, expected an integer from 1 "
          + "to 86400000"
      ])
  }

  @Test func groupsThatAreMissing() throws {
    let tool = "[[tools]]\nname = \"a\"\nmock = { strategy = \"s\" }\ngroup = \"slwo\"\n"
    #expect(
      try errors("[groups.slow]\n[groups.fast]\n" + tool) == [
        "metis.toml:6:9: error: tools[0].group: unknown group (did you mean \"slow\"?)"
      ])
    #expect(
      try errors(tool) == [
        "metis.toml:4:9: error: tools[0].group: unknown group "
          + "(known here: there is no table [groups.<name>])"
      ])
    #expect(
      try errors("[defaults.tools]\ngroup = \"zzz\"\n[groups.slow]\n" + smallestTool).first?
        .contains("defaults.tools.group: unknown group (known here: slow)") == true)
  }

  @Test func definitionFilesHaveDefaultsAndABehaviorAtTheirTop() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml", "tools_dir = \"tools\"\n[defaults]\nbehavior = { error_rate = 0.5 }\n")
    _ = try folder.write(
      "tools/a.toml",
      "name = \"a\"\n[mock]\nstrategy = \"s\"\nfallback = { strategy = \"t\" }\n"
        + "script_language = \"lua\"\n[behavior]\nexecution_time_ms = \"range:1-2\"\n")
    let tool = try #require(try Configuration.load([main]).tools.first)
    #expect(tool.behavior?.errorRate == 0.5)
    #expect(tool.behavior?.executionTime == .uniform(1...2))
    #expect(tool.mock.section["fallback"]?["strategy"] == "t")
    #expect(tool.mock.section["script_language"] == "lua")
  }
}
