/// What tools, resources and prompts have in common.
extension TableDeclaration {
  static let title = KeyDeclaration("title", .text, "the name for people")

  static let description = KeyDeclaration(
    "description", .anyText, "what it is for, for people and models")

  static let icons = KeyDeclaration(
    "icons", .tables(.icon), example: #"[{ src = "https://example.org/icon.png" }]"#, "icons")

  static let timeoutMs = KeyDeclaration(
    "timeout_ms", .integer(1...86_400_000), fallback: "server.performance.request_timeout_sec",
    "after what time a call is answered with a time-out")

  static let seed = KeyDeclaration(
    "seed", .unsigned, fallback: "from --seed and the name", example: "42",
    "the start of its random choices")

  static let behaviorKey = KeyDeclaration(
    "behavior", .table(.behavior), effect: .later, "how slow and how unreliable it is")

  static let groupKey = KeyDeclaration(
    "group", .text, example: #""slow""#, "the group whose defaults it has: [groups.<name>]")

  /// The keys at the end of each kind of definition; those of the mock hold where that has none.
  static let definitionKeys: [KeyDeclaration] = [
    icons,
    KeyDeclaration("_meta", .map(of: .any), "_meta, passed on"),
    KeyDeclaration("meta", .map(of: .any), aliasOf: "_meta", "_meta, passed on"),
    KeyDeclaration(
      "mock", .table(.mock), fallback: #"{ strategy = "schema" }"#,
      example: #"{ strategy = "static" }"#, "what answers it"),
    groupKey, behaviorKey, seed, timeoutMs,
    KeyDeclaration("auth", .any, effect: .later, "who may use it"),
    KeyDeclaration("response", .any, effect: .later, "what is made of its answers"),
    .schemaReference,
  ]

  /// `mock`
  public static let mock = TableDeclaration(
    "mock",
    """
    What answers a definition. All else, and the table by the strategy's name ([tools.mock.static]), \
    belongs to the strategy.
    """,
    others: .plugin,
    [
      KeyDeclaration(
        "strategy", .text, example: #""static""#, isRequired: true,
        "the name under which a plugin provides it"),
      seed, timeoutMs, behaviorKey,
    ])

  /// An entry of `icons`
  public static let icon = TableDeclaration(
    "icons[]", "An icon.",
    [
      KeyDeclaration(
        "src", .text, example: #""https://example.org/icon.png""#, isRequired: true,
        "its URL, which may be data:"),
      KeyDeclaration("mime_type", .text, example: #""image/png""#, "its media type"),
      KeyDeclaration("mimeType", .text, aliasOf: "mime_type", "its media type"),
      KeyDeclaration(
        "sizes", .oneOf([.array(of: .anyText), .anyText]), example: #"["48x48"]"#,
        "the sizes in which it can be used"),
      KeyDeclaration("theme", .choice(["light", "dark"]), "the backgrounds that it is made for"),
    ])

  /// `behavior`
  public static let behavior = TableDeclaration(
    "behavior", "How slow and how unreliable what answers is.",
    [
      KeyDeclaration(
        "latency_ms", delay, example: #""range:10-100""#,
        """
        how long an answer is held back: a number, "range:a-b", "normal:mean,deviation", \
        "lognormal:mean,deviation", or a table of percentiles such as { p50 = 20, p99 = 400 }
        """),
      KeyDeclaration(
        "latency_variance", .number(0...1), fallback: "0", example: "0.2",
        "by what part of itself latency_ms varies"),
      KeyDeclaration(
        "execution_time_ms", delay, example: #""range:50-500""#,
        "how long the work itself takes, in the forms of latency_ms"),
      KeyDeclaration(
        "error_rate", .number(0...1), fallback: "0", example: "0.05",
        "what part of calls fails"),
      KeyDeclaration(
        "success_rate", .number(0...1), fallback: "1", example: "0.95",
        "what part of calls does not fail; in place of error_rate"),
      KeyDeclaration(
        "timeout_probability", .number(0...1), fallback: "0", example: "0.01",
        "what part of calls is never answered"),
      KeyDeclaration(
        "cache_duration_sec", .number(0...31_536_000), example: "60",
        "for how long an answer is given again"),
      KeyDeclaration(
        "rate_limit", .oneOf([.number(0...1_000_000_000, isAbove: true), .table(.behaviorRate)]),
        example: "{ requests_per_second = 10, burst = 20 }",
        "how many calls a second are answered; more are refused"),
      KeyDeclaration(
        "bandwidth", .oneOf([.number(0...1_000_000_000_000, isAbove: true), .text]),
        example: #""100kB/s""#,
        "how fast an answer goes out: bytes a second, or a text with B/s, kB/s, MB/s or GB/s"),
    ])

  private static let delay = KeyDeclaration.Kind.oneOf([
    .number(0...86_400_000), .text, .map(of: .number(0...86_400_000)),
  ])

  static let behaviorRate = TableDeclaration(
    "behavior.rate_limit", "How many calls are answered.",
    [
      KeyDeclaration(
        "requests_per_second", .number(0...1_000_000_000, isAbove: true), example: "10",
        isRequired: true, "how many calls a second are answered"),
      KeyDeclaration(
        "burst", .integer(1...1_000_000_000), fallback: "one second's", "how many at once"),
    ])

  /// What is suggested for an argument or a variable.
  public static let completions = TableDeclaration(
    "complete", "What completion/complete answers.",
    completionKeys + [
      KeyDeclaration(
        "variants", .tables(.completionVariant),
        "values under conditions; the first that holds counts")
    ])

  /// An entry of `variants`, or of an array of tables in place of a table.
  public static let completionVariant = TableDeclaration(
    "complete.variants[]", "Values that hold while other arguments have certain values.",
    [
      KeyDeclaration(
        "when", .map(of: .anyText), example: #"{ owner = "ann" }"#,
        "values of other arguments that all have to be there")
    ] + completionKeys)

  private static let completionKeys = [
    KeyDeclaration(
      "values", .array(of: .text), example: #"["apples", "apricots"]"#,
      "what is suggested, in this order"),
    KeyDeclaration(
      "match", .choice(CompletionValues.Match.allCases.map(\.rawValue)), fallback: #""prefix""#,
      """
      "prefix": values that begin with what was typed, "contains": those that contain it, "all"; \
      case does not count
      """),
    KeyDeclaration(
      "total", .integer(0...2_147_483_647), fallback: "as many as match", "how many there are"),
    KeyDeclaration(
      "has_more", .boolean, fallback: "whether some were left out", "whether there are more"),
  ]

  /// An array of texts, a table, or an array of tables of which one may lack `when`.
  static let completionKind = KeyDeclaration.Kind.oneOf([
    .array(of: .text), .table(.completions), .tables(.completionVariant),
  ])
}
