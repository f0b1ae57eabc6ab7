import MCP
import Testing

/// The fields of an HTTP request.
@Suite struct FieldTests {
  @Test func allFields() {
    let fields = fields(
      ("Host", "localhost:1"), ("Origin", "http://localhost"), ("Content-Type", "text/plain"),
      ("Authorization", "Bearer t"), ("MCP-Protocol-Version", "2026-07-28"),
      ("Mcp-Method", "tools/call"), ("Mcp-Name", "greet"), ("Mcp-Session-Id", "s"),
      ("Last-Event-ID", "9"), ("Accept", "application/json"), ("X-Other", "y"))
    #expect(fields.host?.text == "localhost:1")
    #expect(fields.origin?.text == "http://localhost")
    #expect(fields.contentType?.text == "text/plain")
    #expect(fields.authorization?.text == "Bearer t")
    #expect(fields.protocolVersion?.text == "2026-07-28")
    #expect(fields.method?.text == "tools/call")
    #expect(fields.name?.text == "greet")
    #expect(fields.sessionID?.text == "s")
    #expect(fields.lastEventID?.text == "9")
    #expect(fields.acceptsJSON && !fields.acceptsEventStream)
    #expect(!fields.isAmbiguous)
  }

  @Test func noFields() {
    let fields = fields()
    #expect(fields.host == nil && fields.origin == nil && fields.contentType == nil)
    #expect(!fields.acceptsJSON && !fields.acceptsEventStream && !fields.isAmbiguous)
    #expect(!fields.hasJSONContent)
  }

  static let single = [
    "host", "origin", "content-type", "authorization", "mcp-protocol-version", "mcp-method",
    "mcp-name", "mcp-session-id", "last-event-id",
  ]

  @Test(arguments: single)
  func anyCase(_ name: String) {
    for spelling in [name, name.uppercased(), name.capitalized] {
      let read = fields((spelling, "v"))
      let found = [
        read.host, read.origin, read.contentType, read.authorization, read.protocolVersion,
        read.method, read.name, read.sessionID, read.lastEventID,
      ].compactMap { $0?.text }
      #expect(found == ["v"])
    }
  }

  @Test(arguments: single)
  func twice(_ name: String) {
    #expect(fields((name, "a"), (name.uppercased(), "b")).isAmbiguous)
    #expect(fields((name, "a"), (name, "a")).isAmbiguous)
    #expect(!fields((name, "a")).isAmbiguous)
  }

  @Test(arguments: single)
  func nearMiss(_ name: String) {
    let last = name.last == "x" ? "y" : "x"
    let read = fields((String(name.dropLast()) + last, "v"), (name + "x", "v"))
    #expect(read.host == nil && read.origin == nil && read.contentType == nil)
    #expect(read.authorization == nil && read.protocolVersion == nil && read.method == nil)
    #expect(read.name == nil && read.sessionID == nil && read.lastEventID == nil)
  }

  @Test func othersMayStandTwice() {
    #expect(!fields(("Accept", "a/b"), ("Accept", "c/d"), ("Via", "x"), ("Via", "y")).isAmbiguous)
  }

  @Test(arguments: [
    ("application/json, text/event-stream", true, true),
    ("text/event-stream, application/json", true, true),
    ("application/json,text/event-stream", true, true),
    ("APPLICATION/JSON ;q=0.5 , Text/Event-Stream;q=1.0", true, true),
    ("application/json", true, false), ("text/event-stream", false, true),
    ("*/*", true, true), ("application/*", true, false), ("text/*", false, true),
    ("application/*, text/*", true, true), ("text/html, */*;q=0.1", true, true),
    ("application/json;q=0, text/event-stream", false, true),
    ("application/json;q=0.0, text/event-stream;q=0.000", false, false),
    ("application/json; Q=0.00", false, false), ("application/json;q=0.001", true, false),
    ("application/json;charset=utf-8;q=0", false, false),
    // The most specific range counts, in any order.
    ("application/json;q=0, */*", false, true), ("*/*, application/json;q=0", false, true),
    ("text/*;q=0, */*", true, false), ("text/*;q=0, text/event-stream", false, true),
    ("*/*;q=0", false, false), ("*/*;q=0, application/json", true, false),
    ("", false, false), (",", false, false), (" , ,", false, false), (";q=1", false, false),
    ("application/jsonp", false, false), ("application/jso", false, false),
    ("text/event-streams", false, false), ("json", false, false), ("*", false, false),
    ("image/*", false, false),
  ])
  func accept(_ value: String, _ json: Bool, _ stream: Bool) {
    let read = fields(("accept", value))
    #expect(read.acceptsJSON == json)
    #expect(read.acceptsEventStream == stream)
  }

