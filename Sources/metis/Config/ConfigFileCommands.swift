import JSON
import MetisConfig
import MetisHost

extension Command {
  /// `metis config convert`
  static var configConvert: Command {
    Command(
      "config", "convert", summary: "Write a configuration file in another format.",
      operands: [
        CommandSyntax.Operand("FILE", kind: .file, "The file: .toml, .yaml, .yml, .json.")
      ],
      options: [
        CommandSyntax.Option(
          "--to", value: "FORMAT", kind: .choice(ConfigAccess.formats),
          "toml, yaml or json; that of OUTPUT without it."),
        outputOption,
      ],
      notes: """
        Values, and the order of keys, stay; comments do not. References such as ${NAME} stay as they
        are. What the format cannot say (null in TOML) is an error.
        """
    ) { parsed throws(ToolError) in
      let value = try ConfigAccess.read(parsed.operands[0])
      let name = parsed.value("--to") ?? parsed.value("--output").flatMap(fileExtension)
      guard let name else { throw .usage("--to is missing: toml, yaml or json") }
      guard let format = ConfigFormat(fileExtension: name) else {
        throw .usage(
          "--output ends in .\(name), expected .toml, .yaml, .yml or .json; or give --to")
      }
      try output(try ConfigAccess.text(of: value, as: format), parsed)
      return .success
    }
  }

  /// What stands behind the last dot of a file's name, in lower case.
  private static func fileExtension(_ path: String) -> String? {
    let name = path.split(separator: "/").last ?? ""
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() }
  }

  /// `metis config migrate`
  static var configMigrate: Command {
    Command(
      "config", "migrate", summary: "Bring files of an older Metis to the present format.",
      operands: [
        CommandSyntax.Operand("FILE", kind: .file, isRepeatable: true, "Files, each for itself.")
      ],
      options: [
        CommandSyntax.Option(
          "--write", short: "w", "Write them; the old file is kept as FILE.bak."),
        HostAccess.json,
      ],
      notes: """
        Without --write it says what would change. Values, and the order of keys, stay; the comments of
        a file that is written do not.
        """
    ) { parsed throws(ToolError) in
      var migrations: [FileMigration] = []
      for file in parsed.operands { migrations.append(try FileMigration(file)) }
      var backups: [String: String] = [:]
      if parsed.has("--write") {
        for migration in migrations where !migration.steps.isEmpty {
          backups[migration.file] = try migration.write()
        }
      }
      if parsed.has("--json") {
        Terminal.print(json: .array(migrations.map { $0.json(backup: backups[$0.file]) }))
        return .success
      }
      for migration in migrations {
        for step in migration.steps { Terminal.print(Terminal.safe(step.description)) }
        if migration.steps.isEmpty {
          Terminal.print("\(migration.file): is in the present format")
        } else if let backup = backups[migration.file] {
          Terminal.print("\(migration.file): written, \(backup) holds the old file")
        }
      }
      if !parsed.has("--write"), migrations.contains(where: { !$0.steps.isEmpty }) {
        Terminal.printError("nothing is written; --write does it")
      }
      return .success
    }
  }
}

/// A file and what it is in the present format.
private struct FileMigration {
  let file: String
  let steps: [ConfigMigration.Step]
  private let value: ConfigValue

  init(_ file: String) throws(ToolError) {
    self.file = file
    let root = try ConfigAccess.read(file)
    if Self.isDefinition(root) {
      (value, steps) = ConfigMigration.migrateDefinition(root)
      return
    }
    do throws(ConfigError) {
      (value, steps) = try ConfigMigration.migrate(root)
    } catch {
      throw .configuration(ConfigErrors(errors: [error]))
    }
  }

  /// Whether this is one definition of a folder, and no whole configuration.
  private static func isDefinition(_ root: ConfigValue) -> Bool {
    ["name", "uri", "uri_template"].contains { root[$0] != nil }
  }

  /// Writes it in the format that it has; returns where the old file is.
  func write() throws(ToolError) -> String {
    let name = file.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let format = ConfigFormat(fileExtension: name) ?? .toml
    let text = try ConfigAccess.text(of: value, as: format)
    var backup = "\(file).bak"
    var number = 1
    while Files.exists(backup) {
      number += 1
      backup = "\(file).bak\(number)"
    }
    try Files.write(try Files.read(file), to: backup, mode: 0o600)
    try Files.replace(file, with: Array(text.utf8))
    return backup
  }

  func json(backup: String?) -> JSONValue {
    var object: JSONValue = [
      "file": .string(file),
      "steps": .array(
        steps.map {
          [
            "line": JSONValue($0.place.line), "column": JSONValue($0.place.column),
            "key": .string($0.keyPath), "text": .string($0.text),
          ]
        }),
      "written": .bool(backup != nil),
    ]
    object["backup"] = backup.map(JSONValue.string)
    return object
  }
}
