public import JSON

/// JSON Schemas of configuration files, for editors: completion, descriptions and marks for what is
/// wrong, in TOML (taplo), YAML (yaml-language-server) and JSON.
///
/// The schemas are of draft 2020-12 and made of the declarations alone. They are a little wider than
/// the check of the host: where a number or a choice is expected they take a text with `${…}` too,
/// and what a plugin checks they take as it is.
public enum ConfigSchema {
  /// The schema of a configuration, `metis.toml`.
  public static func document(of root: TableDeclaration = .root) -> JSONValue {
    var generation = SchemaGeneration(root)
    let body = generation.body(of: root)
    return document(
      id: "urn:metis:configuration:\(ConfigMigration.present)", title: "Configuration of Metis",
      body, generation)
  }

  /// The schema of a file in a folder of definitions: one tool, resource, template or prompt, or
  /// several in the arrays of a configuration. `root` declares them as its `tools`, `resources`,
  /// `resource_templates` and `prompts`.
  public static func definitionDocument(of root: TableDeclaration = .root) -> JSONValue {
    let kinds = ["tools", "resources", "resource_templates", "prompts"]
    let keys = kinds.compactMap { root[$0] }
    let several = TableDeclaration("definitions", "Several definitions in one file.", keys)
    var generation = SchemaGeneration(several)
    var forms: [JSONValue] = []
    for key in keys {
      for table in key.kind.tables {
        let form = generation.schema(of: table)
        if !forms.contains(form) { forms.append(form) }
      }
    }
    forms.append(generation.schema(of: several))
    return document(
      id: "urn:metis:definition:\(ConfigMigration.present)", title: "Definition of Metis",
      ["anyOf": .array(forms)], generation)
  }

  private static func document(
    id: String, title: String, _ body: JSONObject, _ generation: SchemaGeneration
  ) -> JSONValue {
    var document: JSONObject = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": .string(id),
      "title": .string(title),
    ]
    for (key, value) in body { document[key] = value }
    document["$defs"] = .object(generation.definitions)
    return .object(document)
  }
}

/// The making of one document. Tables that occur more than once stand in `$defs`.
private struct SchemaGeneration {
  /// `$defs` so far.
  private(set) var definitions: JSONObject = [
    "substituted": [
      "description": "A text in which `${NAME}` or `${file:PATH}` is replaced.",
      "type": "string",
      "pattern": #"\$\{[^}]+\}"#,
    ]
  ]

  /// How often each table occurs, by its path.
  private var uses: [String: Int] = [:]

  init(_ root: TableDeclaration) { count(root) }

  private mutating func count(_ table: TableDeclaration) {
    uses[table.path, default: 0] += 1
    // What is in a table that occurs again is counted once.
    guard uses[table.path] == 1 else { return }
    for inner in table.inner { count(inner) }
  }

  /// The schema of a table: a reference where it occurs more than once.
  mutating func schema(of table: TableDeclaration) -> JSONValue {
    guard uses[table.path, default: 0] > 1 || table.path.hasSuffix("[]") else {
      return .object(body(of: table))
    }
    let name = Self.name(of: table)
    if definitions[name] == nil {
      // The name is taken before the keys are looked at.
      definitions[name] = true
      definitions[name] = .object(body(of: table))
    }
    return ["$ref": .string("#/$defs/\(name)")]
  }

  private static func name(of table: TableDeclaration) -> String {
    let parts = table.path.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    return parts.joined(separator: "-")
  }

  /// The keywords of a table.
  mutating func body(of table: TableDeclaration) -> JSONObject {
    var schema: JSONObject = [
      "description": .string(Markdown.prose(table.summary)), "type": "object",
    ]
    var properties = JSONObject()
    for key in table.keys { properties[key.name] = property(key, in: table) }
    if !properties.isEmpty { schema["properties"] = .object(properties) }
    switch table.others {
    case .refused: schema["additionalProperties"] = false
    case .plugin: break
    case .each(let kind):
      let other = self.schema(of: kind)
      if other != true { schema["additionalProperties"] = other }
    }
    let required = table.keys.filter(\.isRequired)
    let spelled = required.filter { key in table.keys.contains { $0.aliasOf == key.name } }
    let plain = required.filter { key in !spelled.contains { $0.name == key.name } }
    if !plain.isEmpty { schema["required"] = .array(plain.map { .string($0.name) }) }
    let either = spelled.map { key -> JSONValue in
      let names = [key.name] + table.keys.filter { $0.aliasOf == key.name }.map(\.name)
      return ["anyOf": .array(names.map { ["required": .array([.string($0)])] })]
    }
    if !either.isEmpty { schema["allOf"] = .array(either) }
    return schema
  }

