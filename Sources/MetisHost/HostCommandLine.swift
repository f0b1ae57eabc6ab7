public import MetisConfig

/// The command line of `metis-host`, which is also that of `metis` without a command.
public enum HostCommandLine {
  /// What the command line asks for.
  public enum Outcome {
    case run(HostOptions)
    /// `--validate`: check everything, start nothing. `asJSON`: the findings as a JSON value.
    case validate(HostOptions, asJSON: Bool)
    /// Help or version: to standard output, exit code 0.
    case print(String)
    /// To standard error, exit code 2.
    case failure(String)
  }

  /// The version of the host.
  public static let version = "0.1.0"

  /// Options, environment and exit codes.
  public static let syntax = CommandSyntax(
    command: "metis-host", summary: "metis-host: serves mock MCP servers from plugins.",
    options: HostOption.all.map(\.syntax) + [validate, json, versionOption],
    notes: """
      Without --config and METIS_CONFIG it takes metis.toml, metis.yaml, metis.yml or metis.json of
      this folder, else the quickstart that it was installed with; without --plugins and
      [plugins] it takes plugins.d here, else the installed one. What the command line says counts
      more than any file.

      SIGTERM and SIGINT drain and end, SIGHUP reads the configuration again.
      """,
    variables: [
      .init("METIS_CONFIG", "Configuration files between colons, where no --config is given."),
      .init(
        "METIS_ENV",
        "The environment: NAME.<METIS_ENV>.toml beside each NAME.toml is laid over it."),
    ],
    exitCodes: [
      .init("0", "Ended in order, or the configuration is valid."),
      .init("2", "Usage or configuration."),
      .init("3", "No usable plugin or transport."), .init("4", "An address is in use."),
      .init("70", "A fault of the host."),
    ])

  private static let validate = CommandSyntax.Option(
    "--validate", short: "v",
    "Check the configuration and the sections of plugins, start nothing.")
  private static let json = CommandSyntax.Option(
    "--json", "With --validate: the findings as JSON.")
  private static let versionOption = CommandSyntax.Option(
    "--version", short: "V", "Print the version.")

  /// What `--help` shows.
  public static var help: String { syntax.help }

  /// Parses the arguments after the program's name; `variable` looks up the environment.
  public static func parse(
    _ arguments: [String], variable: (String) -> String? = { _ in nil }
  ) -> Outcome {
    let parsed: ParsedCommand
    do {
      parsed = try syntax.parse(arguments)
    } catch {
      return .failure(error.message)
    }
    if parsed.wantsHelp { return .print(help) }
    if parsed.has("--version") { return .print("metis-host \(version)") }
    let isValidating = parsed.has("--validate")
    guard isValidating || !parsed.has("--json") else {
      return .failure(syntax.error("--json stands with --validate").message)
    }
    do {
      let options = try options(parsed, variable: variable)
      return isValidating ? .validate(options, asJSON: parsed.has("--json")) : .run(options)
    } catch {
      return .failure(error.message)
    }
  }

  /// The options that `parsed` names, whichever command it is of; `variable` looks up the
  /// environment. Throws where a value is none.
  public static func options(
    _ parsed: ParsedCommand, variable: (String) -> String? = { _ in nil }
  ) throws(UsageError) -> HostOptions {
    var options = HostOptions()
    var settings: [ConfigInputs.Setting] = []
    for option in HostOption.all {
      let name = option.syntax.name
      for value in parsed.values(name) {
        if let problem = option.apply(value, &options) {
          throw syntax.error("\(name): \(problem)")
        }
        if let key = option.key { settings.append(setting(key, value, of: option)) }
      }
    }
    // An option of its own counts more than --set, wherever they stand.
    options.settings += settings
    if options.configurations.isEmpty, let files = variable("METIS_CONFIG") {
      options.configurations = files.split(separator: ":").map(String.init)
    }
    options.environment = variable("METIS_ENV").flatMap { $0.isEmpty ? nil : $0 }
    return options
  }

  /// What an option says, as a setting: so that it shows where a value comes from.
  private static func setting(
    _ key: String, _ value: String, of option: HostOption
  ) -> ConfigInputs.Setting {
    let name = option.syntax.name
    guard option.syntax.value != nil else {
      return ConfigInputs.Setting(key: key, value: "true", origin: name)
    }
    // A name such as `1` would be read as a number.
    let isNumber = Int(value) != nil && key != "server.host"
    return ConfigInputs.Setting(
      key: key, value: isNumber ? value : quoted(value), origin: "\(name) \(value)")
  }

  /// A basic string of TOML.
  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
