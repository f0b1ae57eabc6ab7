import JSON
import MetisConfig
import MetisHost

extension Command {
  /// `metis plugin swap`
  static var pluginSwap: Command {
    Command(
      "plugin", "swap", summary: "Replace a plugin of a running host without losing a request.",
      operands: [.plugin, CommandSyntax.Operand("LIBRARY", kind: .file, "The new library (.so).")],
      options: [
        CommandSyntax.Option(
          "--signature", value: "FILE", kind: .file,
          "Its minisign signature; LIBRARY.minisig without it."
        ),
        CommandSyntax.Option(
          "--sha256", value: "HEX", "The digest that the library must have."),
      ] + HostAccess.options,
      notes: "The host reads the files: it must see them under the same paths."
    ) { parsed throws(ToolError) in
      var body: JSONValue = ["path": .string(try Files.absolute(parsed.operands[1]))]
      if let signature = parsed.value("--signature") {
        body["signature"] = .string(try Files.absolute(signature))
      }
      body["sha256"] = parsed.value("--sha256").map(JSONValue.string)
      return try change(parsed, "swap", body)
    }
  }

  /// `metis plugin rollback`
  static var pluginRollback: Command {
    change("rollback", summary: "Return to the generation before the present one.")
  }

  /// `metis plugin enable`
  static var pluginEnable: Command { change("enable", summary: "Load a disabled plugin.") }

  /// `metis plugin disable`
  static var pluginDisable: Command {
    change("disable", summary: "Take a plugin out of service.")
  }

  private static func change(_ verb: String, summary: String) -> Command {
    Command(
      "plugin", verb, summary: summary, operands: [.plugin], options: HostAccess.options
    ) { parsed throws(ToolError) in
      try change(parsed, verb, nil)
    }
  }

  private static func change(
    _ parsed: ParsedCommand, _ verb: String, _ body: JSONValue?
  ) throws(ToolError) -> ExitCode {
    let plugin = parsed.operands[0]
    let path = AdminClient.path(of: plugin, "/\(verb)")
    let answer = try HostAccess.ask(parsed, "POST", path, body: body)
    if parsed.has("--json") {
      Terminal.print(json: answer)
      return .success
    }
    let id = answer["id"]?.string ?? plugin
    var line = "\(id): \(verb) done"
    if let number = answer["generation"]?.int, let version = answer["version"]?.string {
      line += ", generation \(number), version \(version)"
    }
    if let time = answer["microseconds"]?.double { line += ", \(time / 1000) ms" }
    Terminal.print(Terminal.safe(line))
    return .success
  }
}
