import JSON

extension ToolDefinition {
  /// Reads one `[[tools]]` table or one definition file; nil, with errors, where it has no usable
  /// name or strategy. `validation` holds where it says nothing itself.
  static func decode(
    _ value: ConfigValue, path: String, validation defaults: ValidationSettings,
    report: ConfigReport
  ) -> ToolDefinition? {
    guard let reader = TableReader(value, path: path, .tool, report: report) else { return nil }
    let name = decodeName(reader)
    let inputSchema = decodeSchema(reader, "input_schema") ?? JSONObject()
    let headers = reader.value("input_schema").map {
      ParameterHeader.decode($0, path: reader.path("input_schema"), report: report)
    }
    let outputSchema = decodeSchema(reader, "output_schema")
    let annotations = decodeAnnotations(reader)
    let support = reader.choice("task_support") as TaskSupport?
    let validation = reader.table("validation").map {
      ValidationSettings.decode($0, defaults: defaults)
    }
    let ui = reader.table("ui").flatMap(ToolUI.decode)
    let common = DefinitionReading(reader)
    guard let name, let mock = common.mock else { return nil }
    return ToolDefinition(
      name: name, title: common.title, description: common.description,
      inputSchema: asObjectSchema(inputSchema), outputSchema: outputSchema,
      annotations: annotations, icons: common.icons,
      meta: withUI(common.meta, ui, reader), ui: ui,
      taskSupport: support ?? .forbidden,
      validation: validation ?? defaults, parameterHeaders: headers ?? [],
      group: common.group, behavior: common.behavior, mock: mock,
      definition: value.toJSON(), directory: value.place.directory,
      place: reader.value("name")?.place ?? value.place)
  }

  /// `_meta` with the user interface in it, which must not stand there already.
  private static func withUI(
    _ meta: JSONObject?, _ ui: ToolUI?, _ reader: TableReader
  ) -> JSONObject? {
    guard let ui else { return meta }
    var meta = meta ?? JSONObject()
    if meta.contains("ui") {
      reader.report.error(
        "found here and in _meta", at: reader.value("ui")?.place ?? reader.place,
        path: reader.path("ui"), hint: "keep one of the two")
    }
    meta["ui"] = .object(ui.meta)
    return meta
  }

  private static func decodeName(_ reader: TableReader) -> String? {
    guard let value = reader.value("name"), let name = reader.name("name") else { return nil }
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
      if allowed {
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
      annotations[wireName] = reader.bool(reader.spelling(name, wireName)).map(JSONValue.bool)
    }
    return annotations
  }
}