  private mutating func property(_ key: KeyDeclaration, in table: TableDeclaration) -> JSONValue {
    var schema: JSONObject = ["description": .string(description(of: key))]
    if key.aliasOf != nil { schema["deprecated"] = true }
    let value = self.schema(of: key.kind)
    for (keyword, value) in value.object ?? JSONObject() where keyword != "description" {
      schema[keyword] = value
    }
    schema["default"] = key.fallbackValue
    if let example = key.exampleValue { schema["examples"] = .array([example]) }
    return .object(schema)
  }

  private func description(of key: KeyDeclaration) -> String {
    var parts = [Markdown.sentence(Markdown.prose(key.summary))]
    if let target = key.aliasOf { parts = ["Another spelling of `\(target)`: \(parts[0])"] }
    if let unit = key.unit { parts.append("Unit: \(unit).") }
    if let fallback = key.fallback {
      let words = key.fallbackValue == nil ? Markdown.prose(fallback) : "`\(fallback)`"
      parts.append("Default: \(words).")
    }
    switch key.effect {
    case .reload: break
    case .restart: parts.append("A change takes effect with the next start.")
    case .later: parts.append("Has no effect yet.")
    }
    return parts.joined(separator: "\n\n")
  }

  /// The keywords of a kind; `true` for anything.
  private mutating func schema(of kind: KeyDeclaration.Kind) -> JSONValue {
    switch kind {
    case .boolean: return Self.orSubstituted(["type": "boolean"])
    case .integer(let range):
      var schema: JSONObject = ["type": "integer"]
      if range.lowerBound != .min { schema["minimum"] = JSONValue(range.lowerBound) }
      if range.upperBound != .max { schema["maximum"] = JSONValue(range.upperBound) }
      return Self.orSubstituted(schema)
    case .unsigned:
      return Self.orSubstituted(["type": "integer", "minimum": 0, "maximum": JSONValue(UInt64.max)])
    case .number(let range, let isAbove):
      var schema: JSONObject = ["type": "number"]
      if range.lowerBound.isFinite {
        schema[isAbove ? "exclusiveMinimum" : "minimum"] = Self.number(range.lowerBound)
      }
      if range.upperBound.isFinite { schema["maximum"] = Self.number(range.upperBound) }
      return Self.orSubstituted(schema)
    case .text, .path: return ["type": "string", "minLength": 1]
    case .anyText, .dateTime: return ["type": "string"]
    case .choice(let choices):
      return Self.orSubstituted(["enum": .array(choices.map(JSONValue.string))])
    case .array(let element):
      let items = schema(of: element)
      return items == true ? ["type": "array"] : ["type": "array", "items": items]
    case .table(let table): return schema(of: table)
    case .tables(let table): return ["type": "array", "items": schema(of: table)]
    case .map(let kind):
      let values = schema(of: kind)
      return values == true
        ? ["type": "object"] : ["type": "object", "additionalProperties": values]
    case .section: return ["type": "object"]
    case .any: return true
    case .oneOf(let kinds):
      // A schema that takes all makes the others moot.
      let schemas = kinds.map { schema(of: $0) }
      return schemas.contains(true) ? true : ["anyOf": .array(Self.flat(schemas))]
    }
  }

  /// Alternatives of alternatives in one list, each once.
  private static func flat(_ schemas: [JSONValue]) -> [JSONValue] {
    var list: [JSONValue] = []
    for schema in schemas {
      let inner = schema.object?.count == 1 ? schema["anyOf"]?.array : nil
      for alternative in inner ?? [schema] where !list.contains(alternative) {
        list.append(alternative)
      }
    }
    return list
  }

  private static func orSubstituted(_ schema: JSONObject) -> JSONValue {
    ["anyOf": [.object(schema), ["$ref": "#/$defs/substituted"]]]
  }

  private static func number(_ value: Double) -> JSONValue {
    Int64(exactly: value).map { JSONValue($0) } ?? JSONValue(value)
  }
}
