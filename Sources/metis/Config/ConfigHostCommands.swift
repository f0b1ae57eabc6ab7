import JSON
import MetisConfig
import MetisHost

extension Command {
  /// `metis config reload`
  static var configReload: Command {
    Command(
      "config", "reload", summary: "Let a running host read its configuration again.",
      options: HostAccess.options,
      notes: "All or nothing: a configuration with errors leaves the old one in place."
    ) { parsed throws(ToolError) in
      let answer = try HostAccess.ask(parsed, "POST", "/admin/config/reload")
      if parsed.has("--json") {
        Terminal.print(json: answer)
        return .success
      }
      showAttempt(answer, word: "reloaded")
      return .success
    }
  }

  /// `metis config history`
  static var configHistory: Command {
    Command(
      "config", "history", summary: "List the configurations that a running host keeps.",
      options: HostAccess.options
    ) { parsed throws(ToolError) in
      let answer = try HostAccess.ask(parsed, "GET", "/admin/config/history")
      if parsed.has("--json") {
        Terminal.print(json: answer)
        return .success
      }
      var table = TextTable(["NUMBER", "STATE", "TIME", "TOOLS", "RESOURCES", "PROMPTS", "ORIGIN"])
      for entry in answer["entries"]?.array ?? [] {
        let isFailed = entry["outcome"]?.string == "failed"
        let state = isFailed ? "failed" : entry["in_force"]?.bool == true ? "active" : "kept"
        let counts = ["tools", "resources", "prompts"].map { key in
          entry["counts"]?[key]?.int.map { "\($0)" } ?? "-"
        }
        table.add(
          [number(entry["number"]), state, entry["time"]?.string ?? "-"] + counts
            + [origin(entry["origin"])])
      }
      table.print(stateColumn: 1)
      return .success
    }
  }

  /// `metis config rollback`
  static var configRollback: Command {
    Command(
      "config", "rollback", summary: "Let a running host go back to a configuration that it keeps.",
      operands: [
        CommandSyntax.Operand(
          "NUMBER", isOptional: true,
          "That of metis config history; the one before that in force without it.")
      ],
      options: [
        CommandSyntax.Option(
          "--write", short: "w",
          "Write its files back as well; those there now are kept as a backup."
        )
      ] + HostAccess.options,
      notes: "Without --write the files stay as they are, and the next change of them counts."
    ) { parsed throws(ToolError) in
      let number: Int
      if let text = parsed.operands.first {
        guard let given = Int(text), given > 0 else {
          throw .usage("NUMBER: found \(text), expected a number of metis config history")
        }
        number = given
      } else {
        number = try before(parsed)
      }
      let answer = try HostAccess.ask(
        parsed, "POST", "/admin/config/rollback",
        body: ["to": JSONValue(number), "write": .bool(parsed.has("--write"))])
      if parsed.has("--json") {
        Terminal.print(json: answer)
        return .success
      }
      showAttempt(answer, word: "went back to configuration \(number)")
      for file in answer["written"]?.array ?? [] {
        Terminal.print("written: \(Terminal.safe(file.string ?? ""))")
      }
      return .success
    }
  }

  /// The number of the last configuration that was in force before the one that is.
  static func before(_ parsed: ParsedCommand) throws(ToolError) -> Int {
    let answer = try HostAccess.ask(parsed, "GET", "/admin/config/history")
    let present = answer["in_force"]?.int ?? 0
    let good = (answer["entries"]?.array ?? []).filter { $0["outcome"]?.string != "failed" }
    let numbers = good.compactMap { $0["number"]?.int }.filter { $0 < present }
    guard let last = numbers.max() else {
      throw ToolError(.failure, "the host keeps no configuration from before the one in force")
    }
    return Int(last)
  }

  /// What a reload or a rollback says for people: done, warnings, what needs a restart.
  private static func showAttempt(_ answer: JSONValue, word: String) {
    var line = word
    if answer["outcome"]?.string == "unchanged" { line = "nothing has changed" }
    if let number = answer["number"]?.int, answer["outcome"]?.string != "unchanged" {
      line += ": configuration \(number)"
    }
    if let time = answer["microseconds"]?.double { line += ", \(time / 1000) ms" }
    Terminal.print(line)
    for warning in answer["warnings"]?.array ?? [] {
      let place = [
        warning["file"]?.string, warning["line"]?.int.map { "\($0)" },
        warning["column"]?.int.map { "\($0)" },
      ].compactMap { $0 }.joined(separator: ":")
      let words = [
        place, "warning", warning["key"]?.string ?? "", warning["message"]?.string ?? "",
      ]
      Terminal.printError(Terminal.safe(words.filter { !$0.isEmpty }.joined(separator: ": ")))
    }
    let keys = (answer["needs_restart"]?.array ?? []).compactMap(\.string)
    if !keys.isEmpty {
      Terminal.print("takes effect with the next start: \(keys.joined(separator: ", "))")
    }
  }

  private static func number(_ value: JSONValue?) -> String { value?.int.map { "\($0)" } ?? "-" }

  private static func origin(_ value: JSONValue?) -> String {
    let kind = value?["kind"]?.string ?? value?.string ?? "-"
    let files = (value?["files"]?.array ?? []).compactMap(\.string)
    if !files.isEmpty { return "\(kind): \(files.joined(separator: ", "))" }
    return value?["to"]?.int.map { "\(kind) to \($0)" } ?? kind
  }
}
