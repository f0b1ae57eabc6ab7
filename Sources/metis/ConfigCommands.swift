import JSON
import MetisConfig

extension Command {
  /// `metis config validate`
  static var configValidate: Command {
    Command(
      "config", "validate", summary: "Check configuration files without starting anything.",
      operands: [
        CommandSyntax.Operand(
          "FILE", kind: .file, isRepeatable: true,
          "Files of one configuration; later ones are laid over."
        )
      ],
      options: [
        CommandSyntax.Option("--strict", "Treat warnings as errors."), HostAccess.json,
      ],
      notes: "The sections of strategies are checked by their plugins when a host starts."
    ) { parsed throws(ToolError) in
      var errors: [ConfigError] = []
      var warnings: [ConfigError] = []
      var summary = ""
      do throws(ConfigErrors) {
        let configuration = try Configuration.load(parsed.operands)
        warnings = configuration.warnings
        let count = configuration.tools.count
        summary = "\(count) tool\(count == 1 ? "" : "s"), transport \(configuration.transport.type)"
      } catch {
        errors = error.errors
        warnings = error.warnings
      }
      let isGood = errors.isEmpty && (warnings.isEmpty || !parsed.has("--strict"))
      if parsed.has("--json") {
        Terminal.print(json: [
          "valid": .bool(isGood), "errors": .array(errors.map(json)),
          "warnings": .array(warnings.map(json)),
        ])
      } else {
        for issue in errors + warnings { Terminal.printError(Terminal.safe(issue.description)) }
        if isGood { Terminal.print("valid: \(summary)") }
      }
      return isGood ? .success : .usage
    }
  }

  /// `metis config reload`
  static var configReload: Command {
    Command(
      "config", "reload", summary: "Let a running host read its configuration again.",
      options: HostAccess.options,
      notes: "All or nothing: a configuration with errors leaves the old one in place."
    ) { parsed throws(ToolError) in
      let answer = try HostAccess.ask(parsed, "POST", "/admin/reload")
      if parsed.has("--json") {
        Terminal.print(json: answer)
      } else {
        Terminal.print("reloaded")
      }
      return .success
    }
  }

  private static func json(_ issue: ConfigError) -> JSONValue {
    var object: JSONValue = [
      "file": .string(issue.file), "line": JSONValue(issue.line),
      "column": JSONValue(issue.column), "key": .string(issue.keyPath),
      "message": .string(issue.message),
    ]
    object["hint"] = issue.hint.map(JSONValue.string)
    return object
  }
}
