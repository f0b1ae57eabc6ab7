import JSON
import JSONRPC
import MCP
import Testing

/// The members of `params`.
@Suite struct ParameterTests {
  @Test func allMembers() throws {
    let read = try read(
      """
      {"name":"greet","uri":"test://a","arguments":{"b":[1,2]},"cursor":"next",
       "protocolVersion":"2025-06-18","capabilities":{"sampling":{}},"clientInfo":{"name":"c"},
       "requestId":17,"_meta":{"progressToken":"t"},"other":[{"name":"inner"}]}
      """)
    #expect(read.problem == nil)
    #expect(read.name?.decoded == "greet")
    #expect(read.uri?.decoded == "test://a")
    #expect(read.arguments?.text == #"{"b":[1,2]}"#)
    #expect(read.cursor?.decoded == "next")
    #expect(read.protocolVersion?.decoded == "2025-06-18")
    #expect(read.capabilities?.text == #"{"sampling":{}}"#)
    #expect(read.clientInfo?.text == #"{"name":"c"}"#)
    #expect(read.requestID?.text == "17")
    #expect(read.meta.raw?.text == #"{"progressToken":"t"}"#)
    #expect(read.meta.progressToken?.text == #""t""#)
  }

  @Test func noMembers() throws {
    let read = try read("{}")
    #expect(read.problem == nil)
    #expect(read.name == nil && read.uri == nil && read.arguments == nil && read.cursor == nil)
    #expect(read.protocolVersion == nil && read.capabilities == nil && read.clientInfo == nil)
    #expect(read.requestID == nil && read.meta.raw == nil)
  }

  @Test(arguments: [
    ("name", #""a""#), ("uri", #""a""#), ("cursor", #""a""#), ("protocolVersion", #""a""#),
    ("arguments", "{}"), ("capabilities", "{}"), ("clientInfo", "{}"), ("requestId", "1"),
    ("_meta", "{}"),
  ])
  func duplicate(_ name: String, _ value: String) throws {
    let twice = try read(#"{"\#(name)":\#(value),"x":0,"\#(name)":\#(value)}"#)
    let problem = try #require(twice.problem)
    #expect(problem.code == -32602)
    #expect(problem.message.contains("params.\(name) stands twice"))
    #expect(try read(#"{"\#(name)":\#(value)}"#).problem == nil)
  }

  @Test(arguments: [
    ("name", "1", "a string, found a number"), ("uri", "{}", "a string, found an object"),
    ("cursor", "null", "a string, found null"), ("protocolVersion", "[]", "a string"),
    ("arguments", "[]", "an object, found an array"), ("capabilities", "true", "an object"),
    ("clientInfo", #""x""#, "an object, found a string"),
    ("requestId", "{}", "a string or an integer, found an object"), ("requestId", "1.5", "integer"),
    ("requestId", "null", "integer"), ("_meta", "[]", "_meta must be an object"),
  ])
  func wrongType(_ name: String, _ value: String, _ message: String) throws {
    let problem = try #require(try read(#"{"\#(name)":\#(value)}"#).problem)
    #expect(problem.code == -32602)
    #expect(problem.status == 400)
    #expect(problem.message.contains(message), "\(problem.message)")
  }

  /// The first thing found is told, whatever comes after.
  @Test func firstProblem() throws {
    let found = try read(#"{"name":1,"uri":2,"_meta":3}"#)
    #expect(try #require(found.problem).message.contains("params.name"))
  }

  @Test(arguments: [
    "uri", "name", "_meta", "cursor", "arguments", "requestId", "clientInfo", "capabilities",
    "protocolVersion",
  ])
  func escapedName(_ name: String) throws {
    let code = String(name.unicodeScalars.first!.value, radix: 16)
    let escaped = #"\u00\#(code)"# + name.dropFirst()
    let problem = try #require(try read(#"{"\#(escaped)":{}}"#).problem)
    #expect(problem.message.contains("params.\(name) must be spelled without escape sequences"))
    // Another name with escapes is nobody's business.
    #expect(try read(#"{"\#(escaped)x":{}}"#).problem == nil)
  }

  @Test(arguments: [
    "Name", "names", "nam", "ur1", "uris", "meta", "_Meta", "argumentS", "argumen", "requestID",
    "requestid", "clientinfo", "Capabilities", "ProtocolVersion", "protocolVersions", "Cursor",
  ])
  func nearMiss(_ name: String) throws {
    let read = try read(#"{"\#(name)":[]}"#)
    #expect(read.problem == nil)
    #expect(read.name == nil && read.uri == nil && read.arguments == nil && read.meta.raw == nil)
  }

  @Test func throwingForm() throws {
    let good = try JSONCursor.validate(bytes(#"{"name":"a"}"#))
    #expect(try RequestParameters(good).name?.decoded == "a")
    let bad = try JSONCursor.validate(bytes(#"{"name":5}"#))
    #expect(throws: MCPError.self) { try RequestParameters(bad) }
  }

  @Test(arguments: [
    #"{"name":"a""#, #"{"name" "a"}"#, #"{"name":"a",}"#, #"{"_meta":{"a":}}"#,
    #"{"arguments":{"a":01}}"#, "[]", "",
  ])
  func malformed(_ text: String) {
    #expect(throws: JSONError.self) { try read(text) }
  }

  /// On the way through the envelope, as the host reads them.
  @Test func insideAMessage() throws {
    var parameters = RequestParameters()
    let envelope = try Envelope.decode(
      bytes(
        #"{"params":{"name":"t","arguments":{}},"id":1,"jsonrpc":"2.0","method":"tools/call"}"#),
      parameters: &parameters)
    #expect(envelope.kind == .request)
    #expect(envelope.params?.text == #"{"name":"t","arguments":{}}"#)
    #expect(parameters.name?.decoded == "t")
  }
}
