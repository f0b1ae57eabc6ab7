import JSON
import MetisConfig
import MetisHost

extension Command {
  /// `metis config show`
  static var configShow: Command {
    Command(
      "config", "show",
      summary: "Print the configuration that is in force, all layers together, secrets masked.",
      operands: [configFiles],
      options: ConfigAccess.settingOptions + [
        CommandSyntax.Option(
          "--format", short: "f", value: "FORMAT", kind: .choice(ConfigAccess.formats),
          "toml (the default), yaml or json."),
        CommandSyntax.Option(
          "--section", short: "s", value: "KEY", "Only this key: server.transport, tools."),
      ],
      variables: ConfigAccess.variables
    ) { parsed throws(ToolError) in
      let loader = try ConfigAccess.loader(parsed, files: parsed.operands)
      var value = try ConfigAccess.masked(loader)
      if let section = parsed.value("--section") { value = try self.section(section, of: value) }
      let format = parsed.value("--format").flatMap(ConfigFormat.init(rawValue:)) ?? .toml
      Terminal.print(try ConfigAccess.text(of: value, as: format), terminator: "")
      return .success
    }
  }

  /// The key `path` of `root` alone, below the tables that lead to it.
  private static func section(
    _ path: String, of root: ConfigValue
  ) throws(ToolError) -> ConfigValue {
    let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    var value = root
    for (index, key) in keys.enumerated() {
      guard let next = value[key] else {
        let above = keys[..<index].joined(separator: ".")
        let near = nearest(to: key, among: value.table?.map(\.key) ?? [])
        throw ToolError(
          .usage,
          "the configuration has no \(path)"
            + (near.map { "; did you mean \(above.isEmpty ? "" : above + ".")\($0)?" } ?? ""))
      }
      value = next
    }
    for key in keys.reversed() {
      value = ConfigValue(
        .table([ConfigEntry(key: key, at: value.place, value: value)]), at: value.place,
        isInline: false)
    }
    return value
  }

  /// Files of one configuration.
  static let configFiles = CommandSyntax.Operand(
    "FILE", kind: .file, isOptional: true, isRepeatable: true,
    "Files of one configuration; later ones are laid over.")

  /// `metis config schema`
  static var configSchema: Command {
    Command(
      "config", "schema", summary: "Print the JSON Schema of configurations, for editors.",
      options: [
        CommandSyntax.Option(
          "--definition", "That of a file in a folder of definitions (tools_dir)."),
        outputOption,
      ],
      notes: """
        TOML: the comment `#:schema ./metis.schema.json` at the top of the file (taplo).
        YAML: the comment `# yaml-language-server: $schema=./metis.schema.json`.
        JSON: the key "$schema".
        """
    ) { parsed throws(ToolError) in
      let schema =
        parsed.has("--definition")
        ? ConfigSchema.definitionDocument(of: .root) : ConfigSchema.document(of: .root)
      let text = String(decoding: schema.jsonBytes(pretty: true), as: UTF8.self) + "\n"
      try output(text, parsed)
      return .success
    }
  }

  /// `metis config docs`
  static var configDocs: Command {
    Command(
      "config", "docs", summary: "Print the reference of every key, as Markdown.",
      options: [outputOption]
    ) { parsed throws(ToolError) in
      try output(ConfigReference.markdown(of: .root), parsed)
      return .success
    }
  }

  /// `-o FILE`
  static let outputOption = CommandSyntax.Option(
    "--output", short: "o", value: "FILE", kind: .file,
    "Write to this file, which is replaced; standard output without it.")

  /// Writes `text` to where `--output` says.
  static func output(_ text: String, _ parsed: ParsedCommand) throws(ToolError) {
    guard let file = parsed.value("--output") else {
      Terminal.print(text, terminator: "")
      return
    }
    try Files.replace(file, with: Array(text.utf8))
  }
}
