import Foundation
import JSON
import JSONRPC
import MCP
import Testing

/// Results against the official JSON Schemas, where these are at hand.
///
/// The schemas are not part of this repository: METIS_MCP_SCHEMA names the folder that holds
/// `<revision>/schema.json`, else `../shared/mcp/schema` beside the package is taken.
@Suite struct SchemaTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let python = root.appending(path: ".venv/bin/python").path
  static let schemas =
    ProcessInfo.processInfo.environment["METIS_MCP_SCHEMA"]
    ?? root.deletingLastPathComponent().appending(path: "shared/mcp/schema").path

  /// Reads `[{revision, definitions, value}]`; writes what is invalid, a line each, and how many
  /// were valid. A definition's name differs between revisions: the first known one counts.
  static let script = """
    import json, sys
    import jsonschema
    good = 0
    for case in json.load(sys.stdin):
        with open(f"{sys.argv[1]}/{case['revision']}/schema.json") as file:
            schema = json.load(file)
        section = "$defs" if "$defs" in schema else "definitions"
        name = next((n for n in case["definitions"] if n in schema[section]), None)
        label = f"{case['revision']} {case['definitions']}"
        if name is None:
            print(f"{label}: no such definition")
            continue
        whole = {"$schema": schema["$schema"], section: schema[section],
                 "$ref": f"#/{section}/{name}"}
        errors = list(jsonschema.validators.validator_for(whole)(whole).iter_errors(case["value"]))
        for error in errors:
            print(f"{label}: {error.json_path}: {error.message}")
        good += not errors
    print(f"valid {good}")
    """

  /// Whether a schema refuses what is wrong, so that the check checks: a list without tools.
  static let wrong: JSONValue = [
    "revision": "2025-11-25", "definitions": ["ListToolsResult"], "value": ["tools": [["name": 1]]],
  ]

  func validate(_ cases: [JSONValue]) throws -> [String]? {
    guard FileManager.default.isExecutableFile(atPath: Self.python),
      FileManager.default.fileExists(atPath: Self.schemas)
    else {
      print("not run: \(Self.python) or \(Self.schemas) is missing")
      return nil
    }
    let process = Process()
    process.executableURL = URL(filePath: Self.python)
    process.arguments = ["-c", Self.script, Self.schemas]
    let input = FileManager.default.temporaryDirectory.appending(
      path: "metis-schema-\(UUID().uuidString).json")
    try Data(JSONValue.array(cases).jsonBytes()).write(to: input)
    defer { try? FileManager.default.removeItem(at: input) }
    process.standardInput = try FileHandle(forReadingFrom: input)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func check(_ revision: ProtocolRevision, _ definitions: [String], _ value: JSONValue) -> JSONValue
  {
    [
      "revision": .string(revision.name.description),
      "definitions": .array(definitions.map(JSONValue.string)), "value": value,
    ]
  }

  /// The result as the host sends it: in the stateless era with its type.
  func sent(_ result: JSONValue, _ revision: ProtocolRevision) -> JSONValue {
    guard !revision.isLegacy, case .object(var object) = result else { return result }
    object["resultType"] = "complete"
    return .object(object)
  }

  func results(_ revision: ProtocolRevision) throws -> [JSONValue] {
    let tools = [
      ToolDefinition(name: "task", taskSupport: "optional"), ToolDefinitionTests.full,
      ToolDefinition(name: "least"),
      ToolDefinition(name: "list", outputSchema: ["type": "array", "items": ["type": "number"]]),
    ]
    let list = try JSONValue(
      jsonBytes: ListPage(.tools, tools.map { $0.encoded(revision) }, revision).last)
    var cases = [check(revision, ["ListToolsResult"], sent(list, revision))]
    for json in [#""text""#, #"{"a":[1,null]}"#, "[1,2]", "null", "1.5"] {
      for hasOutputSchema in [false, true] {
        var writer = JSONWriter([UInt8]())
        ToolResult.shape(
          try JSONCursor.validate(bytes(json)), emitted: [],
          structured: RevisionTraits.of(revision).structuredContent,
          hasOutputSchema: hasOutputSchema, into: &writer)
        let result = try JSONValue(jsonBytes: writer.finish())
        cases.append(check(revision, ["CallToolResult"], sent(result, revision)))
      }
    }
    cases += try targets(revision)
    let failure = try JSONValue(jsonBytes: ToolResult.failure("no"))
    cases.append(check(revision, ["CallToolResult"], sent(failure, revision)))
    let errors: [MCPError] = [
      .parse("x"), .invalidRequest("x"), .methodNotFound("x"), .unknownTool("x"),
      .headerMismatch("x"), .unsupportedVersion(requested: "x"), .internalError("x"),
    ]
    for error in errors {
      var text: [UInt8] = []
      MessageWriter.writeError(id: bytes("1"), error.object, to: &text)
      cases.append(
        check(revision, ["JSONRPCErrorResponse", "JSONRPCError"], try JSONValue(jsonBytes: text)))
    }
    var all = Capabilities()
    all.resourcesListChanged = true
    all.promptsListChanged = false
    all.completions = true
    all.tasks = true
    all.extensions = ["org.example/x": ["a": 1]]
    all.experimental = ["y": [:]]
    let servers = [
      ServerInfoTests.server, ServerInfo(name: "a", version: "b"),
      ServerInfo(
        name: "a", version: "b", title: "A", description: "d",
        icons: [["src": "https://example.org/i.png"]], websiteURL: "https://example.org",
        capabilities: all),
    ]
    for server in servers {
      cases.append(
        revision.isLegacy
          ? check(revision, ["InitializeResult"], server.initializeResult(revision))
          : check(revision, ["DiscoverResult"], sent(server.discoverResult(), revision)))
    }
    return cases
  }

  /// Resources, templates, prompts, completions, and a rich result in the words of the revision.
  func targets(_ revision: ProtocolRevision) throws -> [JSONValue] {
    let icons: JSONValue = [["src": "https://example.org/i.png", "sizes": ["48x48"]]]
    let annotations: JSONValue = [
      "audience": ["user"], "priority": 0.5, "lastModified": "2025-01-12T15:00:58Z",
    ]
    let resource = ResourceDefinition(
      uri: "a:b", name: "b", title: "B", description: "d", mimeType: "text/plain", size: 5,
      annotations: annotations, icons: icons, meta: ["x": 1])
    var template = resource
    template.isTemplate = true
    template.uri = "a:{b}"
    let prompt = PromptDefinition(
      name: "p", title: "P", description: "d",
      arguments: [
        PromptDefinition.Argument(name: "a", title: "A", description: "d", isRequired: true)
      ], icons: icons, meta: ["x": 1])
    func page(_ kind: ListKind, _ value: JSONValue) throws -> JSONValue {
      let page = ListPage(kind, [value, value], revision, CacheHints(ttlMs: 5, scope: "public"))
      return sent(try JSONValue(jsonBytes: page.result(nextCursor: "c")), revision)
    }
    let read = try ResourceResult.shape(
      try JSONCursor.validate(bytes("[1]")), uri: "a:b", mimeType: nil,
      emitted: [["type": "resource", "resource": ["uri": "a:c", "blob": "AA=="]]])
    var hinted = read
    CacheHints().add(to: &hinted, revision)
    let got = try PromptResult.shape(
      try JSONCursor.validate(bytes("\"x\"")), description: "d",
      emitted: [["type": "image", "data": "AA==", "mimeType": "image/png"]])
    let completion = CompletionResult.encoded(
      (0..<150).map(String.init), total: nil, hasMore: nil)
    let rich = bytes(TranslationTests.rich)
    let translated = ResultTranslation.translated(
      rich, try ResultMembers(scanning: rich), for: revision)
    return [
      check(revision, ["ListResourcesResult"], try page(.resources, resource.encoded(revision))),
      check(
        revision, ["ListResourceTemplatesResult"],
        try page(.resourceTemplates, template.encoded(revision))),
      check(revision, ["ListPromptsResult"], try page(.prompts, prompt.encoded(revision))),
      check(revision, ["ReadResourceResult"], sent(.object(hinted), revision)),
      check(revision, ["GetPromptResult"], sent(.object(got), revision)),
      check(revision, ["CompleteResult"], sent(try JSONValue(jsonBytes: completion), revision)),
      check(
        revision, ["CallToolResult"],
        try translated.map { try JSONValue(jsonBytes: $0) } ?? (try JSONValue(parsing: rich))),
    ]
  }

  @Test func results() throws {
    let cases = try ProtocolRevision.allCases.flatMap { try results($0) }
    guard let found = try validate(cases) else { return }
    #expect(found == ["valid \(cases.count)"])
  }

  @Test func theCheckRefuses() throws {
    guard let found = try validate([Self.wrong]) else { return }
    #expect(found.last == "valid 0")
    #expect(found.count > 1)
  }
}
