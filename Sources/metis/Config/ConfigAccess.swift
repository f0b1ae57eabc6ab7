import Glibc
import MetisConfig
import MetisHost

/// How the `config` commands come to a configuration: one way for all of them, that of the host.
enum ConfigAccess {
  /// `--config` and `--set`, as the host has them.
  static let options = hostOptions(["--config", "--set"])

  /// The same, and every option that is a setting too: to ask what a host with them would do.
  static let settingOptions =
    options
    + hostOptions(["--host", "--port", "--transport", "--log-level", "--dev", "--threads"])

  /// What a check with plugins needs beside them.
  static let pluginOptions = hostOptions([
    "--plugins", "--library-path", "--transport", "--signatures", "--trusted-key",
  ])

  /// What of the environment counts.
  static let variables = HostCommandLine.syntax.variables

  private static func hostOptions(_ names: [String]) -> [CommandSyntax.Option] {
    HostCommandLine.syntax.options.filter { names.contains($0.name) }
  }

  /// The options of a host that would serve what `parsed` names: `files`, `--config`, METIS_CONFIG,
  /// else the configuration of this folder.
  static func options(
    _ parsed: ParsedCommand, files: [String] = []
  ) throws(ToolError) -> HostOptions {
    var options: HostOptions
    do throws(UsageError) {
      options = try HostCommandLine.options(parsed, variable: Files.variable)
    } catch {
      throw ToolError(.usage, error.message)
    }
    if !files.isEmpty { options.configurations = parsed.values("--config") + files }
    do throws(ConfigErrors) {
      if options.configurations.isEmpty, let found = try Installation.configuration(in: ".") {
        options.configurations = [found]
      }
      // The quickstart is for serving: who looks at a configuration means one of their own.
      guard !options.configurations.isEmpty else { throw ConfigErrors(errors: []) }
      try Installation.complete(&options)
      return options
    } catch {
      guard error.errors.isEmpty else { throw .configuration(error) }
      throw ToolError(
        .usage,
        "there is no configuration in this folder (metis.toml, .yaml, .yml or .json); name one by "
          + "--config, or make one by metis init")
    }
  }

  /// A loader of what `parsed` names.
  static func loader(
    _ parsed: ParsedCommand, files: [String] = []
  ) throws(ToolError) -> ConfigLoader {
    let options = try options(parsed, files: files)
    return ConfigLoader(
      ConfigInputs(
        options.configurations, environment: options.environment, settings: options.settings))
  }

  /// What is in force with `loader`, secrets masked.
  static func masked(_ loader: ConfigLoader) throws(ToolError) -> ConfigValue {
    do throws(ConfigErrors) {
      return ConfigMasking.masked(try loader.effective(), declarations: .root)
    } catch {
      throw .configuration(error)
    }
  }

  /// Reads one file as it stands.
  static func read(_ file: String) throws(ToolError) -> ConfigValue {
    do throws(ConfigErrors) {
      return try ConfigSource.read(file)
    } catch {
      throw .configuration(error)
    }
  }

  /// `value` as text.
  static func text(
    of value: ConfigValue, as format: ConfigFormat
  ) throws(ToolError) -> String {
    do throws(ConfigErrors) {
      return try ConfigWriter.text(of: value, as: format)
    } catch {
      throw .configuration(error)
    }
  }

  /// The names of the formats.
  static let formats = ConfigFormat.allCases.map(\.rawValue)
}

extension ToolError {
  /// A configuration has errors: what is shown are they, with excerpts.
  static func configuration(_ errors: ConfigErrors) -> ToolError {
    var error = ToolError(
      .usage,
      ConfigDiagnostic.render(
        errors.errors, source: ValidationReport.source, style: .of(descriptor: STDERR_FILENO),
        declarations: .root))
    error.isWhole = true
    return error
  }
}
