import JSON
import MCP
import Testing

/// `params._meta`.
@Suite struct MetaTests {
  static let prefix = "io.modelcontextprotocol/"

  @Test func allMembers() throws {
    let read = try readMeta(
      """
      {"progressToken":7,"dev.metis/seed":42,"io.modelcontextprotocol/logLevel":"warning",
       "io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},
       "io.modelcontextprotocol/protocolVersion":"2026-07-28",
       "io.modelcontextprotocol/clientCapabilities":{"sampling":{}},
       "traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
      """)
    #expect(read.problem == nil)
    #expect(read.meta.progressToken?.text == "7")
    #expect(read.meta.seed == 42)
    #expect(read.meta.logLevel == .warning)
    #expect(read.meta.clientInfo?.text == #"{"name":"c","version":"1"}"#)
    #expect(read.meta.protocolVersion?.decoded == "2026-07-28")
    #expect(read.meta.clientCapabilities?.text == #"{"sampling":{}}"#)
    #expect(read.meta.raw?.text.hasSuffix(#"-01"}"#) == true)
  }

  @Test func noMembers() throws {
    let read = try readMeta("{ }")
    #expect(read.problem == nil)
    #expect(read.meta.raw?.text == "{ }")
    #expect(read.meta.progressToken == nil && read.meta.seed == nil && read.meta.logLevel == nil)
    #expect(read.meta.clientInfo == nil && read.meta.protocolVersion == nil)
    #expect(read.meta.clientCapabilities == nil)
  }

  static let values: [(String, String)] = [
    ("progressToken", "1"), ("dev.metis/seed", "1"), (prefix + "logLevel", #""info""#),
    (prefix + "clientInfo", "{}"), (prefix + "protocolVersion", #""2026-07-28""#),
    (prefix + "clientCapabilities", "{}"),
  ]

  @Test(arguments: values)
  func duplicate(_ name: String, _ value: String) throws {
    let once = try readMeta(#"{"\#(name)":\#(value)}"#)
    #expect(once.problem == nil)
    let problem = try #require(
      try readMeta(#"{"\#(name)":\#(value),"\#(name)":\#(value)}"#).problem)
    #expect(problem.code == -32602 && problem.status == 400)
    #expect(problem.message.contains("'\(name)'] stands twice"))
  }

  /// A name with escapes is the same name: `/` is written as `\/` by some encoders.
  @Test(arguments: values)
  func escaped(_ name: String, _ value: String) throws {
    let first = String(name.unicodeScalars.first!.value, radix: 16)
    let escaped = #"\u00\#(first)"# + name.dropFirst().replacing("/", with: #"\/"#)
    let read = try readMeta(#"{"\#(escaped)":\#(value)}"#)
    #expect(read.problem == nil)
    let meta = read.meta
    let found = [
      meta.progressToken != nil, meta.seed != nil, meta.logLevel != nil, meta.clientInfo != nil,
      meta.protocolVersion != nil, meta.clientCapabilities != nil,
    ]
    #expect(found.filter { $0 }.count == 1)
    let twice = try readMeta(#"{"\#(name)":\#(value),"\#(escaped)":\#(value)}"#)
    #expect(twice.problem != nil)
  }

  /// As long as a name that is read, and another one.
  @Test(arguments: values)
  func nearMiss(_ name: String, _ value: String) throws {
    for near in [name.uppercased(), String(name.dropLast()) + "_", "x" + name.dropFirst()] {
      let read = try readMeta(#"{"\#(near)":\#(value)}"#)
      #expect(read.problem == nil)
      #expect(read.meta.progressToken == nil && read.meta.seed == nil)
      #expect(read.meta.logLevel == nil && read.meta.clientInfo == nil)
      #expect(read.meta.protocolVersion == nil && read.meta.clientCapabilities == nil)
    }
  }

  @Test(arguments: [
    ("progressToken", "1.5"), ("progressToken", "1e3"), ("progressToken", "null"),
    ("progressToken", "{}"), ("progressToken", "true"),
    ("dev.metis/seed", "-1"), ("dev.metis/seed", "1.0"), ("dev.metis/seed", #""1""#),
    ("dev.metis/seed", "9223372036854775808"), ("dev.metis/seed", "1e3"),
    (prefix + "logLevel", #""loud""#), (prefix + "logLevel", "1"),
    (prefix + "clientInfo", #""c""#), (prefix + "clientInfo", "[]"),
    (prefix + "protocolVersion", "2026"), (prefix + "protocolVersion", "null"),
    (prefix + "clientCapabilities", "[]"), (prefix + "clientCapabilities", "true"),
  ])
  func wrongType(_ name: String, _ value: String) throws {
    let problem = try #require(try readMeta(#"{"\#(name)":\#(value)}"#).problem)
    #expect(problem.code == -32602 && problem.status == 400)
    #expect(problem.message.contains("params._meta['\(name)'] must be"))
  }

  @Test func levelsAreNamedInTheError() throws {
    let problem = try #require(try readMeta(#"{"\#(Self.prefix)logLevel":""}"#).problem)
    for level in LogLevel.allCases { #expect(problem.message.contains(level.name.description)) }
  }

  @Test(arguments: [("0", UInt64(0)), ("9223372036854775807", UInt64(Int64.max)), ("17", 17)])
  func seed(_ text: String, _ expected: UInt64) throws {
    #expect(try readMeta(#"{"dev.metis/seed":\#(text)}"#).meta.seed == expected)
  }

  @Test func firstProblem() throws {
    let found = try readMeta(#"{"progressToken":{},"dev.metis/seed":-1}"#)
    #expect(try #require(found.problem).message.contains("progressToken"))
  }
}
