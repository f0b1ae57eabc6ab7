import JSON

extension ToolDefinition {
  /// Reads one `[[tools]]` table or one definition file; nil, with errors, where it has no usable
  /// name or strategy.
  static func decode(_ value: ConfigValue, path: String, report: ConfigReport) -> ToolDefinition? {
    guard let reader = TableReader(value, path: path, report: report) else { return nil }
    let name = decodeName(reader)
    let title = reader.name("title")
    let description = reader.string("description")
    let inputSchema = decodeSchema(reader, "input_schema") ?? JSONObject()
    let outputSchema = decodeSchema(reader, "output_schema")
    let annotations = decodeAnnotations(reader)
    let icons = reader.value("icons").flatMap {
      Icons.decode($0, path: reader.path("icons"), report: report)
    }
    let meta = reader.object("_meta")
    let otherMeta = reader.object("meta")
    var mock = decodeMock(reader)
    let seed = reader.integer("seed", in: UInt64.min...UInt64.max)
    if mock?.seed == nil { mock?.seed = seed }
    let timeout = MockSettings.timeout(reader)
    if mock?.timeout == nil { mock?.timeout = timeout }
    reader.notAvailable(["behavior", "auth", "response", "validation"]) { "tools.\($0)" }
    reader.finish()
    guard let name, let mock else { return nil }
    return ToolDefinition(
      name: name, title: title, description: description,
      inputSchema: asObjectSchema(inputSchema), outputSchema: outputSchema,
      annotations: annotations, icons: icons, meta: meta ?? otherMeta, ui: nil,
      taskSupport: .forbidden, validation: ValidationSettings(), parameterHeaders: [], mock: mock,
      definition: value.toJSON(), directory: FilePath.directory(of: value.place.file),
      place: reader.value("name")?.place ?? value.place)
  }

  private static func decodeName(_ reader: TableReader) -> String? {
    guard let value = reader.value("name") else {
      reader.report.error("a tool needs a name", at: reader.place, path: reader.path)
      return nil
    }
    guard let name = reader.string("name") else { return nil }
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    if allowed, (1...128).contains(name.utf8.count) { return name }
    let found =
      if name.isEmpty {
        "an empty name"
      } else if allowed {
        "\(name.utf8.count) characters"
      } else if value.isSubstituted {
        "a value from the environment with other characters"
      } else {
        "\"\(name.prefix(40))\""
      }
    reader.report.error(
      "found \(found), expected 1 to 128 of A-Z, a-z, 0-9, _, . and -", at: value.place,
      path: reader.path("name"))
    return nil
  }

  /// A schema whose own `type`, where it stands, is "object".
  private static func decodeSchema(_ reader: TableReader, _ key: String) -> JSONObject? {
    guard let schema = reader.object(key), let value = reader.value(key) else { return nil }
    if key == "input_schema", let type = value["type"], type.string != "object" {
      reader.report.error(
        "expected type = \"object\": the arguments of a tool are an object", at: type.place,
        path: reader.path("\(key).type"))
    }
    return schema
  }

  private static func asObjectSchema(_ schema: JSONObject) -> JSONObject {
    if schema.contains("type") { return schema }
    return JSONObject([("type", "object")] + schema.map { ($0.key, $0.value) })
  }

  private static func decodeAnnotations(_ reader: TableReader) -> JSONObject? {
    guard let reader = reader.table("annotations") else { return nil }
    var annotations = JSONObject()
    annotations["title"] = reader.name("title").map(JSONValue.string)
    let hints = [
      ("read_only_hint", "readOnlyHint"), ("destructive_hint", "destructiveHint"),
      ("idempotent_hint", "idempotentHint"), ("open_world_hint", "openWorldHint"),
    ]
    for (name, wireName) in hints {
      let value = reader.bool(name)
      annotations[wireName] = (value ?? reader.bool(wireName)).map(JSONValue.bool)
    }
    reader.finish()
    return annotations
  }

  private static func decodeMock(_ reader: TableReader) -> MockSettings? {
    guard reader.value("mock") != nil else {
      reader.report.error(
        "a tool needs what answers it", at: reader.place, path: reader.path,
        hint: "add a table [tools.mock] with strategy = \"static\", \"echo\" or \"random\"")
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
