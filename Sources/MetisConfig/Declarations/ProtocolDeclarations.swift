/// Tables of `[server]` about the protocol.
extension TableDeclaration {
  /// The greatest number of milliseconds: clients read numbers as doubles.
  static let mostMilliseconds: Int64 = 1 << 53 - 1

  private static let scopes = CacheScope.allCases.map(\.rawValue)

  /// `[server.caching]`
  public static let caching = TableDeclaration(
    "server.caching",
    """
    What results say about themselves to clients of 2026-07-28. What the tables below leave out \
    they take from here; resources/read uses the resource's own, else these.
    """,
    [
      KeyDeclaration(
        "ttl_ms", .integer(0...mostMilliseconds), fallback: "0",
        "for how many milliseconds a result is fresh; 0: stale at once"),
      KeyDeclaration(
        "scope", .choice(scopes), fallback: #""private""#,
        #""public": anyone may share it; "private": those with the same authorization"#),
      KeyDeclaration("tools", .table(cacheHint("tools", "tools/list")), "tools/list"),
      KeyDeclaration(
        "resources", .table(cacheHint("resources", "resources/list")), "resources/list"),
      KeyDeclaration(
        "resource_templates", .table(cacheHint("resource_templates", "resources/templates/list")),
        "resources/templates/list"),
      KeyDeclaration("prompts", .table(cacheHint("prompts", "prompts/list")), "prompts/list"),
      KeyDeclaration(
        "discover", .table(cacheHint("discover", "server/discover")), "server/discover"),
    ])

  private static func cacheHint(_ name: String, _ method: String) -> TableDeclaration {
    TableDeclaration(
      "server.caching.\(name)", "What the results of \(method) say about themselves.",
      [
        KeyDeclaration(
          "ttl_ms", .integer(0...mostMilliseconds), fallback: "server.caching.ttl_ms",
          "for how many milliseconds a result is fresh"),
        KeyDeclaration(
          "scope", .choice(scopes), fallback: "server.caching.scope", "who may share it"),
      ])
  }

  /// `[server.input]`
  public static let input = TableDeclaration(
    "server.input", "Questions that a call asks of its client: elicitation, sampling, roots.",
    [
      KeyDeclaration(
        "timeout_sec", .number(0...86_400, isAbove: true), fallback: "60",
        "how long a client may take to answer"),
      KeyDeclaration(
        "state_ttl_sec", .number(0...604_800, isAbove: true), fallback: "600",
        "for how long a requestState is good"),
      KeyDeclaration(
        "single_use", .boolean, fallback: "true", "a requestState is good for one retry only"),
      KeyDeclaration(
        "key", .text, fallback: "a new one each start", example: #""${METIS_STATE_KEY}""#,
        isSecret: true, effect: .restart,
        """
        a secret of 16 bytes or more that seals requestState; the same on several hosts lets each \
        read the others'
        """),
    ])

  /// `[server.streams]`
  public static let streams = TableDeclaration(
    "server.streams", "Event streams, and what is kept to resume them.",
    [
      KeyDeclaration(
        "replay_events", .integer(0...1_000_000), fallback: "256",
        "how many events of a stream are kept for a client that resumes; 0: none"),
      KeyDeclaration(
        "replay_bytes", .integer(0...1_073_741_824), fallback: "65536", "the same in bytes"),
      KeyDeclaration("retry_ms", .integer(0...86_400_000), "the retry: that a client is told"),
      KeyDeclaration(
        "stall_timeout_sec", .number(0...86_400, isAbove: true), fallback: "30",
        """
        how long a full stream may stay unread before it is closed; its socket stays until the \
        write_timeout_ms of the transport
        """),
      KeyDeclaration(
        "keep_alive_sec", .number(0...86_400), fallback: "15",
        "the silence after which a comment is sent; 0: never"),
      KeyDeclaration(
        "priming", .boolean, fallback: "true",
        "streams of 2025-11-25 begin with an event that has an id and no data"),
    ])

  /// `[server.tasks]`
  public static let tasks = TableDeclaration(
    "server.tasks", "Tasks.",
    [
      KeyDeclaration(
        "ttl_ms", .integer(1...mostMilliseconds), fallback: "300000",
        "how long a task is kept where the client names no time"),
      KeyDeclaration(
        "max_ttl_ms", .integer(1...mostMilliseconds), fallback: "any",
        "the longest that a client may ask for"),
      KeyDeclaration(
        "poll_interval_ms", .integer(1...mostMilliseconds), fallback: "1000",
        "how often clients are told to ask"),
      KeyDeclaration(
        "capacity", .integer(1...10_000_000), fallback: "10000",
        "how many tasks are kept; more are refused"),
    ])

  /// `[server.capabilities]`
  public static let capabilities = TableDeclaration(
    "server.capabilities",
    "What the server says it can do. What is left out follows from the definitions.",
    [
      KeyDeclaration("logging", .boolean, "log messages for clients"),
      KeyDeclaration("completions", .boolean, "suggestions"),
      KeyDeclaration("tools", .table(listCapability("tools")), "what tools can do"),
      KeyDeclaration("resources", .table(listCapability("resources")), "what resources can do"),
      KeyDeclaration("prompts", .table(listCapability("prompts")), "what prompts can do"),
      KeyDeclaration(
        "extensions", .map(of: .map(of: .any)), example: #"{ "example.org/name" = {} }"#,
        "extensions, passed on; each name has a prefix"),
      KeyDeclaration(
        "experimental", .map(of: .map(of: .any)), "experimental capabilities, passed on"),
    ])

  private static func listCapability(_ name: String) -> TableDeclaration {
    var keys = [KeyDeclaration("list_changed", .boolean, "changes of the list are announced")]
    if name == "resources" {
      keys.append(
        KeyDeclaration("subscribe", .boolean, "clients may subscribe to resources"))
    }
    return TableDeclaration("server.capabilities.\(name)", "What \(name) can do.", keys)
  }

  /// `validation`, of tools and of `[server]`.
  public static let validation = TableDeclaration(
    "validation", "What is held against the schemas of a tool.",
    [
      KeyDeclaration(
        "input", .boolean, fallback: "true", "arguments are held against input_schema"),
      KeyDeclaration(
        "output", .oneOf([.boolean, .choice(ValidationSettings.Output.allCases.map(\.rawValue))]),
        fallback: #""error""#,
        """
        a result that breaks output_schema: "error" or true fails the call, "warn" logs it, "off" \
        or false checks nothing
        """),
    ])
}
