import Glibc
import MetisConfig

extension Command {
  /// `metis plugin new`
  static var pluginNew: Command {
    Command(
      "plugin", "new", summary: "Write the beginning of a plugin: sources, build, README.",
      operands: [
        CommandSyntax.Operand(
          "NAME", "What configurations call it, and its folder: a-z, 0-9 and -, a letter first.")
      ],
      options: [
        CommandSyntax.Option(
          "--language", value: "LANGUAGE", kind: .choice(["c", "cpp", "rust", "swift"]),
          "c, cpp, rust or swift."),
        CommandSyntax.Option(
          "--kind", value: "KIND", kind: .choice(["strategy"]),
          "What it is: strategy (the default)."),
        CommandSyntax.Option(
          "--id", value: "ID", "Its reverse-DNS id; org.example.NAME without it."),
        CommandSyntax.Option(
          "--output", value: "FOLDER", kind: .directory,
          "The folder to make; NAME in this folder without it."),
        CommandSyntax.Option(
          "--sdk", value: "FOLDER", kind: .directory,
          "Metis' sources, or a folder with include/metis; searched near this tool without it."),
      ]
    ) { parsed throws(ToolError) in
      let name = parsed.operands[0]
      guard Skeleton.isName(name) else {
        throw .usage("\"\(name)\" is no name; expected up to 64 of a-z, 0-9 and -, a letter first")
      }
      let id = parsed.value("--id") ?? "org.example.\(name)"
      guard Skeleton.isID(id) else {
        throw .usage(
          "\"\(id)\" is no id; expected reverse DNS in [a-z0-9.-], as org.example.\(name)")
      }
      guard let language = parsed.value("--language") else { throw .usage("--language is missing") }
      guard let language = Skeleton.Language(rawValue: language) else {
        throw .usage("\"\(language)\" is no language; expected c, cpp, rust or swift")
      }
      let sdk = try SDKLocation.find(parsed.value("--sdk"), needsSources: language == .swift)
      let skeleton = Skeleton(name: name, id: id, language: language, sdk: sdk)
      let folder = parsed.value("--output") ?? name
      guard !Files.exists(folder) else {
        throw ToolError(.failure, "\(folder) is there already; remove it or use --output")
      }
      try skeleton.write(to: folder)
      Terminal.print(
        """
        \(folder): a strategy "\(name)" in \(language.title)
        Next: cd \(folder) && make && metis plugin check \(skeleton.library)
        """)
      return .success
    }
  }
}

/// Where the headers and sources are that a plugin is built with.
struct SDKLocation {
  /// The folder above `metis/metis.h`.
  var include: String

  /// The folder with Metis' Package.swift; nil where only headers were found.
  var sources: String?

  /// Looks at `given`, else around the tool: in a build folder of the sources, or in a prefix with
  /// `bin` and `include`.
  static func find(_ given: String?, needsSources: Bool) throws(ToolError) -> SDKLocation {
    var candidates: [String] = []
    if let given {
      candidates = [try Files.absolute(given)]
    } else if let tool = try? Files.absolute("/proc/self/exe") {
      var folder = tool[...]
      while let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
        folder = folder[..<slash]
        candidates.append(String(folder))
      }
    }
    for candidate in candidates {
      let package = "\(candidate)/Sources/MetisPluginAPI/include"
      if Files.exists("\(package)/metis/metis.h") {
        return SDKLocation(include: package, sources: candidate)
      }
      for include in ["\(candidate)/include", candidate]
      where Files.exists("\(include)/metis/metis.h") && !needsSources {
        return SDKLocation(include: include, sources: nil)
      }
    }
    throw ToolError(
      .failure,
      (given.map { "\($0) holds" } ?? "near this tool there are")
        + (needsSources
          ? " no sources of Metis (Package.swift, Sources/MetisKit), which Swift plugins need"
          : " no headers of Metis (include/metis/metis.h)") + "; name their folder by --sdk")
  }
}
