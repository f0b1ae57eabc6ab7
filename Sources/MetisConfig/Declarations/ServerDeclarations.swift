extension TableDeclaration {
  /// `[server]`
  public static let server = TableDeclaration(
    "server", "Who the server says it is, and where it listens.",
    [
      KeyDeclaration("name", .text, fallback: #""Metis""#, "the name that clients see"),
      KeyDeclaration("version", .text, fallback: #""1.0.0""#, "the version that clients see"),
      KeyDeclaration("title", .text, "the name for people"),
      KeyDeclaration("description", .text, "what the server is for"),
      KeyDeclaration(
        "website_url", .text, example: #""https://example.org""#, "where people read more"),
      KeyDeclaration("icons", .tables(.icon), "icons"),
      KeyDeclaration("instructions", .text, "what a model should know about the server"),
      KeyDeclaration(
        "host", .text, fallback: #""127.0.0.1""#, effect: .restart, "where to listen"),
      KeyDeclaration(
        "port", .integer(0...65535), fallback: "3000", effect: .restart,
        "the port to listen on; 0 takes a free one"),
      KeyDeclaration(
        "log_level", .choice(LoggingSettings.Level.allCases.map(\.rawValue)),
        fallback: #""info""#, "the level where [logging] names none"),
      KeyDeclaration(
        "page_size", .integer(1...10_000), fallback: "one page",
        "how many entries a page of a list has"),
      KeyDeclaration(
        "revisions", .several(ServerSettings.knownRevisions), fallback: "all five",
        example: #"["2026-07-28", "2025-11-25"]"#, "the revisions of MCP that are offered"),
      KeyDeclaration(
        "allowed_hosts", .array(of: .text), fallback: "from host",
        example: #"["example.org", "example.org:3000"]"#,
        #"values of the header Host: "name" for any port, "name:port", "*" for any"#),
      KeyDeclaration(
        "allowed_origins", .array(of: .text), fallback: "from host",
        example: #"["https://example.org"]"#,
        #"values of the header Origin: "https://name[:port]", "null", "*" for any"#),
      KeyDeclaration(
        "transport", .table(.transport), effect: .restart, "what carries messages"),
      KeyDeclaration("tls", .table(.tls), effect: .restart, "TLS of the HTTP transport"),
      KeyDeclaration("performance", .table(.performance), "threads, time-outs, limits"),
      KeyDeclaration("caching", .table(.caching), "how long clients may keep results"),
      KeyDeclaration("input", .table(.input), "questions that a call asks of its client"),
      KeyDeclaration("streams", .table(.streams), "event streams, and how they are resumed"),
      KeyDeclaration("tasks", .table(.tasks), "tasks"),
      KeyDeclaration("capabilities", .table(.capabilities), "what the server says it can do"),
      KeyDeclaration("validation", .table(.validation), "defaults of each tool's validation"),
    ])

  /// `[server.performance]`
  public static let performance = TableDeclaration(
    "server.performance", "Threads, time-outs and limits.",
    [
      KeyDeclaration(
        "loops", .integer(1...256), fallback: "one a core", effect: .restart,
        "how many event loops run"),
      KeyDeclaration(
        "threads", .integer(1...256), effect: .restart, aliasOf: "loops",
        "how many event loops run"),
      KeyDeclaration(
        "worker_threads", .integer(1...1024), fallback: "by the machine", effect: .restart,
        "how many threads run strategies that block"),
      KeyDeclaration(
        "request_timeout_sec", .number(0...86_400, isAbove: true), fallback: "30",
        "after what time a call is answered with a time-out"),
      KeyDeclaration(
        "max_concurrent_requests", .integer(1...10_000_000), fallback: "1000",
        "how many calls may be under way; more are refused"),
    ])
}
