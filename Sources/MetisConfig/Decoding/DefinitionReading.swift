import JSON

/// What tools, resources and prompts have in common.
struct DefinitionReading {
  let title: String?
  let description: String?
  let icons: JSONValue?
  let meta: JSONObject?
  /// nil, with errors, where nothing answers.
  let mock: MockSettings?

  /// Reads the common keys of `reader`. `kind` is `tool`, `resource` or `prompt`.
  init(_ reader: TableReader, kind: String) {
    title = reader.name("title")
    description = reader.string("description")
    icons = reader.value("icons").flatMap {
      Icons.decode($0, path: reader.path("icons"), report: reader.report)
    }
    let meta = reader.object("_meta")
    let otherMeta = reader.object("meta")
    self.meta = meta ?? otherMeta
    var mock = Self.mock(reader, kind: kind)
    let seed = reader.integer("seed", in: UInt64.min...UInt64.max)
    if mock?.seed == nil { mock?.seed = seed }
    let timeout = MockSettings.timeout(reader)
    if mock?.timeout == nil { mock?.timeout = timeout }
    self.mock = mock
    reader.notAvailable(["behavior", "auth", "response"]) { "\(kind)s.\($0)" }
  }

  private static func mock(_ reader: TableReader, kind: String) -> MockSettings? {
    guard reader.value("mock") != nil else {
      reader.report.error(
        "a \(kind) needs what answers it", at: reader.place, path: reader.path,
        hint: "add a table [\(reader.path.isEmpty ? "" : "\(kind)s.")mock] with strategy = "
          + "\"static\" or the name of another strategy")
      return nil
    }
    return reader.table("mock").flatMap(MockSettings.decode)
  }
}

extension MockSettings {
  /// Reads a `mock` table. All that is not the host's belongs to the strategy, whose plugin checks
  /// it: nothing here is unknown.
  static func decode(_ reader: TableReader) -> MockSettings? {
    let strategy = reader.value("strategy")
    let name = reader.name("strategy")
    if strategy == nil {
      let hint = nearest(to: "strategy", among: reader.unread.map(\.key))
      reader.report.error(
        "a mock needs a strategy", at: reader.place, path: reader.path,
        hint: hint.map { "\"\($0)\" stands here; did you mean \"strategy\"?" }
          ?? "add strategy = \"static\", \"echo\", \"random\" or the name of a plugin's")
    }
    let seed = reader.integer("seed", in: UInt64.min...UInt64.max)
    let timeout = timeout(reader)
    reader.notAvailable(["behavior", "fallback"]) { "mock.\($0)" }
    guard let strategy, let name else { return nil }

    var entries: [ConfigEntry] = []
    if let own = reader.table[name]?.table {
      _ = reader.value(name)
      entries = own
    }
    for entry in reader.unread {
      guard !entries.contains(where: { $0.key == entry.key }) else {
        reader.report.error(
          "found here and in [\(reader.path(name))]", at: entry.place,
          path: reader.path(entry.key), hint: "keep one of the two")
        continue
      }
      entries.append(entry)
    }
    var table = reader.table
    table.content = .table(entries)
    let section = ConfigSection(
      table, path: reader.path, directory: FilePath.directory(of: reader.place.file))
    return MockSettings(
      strategy: name, section: section, seed: seed, timeout: timeout, place: strategy.place)
  }

  /// `timeout_ms`, up to a day.
  static func timeout(_ reader: TableReader) -> Duration? {
    reader.integer("timeout_ms", in: 1...86_400_000).map { .milliseconds($0) }
  }
}
