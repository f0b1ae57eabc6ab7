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
      ToolDefinitionTests.full, ToolDefinition(name: "least"),
      ToolDefinition(name: "list", outputSchema: ["type": "array", "items": ["type": "number"]]),
    ]
    let list = try JSONValue(jsonBytes: ToolsList.result(tools, revision))
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
    let servers = [ServerInfoTests.server, ServerInfo(name: "a", version: "b")]
    for server in servers {
      cases.append(
        revision.isLegacy
          ? check(revision, ["InitializeResult"], server.initializeResult(revision))
          : check(revision, ["DiscoverResult"], sent(server.discoverResult(), revision)))
    }
    return cases
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
