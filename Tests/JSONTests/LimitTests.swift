import JSON
import Testing

@Suite struct LimitTests {
  static func nested(_ depth: Int, _ open: String, _ close: String, _ core: String) -> String {
    String(repeating: open, count: depth) + core + String(repeating: close, count: depth)
  }

  @Test(arguments: [1, 2, 5, 63, 64, 65, 127, 128, 129, 300, 512])
  func depth(_ limit: Int) {
    let limits = JSONLimits(depth: limit)
    for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")] {
      let levels = open.hasPrefix("[{") ? 2 : 1
      let fits = limit / levels
      #expect(Verdicts(Self.nested(fits, open, close, "1"), limits: limits).skip == nil)
      let over = Verdicts(Self.nested(fits + 1, open, close, "1"), limits: limits)
      #expect(over.agree)
      #expect(over.skip?.kind == .tooDeep)
      #expect(over.skip?.limit == limit)
      #expect(over.skip?.description.contains("the limit is \(limit)") == true)
      // An empty container counts as a level too.
      #expect(Verdicts(Self.nested(limit, "[", "]", "{}"), limits: limits).error?.kind == .tooDeep)
    }
  }

  /// No limits allow more than the greatest depth, and hostile nesting costs no stack.
  @Test func greatestDepth() {
    let limits = JSONLimits(depth: .max)
    let text = Self.nested(JSONLimits.greatestDepth, "[", "]", "")
    #expect(Verdicts(text, limits: limits).skip == nil)
    for open in ["[", #"{"a":"#, #"[{"a":"#] {
      let hostile = Verdicts(String(repeating: open, count: 1_000_000), limits: limits)
      #expect(hostile.agree)
      #expect(hostile.skip?.kind == .tooDeep)
    }
  }

  @Test func noDepth() {
    for depth in [0, -1, .min] {
      #expect(Verdicts("1", limits: JSONLimits(depth: depth)).skip == nil)
      let verdicts = Verdicts("[]", limits: JSONLimits(depth: depth))
      #expect(verdicts.error?.kind == .tooDeep)
      #expect(verdicts.skip?.limit == 0)
    }
  }

  @Test func bytes() {
    #expect(Verdicts("[1,2]", limits: JSONLimits(bytes: 5)).skip == nil)
    let verdicts = Verdicts("[1,2]", limits: JSONLimits(bytes: 4))
    #expect(verdicts.error?.kind == .tooLong)
    #expect(verdicts.skip?.limit == 4)
    #expect(verdicts.skip?.message == "the text is longer than the limit of 4 bytes")
  }

  @Test func positions() {
    let text = "{\n  \"a\": 1,\n  \"é€𝄞\": x\n}"
    let error = Verdicts(text).error
    #expect(error?.line == 3)
    #expect(error?.column == 10)
    #expect(error?.offset == 27)
    #expect(error?.foundByte == UInt8(ascii: "x"))
    #expect(error?.description == "JSON line 3, column 10 (byte 27): found 'x', expected a value")
  }

  @Test(arguments: [
    ("", "found the end of the text, expected a value"),
    ("[1", "found the end of the text, expected ',' or ']' after the element"),
    ("{\"a\" 1}", "found '1', expected ':' after the member name"),
    (
      "\"\u{1}\"",
      "found byte 0x01, expected an escape such as \\n or \\u0000 for a control character"
    ),
    ("\u{a0}", "found byte 0xC2, expected a value"),
    ("01", "found '1', expected no digit after a leading zero"),
    ("{\"a\":1,}", "found '}', expected a member name in double quotes after ','"),
  ])
  func messages(_ text: String, _ message: String) {
    #expect(Verdicts(text).error?.message == message)
  }

  @Test func mismatchMessage() {
    let error = #expect(throws: JSONError.self) { try withCursor("[1]") { try $0.beginObject() } }
    #expect(error?.message == "found an array, expected an object")
  }

  /// Every kind has a message of its own that says something.
  @Test func allKindsSpeak() {
    let messages = JSONError.Kind.allCases.map { kind in
      withCursor("x") { $0.error(kind).message }
    }
    #expect(Set(messages).count == messages.count)
    #expect(messages.allSatisfy { $0.utf8.count > 20 && !$0.hasSuffix("expected ") })
  }
}
