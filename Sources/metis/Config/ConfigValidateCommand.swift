import Glibc
import JSON
import MetisConfig
import MetisHost

extension Command {
  /// `metis config validate`
  static var configValidate: Command {
    Command(
      "config", "validate", summary: "Check a configuration, all of it, without starting anything.",
      operands: [
        CommandSyntax.Operand(
          "FILE", kind: .file, isOptional: true, isRepeatable: true,
          "Files of one configuration; later ones are laid over.")
      ],
      options: ConfigAccess.options + [
        CommandSyntax.Option("--strict", "Treat warnings as errors."),
        CommandSyntax.Option(
          "--no-plugins", "Load no plugins: what belongs to them is not checked."),
        CommandSyntax.Option("--json", "Print the findings as JSON."),
      ] + ConfigAccess.pluginOptions,
      notes: "What is found goes to standard error, with the place where it stands.",
      variables: ConfigAccess.variables
    ) { parsed throws(ToolError) in
      let options = try ConfigAccess.options(parsed, files: parsed.operands)
      let validation =
        parsed.has("--no-plugins") ? withoutPlugins(options) : Host.validate(options)
      let report = ValidationReport(validation, isStrict: parsed.has("--strict"))
      if parsed.has("--json") {
        Terminal.print(json: report.json)
      } else {
        let text = report.text(.of(descriptor: STDERR_FILENO))
        if !text.isEmpty { Terminal.printError(text) }
        if report.isValid { Terminal.print("valid: \(report.summary)") }
      }
      return report.isValid ? .success : .usage
    }
  }

  private static func withoutPlugins(_ options: HostOptions) -> HostValidation {
    var validation = HostValidation()
    let inputs = ConfigInputs(
      options.configurations, environment: options.environment, settings: options.settings)
    do throws(ConfigErrors) {
      let configuration = try ConfigLoader(inputs).load()
      validation.warnings = configuration.warnings
      validation.configuration = configuration
    } catch {
      validation.errors = error.errors
      validation.warnings = error.warnings
    }
    return validation
  }
}
