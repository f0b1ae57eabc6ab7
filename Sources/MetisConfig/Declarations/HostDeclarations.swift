/// Tables about the host itself.
extension TableDeclaration {
  /// `[auth]`
  public static let auth = TableDeclaration(
    "auth", "Who may call. [auth.<name>] belongs to the plugin.", others: .each(.section),
    [
      KeyDeclaration("enabled", .boolean, "false turns authentication off"),
      KeyDeclaration(
        "use", .oneOf([.array(of: .text), .text]), fallback: "none", example: #"["api_key"]"#,
        "the auth plugins, in the order in which they are asked; also one text"),
      KeyDeclaration(
        "mode", .text, fallback: #""none""#, example: #""api_key""#, "short for use with one"),
    ])

  /// `[logging]`
  public static let logging = TableDeclaration(
    "logging", "What is written about what the host does.",
    [
      KeyDeclaration(
        "level", .choice(LoggingSettings.Level.allCases.map(\.rawValue)),
        fallback: "server.log_level", "how much is written"),
      KeyDeclaration(
        "format", .choice(LoggingSettings.Format.allCases.map(\.rawValue)),
        fallback: #""pretty""#, "how a line looks"),
      KeyDeclaration(
        "output", .choice(["stdout", "stderr", "file"]), fallback: #""stderr""#, effect: .restart,
        "where lines go; with stdio never to stdout"),
      KeyDeclaration(
        "file_path", .path, example: #""logs/metis.log""#, effect: .restart, isCreated: true,
        #"the file of output = "file""#),
      KeyDeclaration("filters", .table(.logFilters), effect: .later, "what is written, by target"),
      KeyDeclaration("rotation", .map(of: .any), effect: .later, "when a new file is begun"),
    ])

  private static let logFilters = TableDeclaration(
    "logging.filters", "What is written, by target.",
    [
      KeyDeclaration("targets", .array(of: .text), "the only targets that are written"),
      KeyDeclaration("exclude_targets", .array(of: .text), "targets that are not written"),
    ])

  /// `[journal]`
  public static let journal = TableDeclaration(
    "journal", "What was asked and answered, in memory.",
    [
      KeyDeclaration("enabled", .boolean, fallback: "true", "whether anything is kept"),
      KeyDeclaration(
        "capacity", .integer(1...10_000_000), fallback: "1000",
        """
        how many entries a loop keeps; the oldest goes first; larger rings cost \
        a little more a request
        """),
      KeyDeclaration(
        "bodies", .boolean, fallback: "true", "entries hold the messages themselves"),
    ])

  /// `[plugins]`
  public static let plugins = TableDeclaration(
    "plugins", "Where plugins come from. Options of the command line count more.",
    [
      KeyDeclaration(
        "directory", .path, example: #""plugins.d""#, effect: .restart,
        "the folder of the plugins' manifests"),
      KeyDeclaration(
        "library_path", .oneOf([.array(of: .path), .path]), example: #"["lib/"]"#,
        effect: .restart, "folders in which libraries are searched after their manifest's"),
      KeyDeclaration(
        "signatures", .choice(PluginSettings.Signatures.allCases.map(\.rawValue)),
        fallback: #""off""#, effect: .restart,
        """
        what follows where a plugin is not signed by a trusted key: "off" checks nothing, "warn" \
        logs it, "require" refuses the plugin
        """),
      KeyDeclaration(
        "trusted_keys", .oneOf([.array(of: .path), .path]), example: #"["keys/minisign.pub"]"#,
        effect: .restart, "files with the public keys that are trusted (minisign)"),
    ])

  /// `[security]`
  public static let security = TableDeclaration(
    "security", "What is refused for safety's sake.",
    [
      KeyDeclaration(
        "allow_plain_secrets", .boolean, fallback: "false",
        "whether secrets may stand in files without a warning"),
      KeyDeclaration(
        "rate_limit", .table(.rateLimit), effect: .later, "how many requests are accepted"),
    ])

  private static let rateLimit = TableDeclaration(
    "security.rate_limit", "How many requests are accepted.",
    [
      KeyDeclaration("enabled", .boolean, "whether this table counts"),
      KeyDeclaration(
        "requests_per_second", .number(0...1_000_000_000, isAbove: true),
        "how many requests a second"),
      KeyDeclaration(
        "burst", .integer(1...1_000_000_000), "how many requests at once"),
      KeyDeclaration(
        "strategy", .text, example: #""per_ip""#, "whose requests are counted together"),
    ])
}
