import JSON

extension Command {
  /// `metis plugin list`
  static var pluginList: Command {
    Command(
      "plugin", "list", summary: "List the plugins of a running host.",
      options: HostAccess.options
    ) { parsed throws(ToolError) in
      let answer = try HostAccess.ask(parsed, "GET", "/admin/plugins")
      if parsed.has("--json") {
        Terminal.print(json: answer)
        return .success
      }
      var table = TextTable(["PLUGIN", "VERSION", "STATE", "GENERATION", "CALLS", "PROVIDES"])
      let plugins = answer["plugins"]?.array ?? []
      for plugin in plugins {
        table.add([
          plugin["id"]?.string ?? "-",
          plugin["version"]?.string ?? "-", plugin["state"]?.string ?? "-",
          plugin["generation"]?.int.map { "\($0)" } ?? "-",
          plugin["calls"]?.int.map { "\($0)" } ?? "-",
          (plugin["provides"]?.array ?? []).compactMap(\.string).joined(separator: ", "),
        ])
      }
      table.print(stateColumn: 2)
      for plugin in plugins {
        guard let failure = plugin["failure"]?.string else { continue }
        Terminal.print("\n\(Terminal.safe(failure))")
      }
      return .success
    }
  }
}
