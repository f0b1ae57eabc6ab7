import Foundation
import JSON
import Testing

@testable import MetisConfig

/// A text that is generated from the declarations and kept in docs/reference.
private struct Generated {
  let name: String
  let text: String

  private var path: String {
    let tests = (#filePath as NSString).deletingLastPathComponent
    return tests + "/../../docs/reference/\(name)"
  }

  /// Whether the file holds the text. `METIS_RENEW=1` writes it, and says so once.
  func check() throws {
    let kept = try? String(contentsOfFile: path, encoding: .utf8)
    guard kept != text else { return }
    if ProcessInfo.processInfo.environment["METIS_RENEW"] == "1" {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record("renewed docs/reference/\(name); run the test once more")
    } else {
      Issue.record(
        """
        docs/reference/\(name) is not what the declarations give; renew it with: \
        METIS_RENEW=1 swift test --filter DescribingTests
        """)
    }
  }
}

private func pretty(_ value: JSONValue) -> String {
  String(decoding: value.jsonBytes(pretty: true), as: UTF8.self) + "\n"
}

/// Each schema in a schema, with its place.
private func visit(
  _ schema: JSONValue, at path: String = "#", _ body: (JSONObject, String) -> Void
) {
  guard let object = schema.object else { return }
  body(object, path)
  for keyword in ["properties", "$defs"] {
    for (name, inner) in object[keyword]?.object ?? JSONObject() {
      visit(inner, at: "\(path)/\(keyword)/\(name)", body)
    }
  }
  for keyword in ["items", "additionalProperties"] {
    if let inner = object[keyword] { visit(inner, at: "\(path)/\(keyword)", body) }
  }
  for keyword in ["anyOf", "allOf"] {
    for (index, inner) in (object[keyword]?.array ?? []).enumerated() {
      visit(inner, at: "\(path)/\(keyword)/\(index)", body)
    }
  }
}

/// A root with one key of each kind.
private let sample = TableDeclaration(
  "", "A sample.",
  [
    KeyDeclaration("on", .boolean, fallback: "true", "whether it is on"),
    KeyDeclaration("count_ms", .integer(0...10), fallback: "3", example: "4", "a time"),
    KeyDeclaration("any_count", .unsigned, "a seed"),
    KeyDeclaration("part", .number(0...1, isAbove: true), "a part"),
    KeyDeclaration("level", .choice(["low", "high"]), fallback: "\"low\"", "how much"),
    KeyDeclaration("words", .text, fallback: "as the name says", "words of [some.table]"),
    KeyDeclaration("old_words", .text, aliasOf: "words", "words"),
    KeyDeclaration("map", .map(of: .table(leaf)), effect: .later, "tables by name"),
    KeyDeclaration("list", .tables(leaf), effect: .restart, "tables"),
    KeyDeclaration("plugin", .section, "a section"),
    KeyDeclaration("free", .any, "anything"),
    KeyDeclaration("either", .oneOf([.array(of: .text), .text]), "texts"),
    KeyDeclaration("open", .table(open), "an open table"),
  ])

private let leaf = TableDeclaration(
  "leaf", "A leaf.",
  [
    KeyDeclaration("id", .text, isRequired: true, "its name"),
    KeyDeclaration("ident", .text, aliasOf: "id", "its name"),
    KeyDeclaration("kind", .text, isRequired: true, "its kind"),
    KeyDeclaration("size", .integer(0...(.max)), "its size"),
  ])

private let open = TableDeclaration(
  "open", "An open table.", others: .plugin, [KeyDeclaration("a", .path, "a file")])

@Suite struct DescribingTests {
  @Test func theReferenceIsRenewed() throws {
    try Generated(name: "configuration.md", text: ConfigReference.markdown()).check()
  }

  @Test func theSchemasAreRenewed() throws {
    try Generated(name: "metis.schema.json", text: pretty(ConfigSchema.document())).check()
    try Generated(
      name: "definition.schema.json", text: pretty(ConfigSchema.definitionDocument())
    ).check()
  }

