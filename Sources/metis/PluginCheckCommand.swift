import Glibc
import JSON
import MetisConfig
import MetisHost

extension Command {
  /// `metis plugin check`
  static var pluginCheck: Command {
    Command(
      "plugin", "check", summary: "Check a plugin's library: what it declares, whether it loads.",
      operands: [CommandSyntax.Operand("FILE", kind: .file, "The library (.so).")],
      options: [
        CommandSyntax.Option("--no-load", "Read the file alone and run nothing of it."),
        HostAccess.json,
      ],
      notes: """
        The library is loaded in a process of its own, which may crash. There it has neither services
        of a host nor a configuration; where its init needs them, its extensions stay unknown.
        """
    ) { parsed throws(ToolError) in
      let file = parsed.operands[0]
      // How the child is told what it is; a variable, so that no option of people's does it.
      if Files.variable(PluginChild.variable) != nil { return PluginChild.inspect(file) }
      let inspection: PluginInspection
      do throws(PluginError) {
        inspection = try PluginInspection(path: file)
      } catch {
        throw ToolError(
          .failure, Terminal.safe(error.file == nil ? "\(file): \(error)" : "\(error)"))
      }
      let report =
        parsed.has("--no-load") ? inspection.json : try PluginChild.run(file)
      if parsed.has("--json") {
        Terminal.print(json: report)
      } else {
        show(report)
      }
      return .success
    }
  }

  private static func show(_ report: JSONValue) {
    let descriptor = report["descriptor"]
    let list = { (value: JSONValue?) in value?.array?.compactMap(\.string).joined(separator: ", ") }
    let requirements = descriptor?["requires"]?.array?.map {
      "\($0["id"]?.string ?? "") \($0["range"]?.string ?? "")"
    }
    let rows: [(String, String?)] = [
      ("File", report["file"]?.string), ("Id", descriptor?["id"]?.string),
      ("Name", descriptor?["name"]?.string), ("Version", descriptor?["version"]?.string),
      ("Vendor", descriptor?["vendor"]?.string), ("License", descriptor?["license"]?.string),
      ("Fingerprint", descriptor?["fingerprint"]?.string),
      ("Provides", list(descriptor?["provides"])), ("Needs", list(descriptor?["needs"])),
      ("Requires", requirements?.joined(separator: ", ")),
      ("Extensions", list(report["extensions"])), ("ABI", report["abi"]?.string),
      ("Unloadable", report["unloadable"]?.bool.map { $0 ? "yes" : "no" }),
      ("Libraries", list(report["needed"])), ("Size", report["bytes"]?.int.map { "\($0) bytes" }),
      ("SHA-256", report["sha256"]?.string), ("Init", report["init_failure"]?.string),
    ]
    let shown = rows.compactMap { name, value in
      value.flatMap { $0.isEmpty ? nil : (name, Terminal.safe($0)) }
    }
    Terminal.print(CommandSyntax.columns(shown), terminator: "")
  }
}
