import JSON
import MetisConfig
import MetisHost

extension CommandSyntax.Operand {
  /// The plugin that a command is about.
  static var plugin: CommandSyntax.Operand {
    CommandSyntax.Operand("PLUGIN", "Its id, or the name of its manifest.")
  }
}

extension Command {
  /// `metis plugin show`
  static var pluginShow: Command {
    Command(
      "plugin", "show", summary: "Show one plugin of a running host with its generations.",
      operands: [.plugin], options: HostAccess.options
    ) { parsed throws(ToolError) in
      let plugin = try HostAccess.ask(parsed, "GET", AdminClient.path(of: parsed.operands[0]))
      if parsed.has("--json") {
        Terminal.print(json: plugin)
        return .success
      }
      let descriptor = plugin["descriptor"]
      let rows: [(String, String?)] = [
        ("Id", plugin["id"]?.string), ("Name", descriptor?["name"]?.string),
        ("Version", plugin["version"]?.string), ("State", plugin["state"]?.string),
        ("Failure", plugin["failure"]?.string), ("Vendor", descriptor?["vendor"]?.string),
        ("License", descriptor?["license"]?.string), ("Manifest", plugin["manifest"]?.string),
        ("Provides", list(plugin["provides"])), ("Extensions", list(plugin["extensions"])),
        ("Needs", list(descriptor?["needs"])), ("Grants", list(plugin["grants"])),
        ("Calls", plugin["calls"]?.int.map { "\($0)" }),
        ("Rollback to", plugin["rollback"]?.int.map { "generation \($0)" }),
      ]
      let shown = rows.compactMap { name, value in
        value.flatMap { $0.isEmpty ? nil : (name, Terminal.safe($0)) }
      }
      Terminal.print(CommandSyntax.columns(shown))
      var table = TextTable(["GENERATION", "VERSION", "STATE", "CALLS", "SIGNATURE", "SHA-256"])
      for generation in plugin["generations"]?.array ?? [] {
        table.add([
          generation["number"]?.int.map { "\($0)" } ?? "-",
          generation["version"]?.string ?? "-", generation["state"]?.string ?? "-",
          generation["calls"]?.int.map { "\($0)" } ?? "-",
          generation["signature"]?["state"]?.string ?? "-",
          String((generation["sha256"]?.string ?? "-").prefix(16)),
        ])
      }
      table.print(stateColumn: 2)
      return .success
    }
  }

  private static func list(_ value: JSONValue?) -> String? {
    value?.array?.compactMap(\.string).joined(separator: ", ")
  }
}
