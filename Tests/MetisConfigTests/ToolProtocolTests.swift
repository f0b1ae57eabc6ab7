import JSON
import Testing

@testable import MetisConfig

@Suite struct ToolProtocolTests {
  /// The tool of a text after its name and its mock.
  private func tool(_ lines: String, server: String = "") throws -> ToolDefinition {
    let text = server + "\n[[tools]]\nname = \"a\"\nmock = { strategy = \"echo\" }\n" + lines
    return try #require(try load(text).tools.first).value
  }

  private func mistakes(_ lines: String) throws -> [String] {
    try errors("[[tools]]\nname = \"a\"\nmock = { strategy = \"echo\" }\n" + lines)
  }

  @Test func taskSupport() throws {
    #expect(try tool("").taskSupport == .forbidden)
    #expect(try tool("task_support = \"required\"").taskSupport == .required)
    #expect(
      try mistakes("task_support = \"optonal\"") == [
        "metis.toml:4:16: error: tools[0].task_support: found \"optonal\", expected one of "
          + "forbidden, optional, required (did you mean \"optional\"?)"
      ])
  }

  @Test func validationHasTheServersDefaults() throws {
    let server = "[server.validation]\ninput = false\noutput = \"warn\"\n"
    #expect(try tool("", server: server).validation.output == .warn)
    #expect(try tool("", server: server).validation.input == false)
    let own = try tool("[tools.validation]\noutput = false\n", server: server).validation
    #expect(own.output == .off && !own.input)
    #expect(try tool("validation = { input = true }", server: server).validation.input)
  }

  @Test func theInterfaceStandsInMeta() throws {
    let both = try tool(
      "_meta = { a = 1 }\nui = { resource_uri = \"ui://a/b\", visibility = [\"model\", \"app\"] }\n"
    )
    #expect(both.ui?.resourceURI == "ui://a/b")
    #expect(
      both.listing["_meta"]?.description
        == #"{"a":1,"ui":{"resourceUri":"ui://a/b","visibility":["model","app"]}}"#)
    #expect(try tool("").meta == nil)
    #expect(
      try mistakes("_meta = { ui = {} }\nui = { resource_uri = \"ui://a\" }\n") == [
        "metis.toml:5:6: error: tools[0].ui: found here and in _meta (keep one of the two)"
      ])
    #expect(
      try mistakes("ui = { resource_uri = \"file:///a\", visibility = \"modl\" }\n") == [
        "metis.toml:4:23: error: tools[0].ui.resource_uri: found another scheme, expected a URI "
          + "that begins with ui://",
        "metis.toml:4:49: error: tools[0].ui.visibility: found \"modl\", expected one of model, app "
          + "(did you mean \"model\"?)",
      ])
  }

  @Test func headersOfParameters() throws {
    let headers = try tool(
      """
      [tools.input_schema.properties]
      region = { type = "string", x-mcp-header = "Region" }
      count = { type = ["integer", "null"], x-mcp-header = "Count" }
      free = { type = "string", default = { x-mcp-header = "no keyword" } }
      place = { type = "object", properties = { dry = { type = "boolean", x-mcp-header = "X!" } } }
      x-mcp-header = { type = "string" }
      """
    ).parameterHeaders
    #expect(
      headers == [
        ParameterHeader(name: "Region", path: ["region"], kind: .string),
        ParameterHeader(name: "Count", path: ["count"], kind: .integer),
        ParameterHeader(name: "X!", path: ["place", "dry"], kind: .boolean),
      ])
    #expect(try tool("").parameterHeaders.isEmpty)
  }

  @Test(arguments: [
    ("x-mcp-header = \"A\"", "input_schema.x-mcp-header: found where not only properties lead"),
    (
      "properties.a = { type = \"array\", items = { type = \"string\", x-mcp-header = \"A\" } }",
      "properties.a.items.x-mcp-header: found where not only properties lead"
    ),
    (
      "\"$defs\" = { d = { type = \"string\", x-mcp-header = \"A\" } }",
      "$defs.d.x-mcp-header: found where not only properties lead"
    ),
    (
      "anyOf = [{ properties = { b = { type = \"string\", x-mcp-header = \"A\" } } }]",
      "anyOf[0].properties.b.x-mcp-header: found where not only properties lead"
    ),
    (
      "properties.a = { type = \"string\", x-mcp-header = 1 }",
      "found an integer, expected the name that follows Mcp-Param-"
    ),
    ("properties.a = { type = \"string\", x-mcp-header = \"\" }", "found a name that is no token"),
    (
      "properties.a = { type = \"string\", x-mcp-header = \"a b\" }",
      "found a name that is no token"
    ),
    (
      "properties = { a = { type = \"string\", x-mcp-header = \"A\" }, "
        + "b = { type = \"string\", x-mcp-header = \"a\" } }",
      "properties.b.x-mcp-header: found a name that a has as well; case does not count"
    ),
    (
      "properties.a = { type = \"number\", x-mcp-header = \"A\" }",
      "expected a property whose type is string, integer or boolean"
    ),
    (
      "properties.a = { x-mcp-header = \"A\" }",
      "expected a property whose type is string, integer or boolean"
    ),
    (
      "properties.a = { type = [\"string\", \"integer\"], x-mcp-header = \"A\" }",
      "expected a property whose type is string, integer or boolean"
    ),
  ])
  func headersThatNoClientCouldServe(_ line: String, _ message: String) throws {
    let found = try mistakes("[tools.input_schema]\n\(line)\n")
    #expect(found.count == 1)
    #expect(found.first?.contains(message) == true, "\(found)")
  }
}
