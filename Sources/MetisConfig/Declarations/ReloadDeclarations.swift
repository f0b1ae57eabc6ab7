extension TableDeclaration {
  /// `[reload]`
  public static let reload = TableDeclaration(
    "reload", "Following changes of the configuration while the host serves.",
    [
      KeyDeclaration(
        "enabled", .boolean, fallback: "true",
        "whether changed files are noticed; SIGHUP and the admin endpoint reload all the same"),
      KeyDeclaration(
        "watch_directories", .array(of: .path), example: #"["templates/", "scripts/"]"#,
        "folders that are watched besides the configuration's own files and folders, with those "
          + "below them"),
      KeyDeclaration(
        "debounce_ms", .integer(0...60_000), fallback: "500",
        "how long nothing may change before a reload begins"),
      KeyDeclaration(
        "history", .integer(1...1000), fallback: "10",
        "how many configurations are kept to go back to"),
      KeyDeclaration(
        "backup", .boolean, fallback: "true",
        "whether the files of the configuration in force are written to backup_dir before each "
          + "reload"),
      KeyDeclaration(
        "backup_dir", .path, fallback: "metis/backups in the user's folder of states",
        isCreated: true,
        "where backups are written"),
    ])

  /// `[development]`
  public static let development = TableDeclaration(
    "development", "For work on a configuration or a plugin; `--dev` turns it on.",
    [
      KeyDeclaration("enabled", .boolean, fallback: "false", "whether this table counts"),
      KeyDeclaration(
        "hot_reload", .boolean, fallback: "true",
        "libraries of plugins are watched, and swapped when they change"),
      KeyDeclaration(
        "debug_endpoints", .boolean, fallback: "true", effect: .later,
        "further admin endpoints for debugging"),
      KeyDeclaration(
        "mock_delays", .boolean, fallback: "false", effect: .later,
        "whether latencies of behaviours are kept"),
    ])
}
