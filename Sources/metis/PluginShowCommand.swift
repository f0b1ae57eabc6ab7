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
      let requirements = plugin["requires"]?.array?.map {
        "\($0["id"]?.string ?? "") \($0["range"]?.string ?? "")"
      }
      let rows: [(String, String?)] = [
        ("Id", plugin["id"]?.string), ("Name", plugin["name"]?.string),
        ("Version", plugin["version"]?.string), ("State", plugin["state"]?.string),
        ("Failure", plugin["failure"]?.string), ("Vendor", plugin["vendor"]?.string),
        ("License", plugin["license"]?.string), ("Manifest", plugin["file"]?.string),
        ("Provides", list(plugin["provides"])), ("Extensions", list(plugin["extensions"])),
        ("Requires", requirements?.joined(separator: ", ")), ("Needs", list(plugin["needs"])),
        ("Grants", list(plugin["grants"])), ("Calls", plugin["calls"]?.int.map { "\($0)" }),
        ("Rollback to", plugin["previous"]?.int.map { "generation \($0)" }),
      ]
      let shown = rows.compactMap { name, value in
        value.flatMap { $0.isEmpty ? nil : (name, Terminal.safe($0)) }
      }
      Terminal.print(CommandSyntax.columns(shown))
      var table = TextTable(["GENERATION", "VERSION", "STATE", "CALLS", "SIGNATURE", "SHA-256"])
      for generation in plugin["generations"]?.array ?? [] {
        table.add([
          generation["generation"]?.int.map { "\($0)" } ?? "-",
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
