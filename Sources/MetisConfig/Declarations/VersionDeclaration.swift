extension KeyDeclaration {
  /// `config_version`, a key of the top: see ``ConfigMigration``.
  public static let configVersion = KeyDeclaration(
    "config_version", .integer(0...Int64(ConfigMigration.present)), fallback: "0", example: "1",
    "the version of the format that the file is written in; 0 is that of Metis 0.1, and "
      + "`metis config migrate` rewrites a file to the newest")

  /// `$schema`, a key of the top and of definition files: JSON has no comment in which an editor
  /// could be told.
  public static let schemaReference = KeyDeclaration(
    "$schema", .text, example: #""metis.schema.json""#,
    "the JSON Schema that an editor holds the file against; the host does not read it")
}
