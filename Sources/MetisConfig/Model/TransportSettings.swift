/// The transport that a configuration asks for: `[server.transport]` and the section that its plugin
/// receives.
public struct TransportSettings: Sendable {
  /// The name under which a plugin provides it: `http`, `stdio`.
  public var type: String

  /// Which endpoint of the HTTP transport is advertised to people: `type = "websocket"` and
  /// `type = "sse"` are ``type`` `http` with that one.
  public var advertised = Endpoint.streamable

  /// The path of Streamable HTTP.
  public var path = "/mcp"

  /// The path of WebSocket; nil where it is off (`""` in the file).
  public var webSocketPath: String? = "/ws"

  /// The path of the stream of HTTP+SSE (2024-11-05); nil where it is off (`""` in the file).
  public var ssePath: String? = "/sse"

  /// The path to which clients of HTTP+SSE post; its query names the session.
  public var messagePath = "/messages"

  /// Overrides ``ServerSettings/port`` for HTTP.
  public var httpPort: UInt16?

  /// What each plugin receives, by its name: `[server.transport.<name>]`; for `http` with
  /// `[server.tls]` as `tls`, whose paths are absolute.
  public var sections: [String: ConfigSection] = [:]

  /// Where `[server.transport]` stands, or the first file.
  let place: ConfigPlace

  /// What the plugin of ``type`` receives.
  public var section: ConfigSection { section(of: type) }

  /// What the plugin that provides `name` receives; an empty table where the file says nothing.
  public func section(of name: String) -> ConfigSection {
    sections[name]
      ?? ConfigSection(ConfigValue(.table([]), at: place), path: "server.transport.\(name)")
  }

  /// An endpoint of the HTTP transport.
  public enum Endpoint: String, Sendable, CaseIterable {
    /// Streamable HTTP: ``TransportSettings/path``.
    case streamable
    /// WebSocket: ``TransportSettings/webSocketPath``.
    case webSocket
    /// HTTP+SSE: ``TransportSettings/ssePath``.
    case sse
  }

  /// The path of ``advertised``.
  public var advertisedPath: String {
    switch advertised {
    case .streamable: path
    case .webSocket: webSocketPath ?? path
    case .sse: ssePath ?? path
    }
  }
}

extension TransportSettings {
  /// The transports of the product; those that are not here yet are refused with that word.
  private static let available = ["http", "stdio"]
  private static let later = ["unix"]

  /// Names that mean the HTTP transport, with the endpoint that is advertised.
  private static let endpoints: [String: Endpoint] = ["websocket": .webSocket, "sse": .sse]

  /// Reads `[server.transport]` and `[server.tls]`.
  static func decode(
    _ value: ConfigValue?, tls: ConfigValue?, file: String, report: ConfigReport
  ) -> TransportSettings {
    var settings = TransportSettings(
      type: "http", place: value?.place ?? ConfigPlace(file: file))
    if let value,
      let reader = TableReader(
        value, path: "server.transport", .transport, report: report)
    {
      settings.read(reader)
    }
    if let tls, let reader = TableReader(tls, path: "server.tls", .tls, report: report),
      let entry = tlsEntry(reader)
    {
      var section = settings.section(of: "http")
      let entries = (section.value.table ?? []).filter { $0.key != entry.key }
      section.value.content = .table(entries + [entry])
      settings.sections["http"] = section
    }
    return settings
  }

  private mutating func read(_ reader: TableReader) {
    let tables = (reader.table.table ?? []).filter {
      $0.value.table != nil && Self.endpoints[$0.key] == nil && !Self.available.contains($0.key)
    }.map(\.key)
    if let value = reader.value("type") { readType(value, tables, reader) }
    httpPort = reader.integer("http_port")
    readPaths(reader)
    let own = Self.available.compactMap { name in reader.value(name).map { (name, $0) } }
    for (name, value) in own where value.table != nil {
      sections[name] = ConfigSection(value, path: reader.path(name))
    }
    for entry in reader.others where entry.value.table != nil {
      if Self.endpoints[entry.key] == nil {
        sections[entry.key] = ConfigSection(entry.value, path: reader.path(entry.key))
      } else {
        reader.report.error(
          "unknown key", at: entry.place,
          path: reader.path(entry.key),
          hint: "did you mean \"\(entry.key)_path\"?")
      }
    }
  }

