import MetisConfig
import Testing

@testable import MetisHost

@Suite struct HostCommandLineTests {
  private func run(
    _ words: String..., variable: (String) -> String? = { _ in nil }
  ) -> HostOptions? {
    guard case .run(let options) = HostCommandLine.parse(words, variable: variable) else {
      return nil
    }
    return options
  }

  private func failure(_ words: [String]) -> String? {
    guard case .failure(let message) = HostCommandLine.parse(words) else { return nil }
    return message
  }

  @Test func lettersAndNamesSayTheSame() throws {
    let short = try #require(
      run("-c", "a", "-cb", "-H", "::1", "-p0", "-t", "stdio", "-l", "warn", "-d"))
    let long = try #require(
      run(
        "--config=a", "--config", "b", "--host", "::1", "--port", "0", "--transport=stdio",
        "--log-level", "warn", "--dev"))
    for options in [short, long] {
      #expect(options.configurations == ["a", "b"])
      #expect(options.host == "::1")
      #expect(options.port == 0)
      #expect(options.transport == "stdio")
      #expect(options.logLevel == .warn)
      #expect(options.isDevelopment)
    }
    #expect(short.settings == long.settings)
  }

  @Test func optionsAreSettingsAfterSet() throws {
    let options = try #require(
      run("--port", "1", "--set", "server.port=2", "--threads", "3", "--host", "1", "--dev"))
    #expect(
      options.settings == [
        .init(key: "server.port", value: "2", origin: "--set server.port=2"),
        .init(key: "server.host", value: "\"1\"", origin: "--host 1"),
        .init(key: "server.port", value: "1", origin: "--port 1"),
        .init(key: "development.enabled", value: "true", origin: "--dev"),
        .init(key: "server.performance.loops", value: "3", origin: "--threads 3"),
      ])
  }

  @Test func textsOfSettingsAreQuoted() throws {
    let options = try #require(run("--host", "a\"\\\u{1}"))
    #expect(options.settings.first?.value == #""a\"\\\u0001""#)
  }

  @Test func environment() throws {
    let variables = ["METIS_CONFIG": "a.toml::b.toml", "METIS_ENV": "staging"]
    let options = try #require(run(variable: { variables[$0] }))
    #expect(options.configurations == ["a.toml", "b.toml"])
    #expect(options.environment == "staging")
    let named = try #require(run("-c", "c.toml", variable: { variables[$0] }))
    #expect(named.configurations == ["c.toml"])
    #expect(run(variable: { _ in "" })?.environment == nil)
  }

  @Test func admin() throws {
    #expect(run()?.isAdminExplicit == false)
    let none = try #require(run("--admin", "none"))
    #expect(none.admin == nil && none.isAdminExplicit)
    #expect(run("--admin", "unix:/tmp/a")?.admin == ListenAddress("unix:/tmp/a"))
  }

  @Test func validation() throws {
    guard case .validate(let options, asJSON: true) = HostCommandLine.parse(["-v", "--json"]) else {
      Issue.record("-v --json is no validation")
      return
    }
    #expect(options.configurations.isEmpty)
    #expect(failure(["--json"])?.hasPrefix("metis-host: --json stands with --validate") == true)
  }

  @Test(arguments: [
    (["--port", "65536"], "--port: found 65536, expected 0 to 65535"),
    (["--threads", "0"], "--threads: found 0, expected 1 to 64"),
    (["--seed", "-1"], "--seed: found -1, expected a whole number"),
    (["--drain-limit", "3601"], "--drain-limit: found 3601, expected 0 to 3600 seconds"),
    (["--admin", "nowhere"], "--admin: found nowhere, expected HOST:PORT, unix:PATH or none"),
    (["--set", "=1"], "--set: found =1, expected KEY=VALUE"),
    (["--signatures", "on"], "--signatures: found on, expected off, warn or require"),
    (
      ["--log-level", "wran"], "--log-level: found wran, expected trace, debug, info, warn or error"
    ),
  ])
  func mistakes(_ words: [String], _ message: String) {
    #expect(failure(words)?.hasPrefix("metis-host: \(message)") == true)
  }

  @Test func everyOptionIsExplained() {
    for option in HostOption.all {
      #expect(HostCommandLine.help.contains(option.syntax.name))
      #expect(option.syntax.help.hasSuffix("."))
    }
    guard case .print(let text) = HostCommandLine.parse(["-V"]) else {
      Issue.record("-V does not print")
      return
    }
    #expect(text == "metis-host \(HostCommandLine.version)")
  }
}
