import JSON
import MetisConfig
import MetisHost

extension Command {
  /// `metis config diff`
  static var configDiff: Command {
    Command(
      "config", "diff", summary: "Show what differs between two configurations, by meaning.",
      operands: [
        CommandSyntax.Operand(
          "OLD", kind: .file, isOptional: true,
          "A file; or of a running host: a number of metis config history, or disk."),
        CommandSyntax.Operand(
          "NEW", kind: .file, isOptional: true, "The same; what is in force without it."),
      ],
      options: [CommandSyntax.Option("--exit-code", "End with 1 where something differs.")]
        + HostAccess.options,
      notes: """
        Without OLD: what the configuration in force changed, compared with the one before it. Disk:
        the files as they are now. Secrets are masked, but a change of one is shown.
        """,
      variables: ConfigAccess.variables
    ) { parsed throws(ToolError) in
      let sides = parsed.operands
      let ofHost = sides.filter { $0 == "disk" || Int($0) != nil }
      guard ofHost.count == sides.count || ofHost.isEmpty else {
        throw .usage("\(sides[0]) and \(sides[1]): expected two files, or two numbers of a host")
      }
      guard ofHost.isEmpty, !sides.isEmpty else { return try hostDifference(parsed) }
      guard sides.count == 2 else { throw .usage("NEW is missing: the file to compare with") }
      let (old, new) = (try effective(sides[0]), try effective(sides[1]))
      let changes = ConfigDifference.between(old: old, new: new, declarations: .root)
      if parsed.has("--json") {
        Terminal.print(json: ConfigDifference.json(changes))
      } else if !changes.isEmpty {
        Terminal.print(ConfigDifference.text(changes))
      }
      return changes.isEmpty || !parsed.has("--exit-code") ? .success : .failure
    }
  }

  private static func effective(_ file: String) throws(ToolError) -> ConfigValue {
    let inputs = ConfigInputs([file], environment: Files.variable("METIS_ENV"))
    do throws(ConfigErrors) {
      return try ConfigLoader(inputs).effective()
    } catch {
      throw .configuration(error)
    }
  }

  private static func hostDifference(_ parsed: ParsedCommand) throws(ToolError) -> ExitCode {
    var from = parsed.operands.first
    if from == nil { from = "\(try before(parsed))" }
    let to = parsed.operands.count > 1 ? "&to=\(parsed.operands[1])" : ""
    let answer = try HostAccess.ask(parsed, "GET", "/admin/config/diff?from=\(from ?? "")\(to)")
    let changes = answer["changes"]?.array ?? []
    if parsed.has("--json") {
      Terminal.print(json: answer)
    } else {
      for change in changes { Terminal.print(Terminal.safe(line(change))) }
    }
    return changes.isEmpty || !parsed.has("--exit-code") ? .success : .failure
  }

  /// `~ server.port = 3000 -> 3001`
  private static func line(_ change: JSONValue) -> String {
    let path = change["path"]?.string ?? ""
    let (old, new) = (short(change["old"]), short(change["new"]))
    return switch change["kind"]?.string {
    case "added": "+ \(path) = \(new)"
    case "removed": "- \(path) = \(old)"
    case "reordered": "~ \(path): another order: \(new)"
    default: old == new ? "~ \(path) = \(new), another value" : "~ \(path) = \(old) -> \(new)"
    }
  }

  private static func short(_ value: JSONValue?) -> String {
    let text = value.map { String(decoding: $0.jsonBytes(), as: UTF8.self) } ?? ""
    return text.count <= 160 ? text : text.prefix(159) + "…"
  }
}