  private mutating func readType(_ value: ConfigValue, _ tables: [String], _ reader: TableReader) {
    if value.string.map({ Self.later.contains($0) && !tables.contains($0) }) == true {
      reader.report.error(
        "this transport is not available yet", at: value.place, path: reader.path("type"),
        hint: "use \(Self.available.joined(separator: " or "))")
      return
    }
    let choices = Self.available + Self.endpoints.keys.sorted() + tables
    guard let type = reader.name("type") else { return }
    guard choices.contains(type) else {
      let near = value.isSubstituted ? nil : nearest(to: type, among: choices)
      reader.report.error(
        "found \(reader.quoted(type, value)), expected one of \(choices.joined(separator: ", "))",
        at: value.place, path: reader.path("type"), hint: near.map { "did you mean \"\($0)\"?" })
      return
    }
    advertised = Self.endpoints[type] ?? .streamable
    self.type = Self.endpoints[type] == nil ? type : "http"
  }

  /// The paths of the HTTP transport's endpoints, each its own.
  private mutating func readPaths(_ reader: TableReader) {
    if let path = readPath("path", reader, canBeOff: false) { self.path = path }
    if let path = readPath("websocket_path", reader) { webSocketPath = path }
    if let path = readPath("sse_path", reader) { ssePath = path }
    if let path = readPath("message_path", reader, canBeOff: false) { messagePath = path }
    if webSocketPath == "" { webSocketPath = nil }
    if ssePath == "" { ssePath = nil }

    let isOff =
      switch advertised {
      case .streamable: false
      case .webSocket: webSocketPath == nil
      case .sse: ssePath == nil
      }
    if isOff, let value = reader.value("type") {
      let key = advertised == .sse ? "sse_path" : "websocket_path"
      reader.report.error(
        "found a transport whose \(key) is off", at: value.place, path: reader.path("type"),
        hint: "remove \(key) = \"\" or use type = \"http\"")
    }
    var keys = [("path", path)]
    if let webSocketPath { keys.append(("websocket_path", webSocketPath)) }
    if let ssePath { keys += [("sse_path", ssePath), ("message_path", messagePath)] }
    for (index, (key, path)) in keys.enumerated() {
      guard let (other, _) = keys[..<index].first(where: { $0.1 == path }) else { continue }
      // One of the two may be a default.
      let culprit = reader.value(key) == nil ? other : key
      reader.report.error(
        "found the same path as \(culprit == key ? other : key), expected another",
        at: reader.value(culprit)?.place ?? reader.place, path: reader.path(culprit))
    }
  }

  private func readPath(
    _ key: String, _ reader: TableReader, canBeOff: Bool = true
  ) -> String? {
    guard let value = reader.value(key), let path = reader.string(key) else { return nil }
    if path.isEmpty { return canBeOff ? path : nil }
    let isPath =
      path.hasPrefix("/")
      && path.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"?#\"<>\\^`{|}".utf8.contains($0) }
    if isPath { return path }
    reader.report.error(
      "expected a path that begins with / and has no query\(canBeOff ? ", or \"\" for none" : "")",
      at: value.place, path: reader.path(key))
    return nil
  }

  /// `[server.tls]` under the names that the HTTP transport knows, with absolute paths: it may
  /// stand in another file than the section that it becomes part of. nil where it is off.
  private static func tlsEntry(_ reader: TableReader) -> ConfigEntry? {
    let isOn = reader.bool("enabled") ?? true
    var entries: [ConfigEntry] = []
    for (key, name) in [("cert_file", "certificate"), ("key_file", "key")] {
      let path = isOn ? reader.existingFile(key) : reader.file(key)
      if let value = reader.value(key), let file = path {
        var path = value
        path.content = .string(file)
        entries.append(ConfigEntry(key: name, at: value.place, value: path))
      } else if reader.value(key) == nil, isOn {
        reader.report.error(
          "TLS needs cert_file and key_file; \(key) is missing", at: reader.place,
          path: reader.path)
      }
    }
    if let value = reader.value("min_version"), value.string != nil {
      entries.append(ConfigEntry(key: "min_version", at: value.place, value: value))
    }
    guard isOn else { return nil }
    return ConfigEntry(
      key: "tls", at: reader.place, value: ConfigValue(.table(entries), at: reader.place))
  }
}
