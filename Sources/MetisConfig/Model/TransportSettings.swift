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

  /// What the plugin receives: `[server.transport.<type>]`; for HTTP with `[server.tls]` as `tls`,
  /// whose paths are absolute.
  public var section: ConfigSection

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
  private static let later = ["websocket", "sse", "unix"]

  /// Reads `[server.transport]` and `[server.tls]`.
  static func decode(
    _ value: ConfigValue?, tls: ConfigValue?, file: String, report: ConfigReport
  ) -> TransportSettings {
    let empty = ConfigValue(.table([]), at: value?.place ?? ConfigPlace(file: file))
    var settings = TransportSettings(
      type: "http", section: ConfigSection(empty, path: "server.transport"))
    if let value, let reader = TableReader(value, path: "server.transport", report: report) {
      settings.read(reader)
    }
    if let tls, let reader = TableReader(tls, path: "server.tls", report: report) {
      let entry = ConfigEntry(key: "tls", at: tls.place, value: tlsSection(reader))
      let entries = (settings.section.value.table ?? []).filter { $0.key != "tls" }
      settings.section.value.content = .table(entries + [entry])
    }
    return settings
  }

  private mutating func read(_ reader: TableReader) {
    let tables = (reader.table.table ?? []).filter { $0.value.table != nil }.map(\.key)
    if let value = reader.value("type") {
      if value.string.map({ Self.later.contains($0) && !tables.contains($0) }) == true {
        reader.report.error(
          "this transport is not available yet", at: value.place, path: reader.path("type"),
          hint: "use \(Self.available.joined(separator: " or "))")
      } else if let type = reader.choice("type", Self.available + tables) {
        self.type = type
      }
    }
    httpPort = reader.integer("http_port", in: UInt16.min...UInt16.max)
    reader.notAvailable(["websocket_path"]) { reader.path($0) }
    for name in Self.available + tables {
      guard let value = reader.value(name) else { continue }
      if value.table == nil {
        reader.mismatch(name, value, expected: "a table")
      } else if name == type {
        section = ConfigSection(value, path: reader.path(name))
      }
    }
    reader.finish()
  }

  /// `[server.tls]` with its file names made absolute: it may stand in another file than the
  /// section that it becomes part of.
  private static func tlsSection(_ reader: TableReader) -> ConfigValue {
    var table = reader.table
    table.content = .table(
      (table.table ?? []).map { entry in
        var entry = entry
        if entry.key.hasSuffix("_file"), let file = reader.file(entry.key) {
          entry.value.content = .string(file)
        }
        return entry
      })
    return table
  }
}