  @Test func acceptInSeveralLines() {
    let read = fields(("Accept", "application/json"), ("ACCEPT", "text/event-stream"))
    #expect(read.acceptsJSON && read.acceptsEventStream && !read.isAmbiguous)
    let refused = fields(("Accept", "*/*"), ("Accept", "application/json;q=0"))
    #expect(!refused.acceptsJSON && refused.acceptsEventStream)
  }

  @Test(arguments: [
    ("application/json", true), ("Application/JSON", true),
    ("application/json;charset=utf-8", true),
    ("application/json ; charset=utf-8", true), ("application/json;", true),
    ("application/jsonp", false), ("text/json", false), ("", false), (";", false),
    ("application/json, text/plain", false), ("application/problem+json", false),
  ])
  func contentType(_ value: String, _ isJSON: Bool) {
    #expect(fields(("Content-Type", value)).hasJSONContent == isJSON)
  }
}

/// `Mcp-Name` and its kin.
@Suite struct HeaderValueTests {
  @Test(arguments: [
    ("=?base64??=", ""), ("=?base64?QQ==?=", "A"), ("=?base64?QUI=?=", "AB"),
    ("=?base64?QUJD?=", "ABC"), ("=?base64?QUJDRA==?=", "ABCD"), ("=?BASE64?QQ==?=", "A"),
    ("=?Base64?w7xiZXI=?=", "über"), ("=?base64?8J+YgA==?=", "😀"), ("=?base64?Pz8/?=", "???"),
    ("=?base64?IGEg?=", " a "),
  ])
  func decoded(_ field: String, _ text: String) {
    #expect(HeaderValue.isEncoded(bytes(field)))
    #expect(HeaderValue.decode(bytes(field)).map { String(decoding: $0, as: UTF8.self) } == text)
    #expect(HeaderValue.matches(bytes(field), text))
    #expect(!HeaderValue.matches(bytes(field), text + "x"))
    #expect(!HeaderValue.matches(bytes(field), field))
  }

  @Test(arguments: [
    "=?base64?Q?=", "=?base64?QQ?=", "=?base64?QQ=?=", "=?base64?=QQ=?=", "=?base64?Q===?=",
    "=?base64?====?=", "=?base64?QQ==QQ==?=", "=?base64?QQ=A?=", "=?base64?Q Q=?=",
    "=?base64?QQ-_?=", "=?base64?QQ==\n?=", "=?base64?QQ=?=?=",
  ])
  func malformed(_ field: String) {
    #expect(HeaderValue.isEncoded(bytes(field)))
    #expect(HeaderValue.decode(bytes(field)) == nil)
    #expect(!HeaderValue.matches(bytes(field), "A"))
    #expect(!HeaderValue.matches(bytes(field), field))
  }

  @Test(arguments: [
    "", "greet", "=?base64?", "=?base64?=", "?base64?QQ==?=", "=?utf-8?QQ==?=", "?=",
  ])
  func plain(_ field: String) {
    #expect(!HeaderValue.isEncoded(bytes(field)))
    #expect(HeaderValue.decode(bytes(field)) == nil)
    #expect(HeaderValue.matches(bytes(field), field))
    #expect(!HeaderValue.matches(bytes(field), field + "x"))
    #expect(!HeaderValue.matches(bytes(field + "x"), field))
  }
}

/// Comparing bytes.
@Suite struct ByteTests {
  @Test func equal() {
    #expect(bytes("").equals("") && bytes("abc").equals("abc"))
    #expect(!bytes("abc").equals("abd") && !bytes("ab").equals("abc") && !bytes("").equals("a"))
    #expect(!bytes("ABC").equals("abc"))
  }

  @Test func ignoringCase() {
    #expect(bytes("MCP-Protocol-Version").equalsIgnoringCase("mcp-protocol-version"))
    #expect(bytes("aBcDeFgH").equalsIgnoringCase("abcdefgh"))
    #expect(!bytes("aBcDeFgI").equalsIgnoringCase("abcdefgh"))
    #expect(!bytes("abcdefghi").equalsIgnoringCase("abcdefghj"))
    #expect(!bytes("abc").equalsIgnoringCase("abcd"))
  }

  @Test(arguments: [
    ("", ""), (" ", ""), ("\t \t", ""), ("a", "a"), (" a b\t", "a b"), ("\na ", "\na"),
  ])
  func trimmed(_ text: String, _ expected: String) { #expect(bytes(text).trimmed.text == expected) }

  @Test func malformedText() {
    let text = [UInt8(0x61), 0xff].withUnsafeBytes { $0.text }
    #expect(text == "a\u{fffd}")
  }
}
