import JSON
import MetisConfig
import MetisHost

extension Command {
  /// `metis config explain`
  static var configExplain: Command {
    Command(
      "config", "explain",
      summary: "Tell what a key means and which layer its value comes from, secrets masked.",
      operands: [
        CommandSyntax.Operand(
          "KEY", "Its path: server.port, tools.hello.mock.strategy, logging."),
        configFiles,
      ],
      options: ConfigAccess.settingOptions + [HostAccess.json],
      notes: """
        Every layer that speaks of the key has a line, the one that counts first: options and --set,
        overlays of METIS_ENV, files, groups and defaults of definitions, what holds where nothing is
        said.
        """,
      variables: ConfigAccess.variables
    ) { parsed throws(ToolError) in
      let options = try ConfigAccess.options(parsed, files: Array(parsed.operands.dropFirst()))
      let inputs = ConfigInputs(
        options.configurations, environment: options.environment, settings: options.settings)
      let explanation: ConfigExplanation
      do throws(ConfigErrors) {
        explanation = try ConfigExplanation.explain(
          key: parsed.operands[0], inputs: inputs,
          isSecret: { SecretRules.isSecret(path: $0, in: .root) })
      } catch {
        throw .configuration(error)
      }
      if parsed.has("--json") {
        Terminal.print(json: explanation.json)
      } else {
        Terminal.print(explanation.text)
      }
      return .success
    }
  }
}
