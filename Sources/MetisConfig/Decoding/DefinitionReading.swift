import JSON

/// What tools, resources and prompts have in common.
struct DefinitionReading {
  let title: String?
  let description: String?
  let icons: JSONValue?
  let meta: JSONObject?
  let group: String?
  /// How slow and unreliable it is: its own, over that of its defaults.
  let behavior: BehaviorSettings?
  /// What answers; nil, with errors, where it cannot be read.
  let mock: MockSettings?

  /// Reads the common keys of `reader`.
  init(_ reader: TableReader) {
    title = reader.name("title")
    description = reader.string("description")
    icons = Icons.decode(reader)
    meta = reader.object(reader.spelling("_meta", "meta"))
    group = reader.name("group")
    let mockReader = reader.table("mock")
    behavior = BehaviorSettings.decode(beside: reader, in: mockReader)
    var mock =
      reader.value("mock") == nil
      ? MockSettings.unnamed(reader) : mockReader.flatMap(MockSettings.decode)
    let seed = reader.integer("seed") as UInt64?
    if mock?.seed == nil { mock?.seed = seed }
    let timeout = MockSettings.timeout(reader)
    if mock?.timeout == nil { mock?.timeout = timeout }
    self.mock = mock
  }
}

extension MockSettings {
  /// Reads a `mock` table. All that is not the host's belongs to the strategy, whose plugin checks
  /// it: nothing here is unknown.
  static func decode(_ reader: TableReader) -> MockSettings? {
    let seed = reader.integer("seed") as UInt64?
    let timeout = timeout(reader)
    guard let strategy = reader.value("strategy"), let name = reader.name("strategy") else {
      return nil
    }
    var others = reader.others
    var entries: [ConfigEntry] = []
    var ownTable: ConfigSection.OwnTable?
    if let index = others.firstIndex(where: { $0.key == name }),
      let own = others[index].value.table
    {
      others.remove(at: index)
      entries = own
      if !own.isEmpty { ownTable = ConfigSection.OwnTable(name, own) }
    }
    for entry in others {
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
      table, path: reader.path, directory: reader.place.directory, own: ownTable)
    return MockSettings(
      strategy: name, section: section, seed: seed, timeout: timeout, place: strategy.place)
  }

  /// Where nothing names what answers: the schema of the results does.
  static func unnamed(_ reader: TableReader) -> MockSettings {
    if reader.table["output_schema"] == nil {
      reader.report.warning(
        "nothing says what answers it; the strategy \"schema\" is asked", at: reader.place,
        path: reader.path, hint: "add mock = { strategy = \"static\" } or another strategy")
    }
    let table = ConfigValue(.table([]), at: reader.place)
    return MockSettings(
      strategy: "schema",
      section: ConfigSection(table, path: reader.path("mock"), directory: reader.place.directory),
      seed: nil, timeout: nil, place: reader.place)
  }

  /// `timeout_ms`.
  static func timeout(_ reader: TableReader) -> Duration? {
    (reader.integer("timeout_ms") as Int64?).map { .milliseconds($0) }
  }
}
