/// Sections about data and measurements; none has an effect yet.
extension TableDeclaration {
  /// The keys that many tables begin with.
  static let enabled = KeyDeclaration("enabled", .boolean, "whether this table counts")

  /// A count from 1 on.
  static let count = KeyDeclaration.Kind.integer(1...1_000_000_000)

  /// A time in seconds.
  static let seconds = KeyDeclaration.Kind.number(0...31_536_000)

  /// `[metrics]`
  public static let metrics = TableDeclaration(
    "metrics", "Measurements for a collector.",
    [
      enabled,
      KeyDeclaration(
        "type", .choice(["prometheus", "opentelemetry", "none"]), "the form of measurements"),
      KeyDeclaration(
        "endpoint", .text, example: #""/metrics""#, "the path, or the URL of the collector"),
      KeyDeclaration("port", .integer(0...65535), "the port of the endpoint"),
    ])

  /// `[cache]`
  public static let cache = TableDeclaration(
    "cache", "Keeping answers.",
    [
      enabled,
      KeyDeclaration("backend", .choice(["memory", "redis"]), "where answers are kept"),
      KeyDeclaration("max_size_mb", .integer(1...1_048_576), "how much is kept"),
      KeyDeclaration("default_ttl_sec", seconds, "for how long an answer is kept"),
      KeyDeclaration("redis", .table(.cacheRedis), "the Redis that keeps them"),
    ])

  private static let cacheRedis = TableDeclaration(
    "cache.redis", "The Redis that keeps answers.",
    [
      KeyDeclaration(
        "url", .text, example: #""${REDIS_URL:-redis://localhost:6379}""#, isSecret: true,
        "its URL, which may hold a password"),
      KeyDeclaration("key_prefix", .anyText, "what the keys begin with"),
    ])

  /// `[scripting]`
  public static let scripting = TableDeclaration(
    "scripting", "Languages of scripts and their limits.",
    [
      enabled,
      KeyDeclaration(
        "languages", .map(of: .table(.scriptLanguage)), "settings by the name of a language"),
      KeyDeclaration("security", .table(.scriptSecurity), "what scripts may do"),
      KeyDeclaration("cache", .table(.scriptCache), "keeping compiled scripts"),
    ])

  private static let scriptLanguage = TableDeclaration(
    "scripting.languages.<name>", "A language.", others: .each(.any),
    [
      enabled,
      KeyDeclaration("version", .text, "its version"),
      KeyDeclaration("runtime", .text, "what executes it"),
    ])

  private static let scriptSecurity = TableDeclaration(
    "scripting.security", "What scripts may do.",
    [
      KeyDeclaration("sandbox", .boolean, "scripts are kept apart from the host"),
      KeyDeclaration("timeout_ms", .integer(1...86_400_000), "how long a script may run"),
      KeyDeclaration("max_memory_mb", .integer(1...1_048_576), "how much memory it may have"),
      KeyDeclaration("allow_network", .boolean, "it may use the network"),
      KeyDeclaration("allow_filesystem", .boolean, "it may use files"),
    ])

  private static let scriptCache = TableDeclaration(
    "scripting.cache", "Keeping compiled scripts.",
    [enabled, KeyDeclaration("ttl_seconds", seconds, "for how long one is kept")])

  /// `[fake_data]`
  public static let fakeData = TableDeclaration(
    "fake_data", "Data that is generated ahead.",
    [
      enabled,
      KeyDeclaration("output_dir", .path, isCreated: true, "the folder of what is generated"),
      KeyDeclaration("formats", .array(of: .choice(dataFormats)), "the forms that are written"),
      KeyDeclaration("auto_generate", .boolean, "data is generated at the start"),
      KeyDeclaration(
        "regenerate_on_reload", .boolean, "data is generated again with each reload"),
      KeyDeclaration("jobs", .tables(.fakeDataJob), "what is generated"),
      KeyDeclaration("jobs_dir", .path, "a folder of jobs, a file each"),
    ])

  private static let dataFormats = ["json", "yaml", "csv", "toml"]

  /// An entry of `[[fake_data.jobs]]`, or a file of its own.
  public static let fakeDataJob = TableDeclaration(
    "fake_data.jobs[]", "What is generated.",
    [
      KeyDeclaration("name", .text, example: #""users""#, isRequired: true, "its name"),
      KeyDeclaration("count", .integer(0...1_000_000_000), "how many records"),
      KeyDeclaration("format", .choice(dataFormats), "the form that is written"),
      KeyDeclaration("output_file", .path, isCreated: true, "the file that is written"),
      KeyDeclaration("schema", .map(of: .any), "what a record looks like"),
    ])

  /// `[models]`
  public static let models = TableDeclaration(
    "models", "Models of data.",
    [
      enabled,
      KeyDeclaration("config_dir", .path, "a folder of models, a file each"),
      KeyDeclaration("hot_reload", .boolean, "changes of models are followed"),
      KeyDeclaration("database", .table(.modelDatabase), "the database of their records"),
      KeyDeclaration("mock", .table(.modelMock), "records that are generated"),
    ])

  private static let modelDatabase = TableDeclaration(
    "models.database", "The database of models' records.",
    [
      KeyDeclaration("driver", .choice(["postgres", "mysql", "sqlite"]), "its kind"),
      KeyDeclaration("connection_string", .text, isSecret: true, "how it is reached"),
      KeyDeclaration("connection_string_env", .text, "the variable that says how it is reached"),
      KeyDeclaration("auto_migrate", .boolean, "tables are made and changed as models need them"),
    ])

  private static let modelMock = TableDeclaration(
    "models.mock", "Records that are generated.",
    [
      enabled,
      KeyDeclaration("auto_generate_on_startup", .boolean, "records are generated at the start"),
      KeyDeclaration("respect_relationships", .boolean, "references lead to records"),
      KeyDeclaration("defaults", .table(.modelMockDefaults), "what holds for each model"),
    ])

  private static let modelMockDefaults = TableDeclaration(
    "models.mock.defaults", "What holds for each model.",
    [KeyDeclaration("records_per_model", .integer(0...1_000_000_000), "how many records")])
}