  @Test(arguments: [
    ConfigSchema.document(), ConfigSchema.definitionDocument(), ConfigSchema.document(of: sample),
  ])
  func aSchemaIsWellFormed(_ document: JSONValue) throws {
    let known: Set<String> = [
      "$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required",
      "additionalProperties", "items", "anyOf", "allOf", "enum", "pattern", "minLength", "minimum",
      "maximum", "exclusiveMinimum", "default", "examples", "deprecated",
    ]
    let definitions = try #require(document["$defs"]?.object)
    var used: Set<String> = []
    visit(document) { schema, path in
      for key in schema.keys { #expect(known.contains(key), "\(path): \(key)") }
      if let reference = schema["$ref"]?.string {
        let name = reference.replacing("#/$defs/", with: "")
        #expect(definitions.contains(name), "\(path): \(reference)")
        used.insert(name)
      }
      if let names = schema["required"]?.array, let properties = schema["properties"]?.object {
        for name in names { #expect(properties.contains(name.string ?? ""), "\(path)") }
      }
      if let low = schema["minimum"]?.double, let high = schema["maximum"]?.double {
        #expect(low <= high, "\(path)")
      }
      for alternatives in [schema["anyOf"], schema["enum"], schema["required"]] {
        guard let array = alternatives?.array else { continue }
        #expect(!array.isEmpty && Set(array).count == array.count, "\(path)")
      }
    }
    #expect(used.isSuperset(of: definitions.keys), "\(Set(definitions.keys).subtracting(used))")
    #expect(document["$schema"] == "https://json-schema.org/draft/2020-12/schema")
  }

  /// What is kept in docs stays small enough for an editor to load at once.
  @Test func theSchemaIsSmall() {
    #expect(ConfigSchema.document().jsonBytes().count < 120_000)
  }

  @Test func kindsBecomeKeywords() throws {
    let document = ConfigSchema.document(of: sample)
    let properties = try #require(document["properties"]?.object)
    let substituted: JSONValue = ["$ref": "#/$defs/substituted"]
    #expect(properties["on"]?["anyOf"] == [["type": "boolean"], substituted])
    #expect(properties["on"]?["default"] == true)
    #expect(
      properties["count_ms"]?["anyOf"]
        == [["type": "integer", "minimum": 0, "maximum": 10], substituted])
    #expect(properties["count_ms"]?["examples"] == [4])
    #expect(
      properties["count_ms"]?["description"] == "A time.\n\nUnit: milliseconds.\n\nDefault: `3`.")
    #expect(properties["any_count"]?["anyOf"]?[0]?["maximum"]?.number?.uint == .max)
    #expect(
      properties["part"]?["anyOf"]?[0] == ["type": "number", "exclusiveMinimum": 0, "maximum": 1])
    #expect(properties["level"]?["anyOf"] == [["enum": ["low", "high"]], substituted])
    #expect(properties["words"]?["default"] == nil)
    #expect(
      properties["words"]?["description"]
        == "Words of `[some.table]`.\n\nDefault: as the name says.")
    #expect(properties["old_words"]?["deprecated"] == true)
    #expect(properties["map"]?["additionalProperties"] == ["$ref": "#/$defs/leaf"])
    #expect(properties["list"]?["items"] == ["$ref": "#/$defs/leaf"])
    #expect(properties["plugin"]?["type"] == "object")
    #expect(properties["free"]?.object?.keys == ["description"])
    #expect(
      properties["either"]?["anyOf"]
        == [
          ["type": "array", "items": ["type": "string", "minLength": 1]],
          ["type": "string", "minLength": 1],
        ])
    #expect(properties["open"]?["additionalProperties"] == nil)
    #expect(document["additionalProperties"] == false)
    let leaf = document["$defs"]?["leaf"]
    #expect(leaf?["required"] == ["kind"])
    #expect(leaf?["allOf"] == [["anyOf": [["required": ["id"]], ["required": ["ident"]]]]])
    #expect(
      leaf?["properties"]?["size"]?["anyOf"]?[0] == ["type": "integer", "minimum": 0])
  }

  @Test func aDefinitionFileIsOneOrSeveral() throws {
    let document = ConfigSchema.definitionDocument()
    let forms = try #require(document["anyOf"]?.array)
    let names = forms.compactMap { $0["$ref"]?.string }
    #expect(
      names == [
        "#/$defs/tools", "#/$defs/resources", "#/$defs/resource_templates", "#/$defs/prompts",
      ])
    #expect(forms.last?["properties"]?.object?.keys.first == "tools")
    #expect(document["$defs"]?["tools"]?["required"] == ["name"])
  }

  @Test func keysBecomeRows() {
    let page = ConfigReference.markdown(of: sample)
    let rows = [
      "| `on` | boolean | `true` | whether it is on |",
      "| `count_ms` | 0…10 | `3` | a time |",
      "| `any_count` | integer from 0 | | a seed |",
      "| `part` | number above 0, up to 1 | | a part |",
      "| `level` | `\"low\"`, `\"high\"` | `\"low\"` | how much |",
      "| `words` | text | as the name says | words of `[some.table]`; also `old_words` |",
      "| `either` | array of texts, or one alone | | texts |",
      "| `id` | text | needed | its name; also `ident` |",
    ]
    for row in rows { #expect(page.contains(row + "\n"), "\(row)") }
    #expect(page.contains("\n## `[leaf]`\n"))
    #expect(page.contains("\n## `[open]`\n"))
  }

  /// Every key that is declared stands on the page, and every link on it leads somewhere.
  @Test func everyDeclaredKeyIsDescribed() {
    let page = ConfigReference.markdown()
    func look(at table: TableDeclaration) {
      for key in table.keys {
        // As a row, before the keys of a small table, or as a heading.
        let forms = ["`NAME`", ".NAME`", "`NAME.", ".NAME.", "[NAME]", ".NAME]", "[NAME."]
        #expect(
          forms.contains { page.contains($0.replacing("NAME", with: key.name)) },
          "\(table.path): \(key.name)")
        for inner in key.kind.tables { look(at: inner) }
      }
    }
    look(at: .root)
    let anchors = Set(
      page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
        String(
          line.drop { $0 == "#" || $0 == " " }.lowercased().compactMap { character -> Character? in
            if character == " " { return "-" }
            return character.isLetter || character.isNumber || "-_".contains(character)
              ? character : nil
          })
      })
    for part in page.components(separatedBy: "](#").dropFirst() {
      let anchor = String(part.prefix { $0 != ")" })
      #expect(anchors.contains(anchor), "\(anchor)")
    }
  }

  /// A path names one table: sections and references go by it.
  @Test func aPathMeansOneTable() {
    var seen: [String: [String]] = [:]
    func look(at table: TableDeclaration) {
      let keys = table.keys.map(\.name)
      #expect(seen[table.path, default: keys] == keys, "\(table.path)")
      seen[table.path] = keys
      for inner in table.inner { look(at: inner) }
    }
    look(at: .root)
  }

  @Test func theExamplesOfThePageLoad() throws {
    let blocks = ConfigReference.markdown().components(separatedBy: "```toml\n").dropFirst()
    #expect(!blocks.isEmpty)
    for block in blocks {
      let configuration = try load(String(block.prefix { $0 != "`" }))
      #expect(configuration.warnings.isEmpty)
      #expect(configuration.resources.first?.completions["name"]?.variants.count == 1)
    }
  }

  /// Defaults and examples that look like values are values of their kind.
  @Test func examplesAreValues() {
    func look(at table: TableDeclaration) {
      for key in table.keys {
        if key.example != nil {
          #expect(key.exampleValue != nil, "\(table.path): \(key.name): \(key.example ?? "")")
        }
        switch (key.kind, key.fallbackValue) {
        case (.boolean, let value?): #expect(value.bool != nil, "\(table.path): \(key.name)")
        case (.integer(let range), let value?):
          #expect(value.int.map(range.contains) == true, "\(table.path): \(key.name)")
        case (.choice(let choices), let value?):
          #expect(choices.contains(value.string ?? ""), "\(table.path): \(key.name)")
        default: break
        }
        for inner in key.kind.tables { look(at: inner) }
      }
    }
    look(at: .root)
  }

  @Test(arguments: [
    ("see [groups.<name>], or a_key", "see `[groups.<name>]`, or `a_key`"),
    (
      "output = \"file\" and { p50 = 20, p99 = 4 }",
      "output = `\"file\"` and `{ p50 = 20, p99 = 4 }`"
    ),
    ("(minisign) a|b * <", "(minisign) a\\|b \\* &lt;"),
    ("tools/list; and/or", "`tools/list`; and/or"),
    ("\"a b\" done", "`\"a b\"` done"),
    ("an open \" quote", "an open \" quote"),
  ])
  func proseBecomesMarkdown(_ text: String, _ expected: String) {
    #expect(Markdown.prose(text) == expected)
  }
}
