import JSON
import MCP
import Testing

/// `Mcp-Param-*` (2026-07-28).
@Suite struct HeaderParameterTests {
  static let parameters = HeaderParameters([
    HeaderParameters.Parameter(name: "Region", path: ["region"]),
    HeaderParameters.Parameter(name: "Depth", path: ["options", "depth"]),
    HeaderParameters.Parameter(name: "Dry", path: ["dry"]),
  ])

  /// What is wrong with the fields; nil where they fit.
  func misfit(_ arguments: String?, _ fields: [(String, String)]) throws -> MCPError? {
    let slice = try arguments.map { try JSONCursor.validate(bytes($0)) }
    let given = fields.map { (name: bytes($0.0), value: bytes($0.1)) }
    do {
      try Self.parameters?.check(arguments: slice, fieldCount: given.count) { given[$0] }
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    (#"{"region":"Hello"}"#, [("mcp-param-region", "Hello")]),
    (#"{"region":"Hello"}"#, [("Mcp-Param-Region", " Hello\t")]),
    (#"{"region":"Hello"}"#, [("Mcp-Param-Region", "=?base64?SGVsbG8=?=")]),
    (#"{"region":"SGVsbG8="}"#, [("Mcp-Param-Region", "SGVsbG8=")]),
    (#"{"region":"=?base64?SGVsbG8="}"#, [("Mcp-Param-Region", "=?base64?SGVsbG8=")]),
    (#"{"region":"caf\u00e9"}"#, [("Mcp-Param-Region", "=?base64?Y2Fmw6k=?=")]),
    (#"{"options":{"depth":42}}"#, [("Mcp-Param-Depth", "42")]),
    (#"{"options":{"depth":42.0}}"#, [("Mcp-Param-Depth", "42")]),
    (#"{"dry":true}"#, [("Mcp-Param-Dry", "true")]),
    (#"{"region":null}"#, []), ("{}", [("Mcp-Param-Other", "x")]), (nil, []),
  ])
  func fits(_ arguments: String?, _ fields: [(String, String)]) throws {
    #expect(try misfit(arguments, fields) == nil)
  }

  @Test(arguments: [
    (#"{"region":"Hello"}"#, []), (#"{"region":"Hello"}"#, [("Mcp-Param-Region", "hello")]),
    (#"{"region":"Hello"}"#, [("Mcp-Param-Region", "=?base64?SGVsbG8?=")]),
    (#"{"region":"Hello"}"#, [("Mcp-Param-Region", "=?base64?SGVs!!!bG8=?=")]),
    (#"{"region":"a"}"#, [("Mcp-Param-Region", "a"), ("mcp-param-region", "a")]),
    (#"{"region":null}"#, [("Mcp-Param-Region", "null")]), (nil, [("Mcp-Param-Region", "")]),
    (#"{"options":{"depth":42}}"#, [("Mcp-Param-Depth", "43")]),
    (#"{"options":{"depth":42}}"#, [("Mcp-Param-Depth", "forty-two")]),
    (#"{"dry":true}"#, [("Mcp-Param-Dry", "True")]),
  ])
  func misfits(_ arguments: String?, _ fields: [(String, String)]) throws {
    let error = try #require(try misfit(arguments, fields))
    #expect(error.code == -32020)
    #expect(error.status == 400)
    #expect(error.message.contains("Mcp-Param-"))
  }

  @Test func noParameters() { #expect(HeaderParameters([]) == nil) }
}
