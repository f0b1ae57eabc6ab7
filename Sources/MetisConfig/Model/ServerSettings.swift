public import JSON

/// The `[server]` table: who the server says it is, and where it listens.
public struct ServerSettings: Sendable {
  /// The name that clients see.
  public var name = "Metis"

  /// The version that clients see.
  public var version = "1.0.0"

  /// The name for people.
  public var title: String?

  /// What the server is for, in a sentence.
  public var description: String?

  /// Where people read more.
  public var websiteURL: String?

  /// Icons in MCP's form: `[{"src":…,"mimeType":…?,"sizes":…?,"theme":…?}]`.
  public var icons: JSONValue?

  /// What a model should know about the server (MCP `instructions`).
  public var instructions: String?

  /// The address to listen on: a name or an address, without a port.
  public var host = "127.0.0.1"

  /// The port to listen on; 0 lets the system choose.
  public var port: UInt16 = 3000

  /// How many entries a page of a list has; nil for one page.
  public var pageSize: Int?

  /// The values of `Host` that are accepted, in lower case: `name` for any port, or `name:port`;
  /// `*` for any. nil: derived from where the host listens.
  public var hosts: [String]?

  /// The values of `Origin` that are accepted, in lower case: `scheme://host[:port]`, `*` for any.
  /// nil: derived from where the host listens.
  public var origins: [String]?

  /// The revisions of MCP that are offered, the newest first.
  public var revisions = ServerSettings.knownRevisions

  /// How long clients may keep lists and resources.
  public var caching = CachingSettings()

  /// Questions to clients.
  public var input = InputSettings()

  /// Event streams.
  public var streams = StreamSettings()

  /// Tasks.
  public var tasks = TaskSettings()

  /// What the server says it can do.
  public var capabilities = CapabilitySettings()

  /// What is held against the schemas of tools that say nothing themselves.
  public var validation = ValidationSettings()

  /// The revisions of MCP, the newest first.
  public static let knownRevisions = [
    "2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05",
  ]

  /// The settings of a file that says nothing.
  public init() {}
}

/// The `[server.performance]` table.
public struct PerformanceSettings: Sendable {
  /// How many threads run strategies that may block; nil for what the machine suggests.
  public var workerThreads: Int?

  /// How many event loops a transport runs; nil for one a core.
  public var loops: Int?

  /// After what time a call is answered with a time-out.
  public var requestTimeout: Duration = .seconds(30)

  /// How many calls may be under way; more are refused.
  public var maxConcurrentRequests = 1000

  /// The settings of a file that says nothing.
  public init() {}
}

extension ServerSettings {
  /// Reads `[server]` but for its tables. `level` receives `log_level`.
  static func decode(_ reader: TableReader, level: inout LoggingSettings.Level?) -> ServerSettings {
    var settings = ServerSettings()
    if let name = reader.name("name") { settings.name = name }
    if let version = reader.name("version") { settings.version = version }
    settings.title = reader.name("title")
    settings.description = reader.name("description")
    settings.websiteURL = reader.name("website_url")
    settings.icons = Icons.decode(reader)
    settings.instructions = reader.name("instructions")
    if let host = reader.name("host") { settings.host = host }
    if let port = reader.integer("port") as UInt16? { settings.port = port }
    settings.pageSize = reader.integer("page_size")
    settings.hosts = readHosts(reader)
    settings.origins = readOrigins(reader)
    if let names = reader.choices("revisions") {
      settings.revisions = knownRevisions.filter(names.contains)
    }
    settings.caching = reader.table("caching").map(CachingSettings.decode) ?? settings.caching
    settings.input = reader.table("input").map(InputSettings.decode) ?? settings.input
    settings.streams = reader.table("streams").map(StreamSettings.decode) ?? settings.streams
    settings.tasks = reader.table("tasks").map(TaskSettings.decode) ?? settings.tasks
    settings.capabilities =
      reader.table("capabilities").map(CapabilitySettings.decode) ?? settings.capabilities
    settings.validation =
      reader.table("validation").map {
        ValidationSettings.decode($0, defaults: ValidationSettings())
      } ?? settings.validation
    level = reader.choice("log_level")
    return settings
  }
}

extension ServerSettings {
  private static func readHosts(_ reader: TableReader) -> [String]? {
    readNames(
      reader, "allowed_hosts", expected: "a host such as example.org, example.org:3000 or [::1]"
    ) { text in
      let name = text.hasPrefix("[") ? text.drop { $0 != "]" }.dropFirst() : text[...]
      return !text.utf8.contains { "/@?#* ".utf8.contains($0) } && name.count { $0 == ":" } <= 1
    }
  }

  private static func readOrigins(_ reader: TableReader) -> [String]? {
    readNames(
      reader, "allowed_origins", expected: "an origin such as https://example.org, without a path"
    ) { text in
      guard let separator = text.firstRange(of: "://") else { return text == "null" }
      let host = text[separator.upperBound...]
      return separator.lowerBound != text.startIndex && !host.isEmpty
        && !text.utf8.contains { "@?#* ".utf8.contains($0) } && !host.contains("/")
    }
  }

  /// Names in lower case, or `*` for any.
  private static func readNames(
    _ reader: TableReader, _ key: String, expected: String, _ isName: (String) -> Bool
  ) -> [String]? {
    reader.strings(key)?.compactMap { value in
      guard let text = value.string?.lowercased() else { return nil }
      if text == "*" || isName(text) { return text }
      reader.report.error(
        "found \(reader.quoted(text, value)), expected \(expected), or \"*\" for any",
        at: value.place, path: reader.path(key))
      return nil
    }
  }
}

extension PerformanceSettings {
  /// Reads `[server.performance]`.
  static func decode(_ reader: TableReader) -> PerformanceSettings {
    var settings = PerformanceSettings()
    settings.workerThreads = reader.integer("worker_threads")
    settings.loops = reader.integer(reader.spelling("loops", "threads"))
    if let limit = reader.seconds("request_timeout_sec") { settings.requestTimeout = limit }
    if let count = reader.integer("max_concurrent_requests") as Int? {
      settings.maxConcurrentRequests = count
    }
    return settings
  }
}
