public import JSON

/// The transport that a configuration asks for: `[server.transport]` and the section that its plugin
/// receives.
public struct TransportSettings: Sendable {
  /// The name under which a plugin provides it: `http`, `stdio`.
  public var type: String

  /// Overrides ``ServerSettings/port`` for HTTP.
  public var httpPort: UInt16?

  /// What the plugin receives: `[server.transport.<type>]`; for HTTP with `[server.tls]` as `tls`,
  /// whose paths are absolute.
  public var section: JSONObject

  /// The folder that relative paths of ``section`` stand against.
  public var directory: String
}

extension TransportSettings {
  /// The transports of the product; those that are not here yet are refused with that word.
  private static let available = ["http", "stdio"]
  private static let later = ["websocket", "sse", "unix"]

  /// Reads `[server.transport]` and `[server.tls]`.
  static func decode(
    _ value: ConfigValue?, tls: ConfigValue?, file: String, report: ConfigReport
  ) -> TransportSettings {
    var settings = TransportSettings(
      type: "http", section: JSONObject(), directory: FilePath.directory(of: file))
    if let value, let reader = TableReader(value, path: "server.transport", report: report) {
      settings.read(reader)
    }
    if let tls, let reader = TableReader(tls, path: "server.tls", report: report) {
      settings.section["tls"] = .object(tlsSection(reader))
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
      guard let section = value.toJSON().object else {
        reader.mismatch(name, value, expected: "a table")
        continue
      }
      guard name == type else { continue }
      self.section = section
      // The file of the first entry, for a table that several files fill.
      let place = value.table?.first?.place ?? value.place
      directory = FilePath.directory(of: place.file)
    }
    reader.finish()
  }

  /// `[server.tls]` with its file names made absolute: it may stand in another file than the
  /// section that it becomes part of.
  private static func tlsSection(_ reader: TableReader) -> JSONObject {
    var section = reader.table.toJSON().object ?? JSONObject()
    for key in section.keys where key.hasSuffix("_file") {
      if let file = reader.file(key) { section[key] = .string(file) }
    }
    return section
  }
}
