import JSON
import Testing

/// Gives `body` a cursor over the UTF-8 of `text`.
@discardableResult
func withCursor<T>(
  _ text: String, limits: JSONLimits = JSONLimits(), _ body: (inout JSONCursor) throws -> T
) rethrows -> T {
  var text = text
  return try text.withUTF8 { utf8 in
    var cursor = JSONCursor(UnsafeRawBufferPointer(utf8), limits: limits)
    return try body(&cursor)
  }
}

@Suite struct CursorTests {
  @Test func pullsAnObject() throws {
    try withCursor(#" {"a": 1, "b": [true, null, "x"], "c": {"d": -2.5}, "e": "é\n"} "#) { cursor in
      #expect(try cursor.kind() == .object)
      try cursor.beginObject()
      #expect(cursor.depth == 1)
      #expect(try cursor.nextKey()?.decoded == "a")
      #expect(try cursor.int() == 1)
      #expect(try cursor.nextKey()?.decoded == "b")
      try cursor.beginArray()
      #expect(try cursor.nextElement())
      #expect(try cursor.bool())
      #expect(try cursor.nextElement())
      try cursor.null()
      #expect(try cursor.nextElement())
      #expect(try cursor.string() == "x")
      #expect(try !cursor.nextElement())
      #expect(try cursor.nextKey()?.decoded == "c")
      let slice = try cursor.skipValue()
      #expect(slice.text == #"{"d": -2.5}"#)
      #expect(slice.kind == .object)
      #expect(try cursor.nextKey()?.decoded == "e")
      let string = try cursor.string()
      #expect(string.hasEscapes)
      #expect(string.decoded == "é\n")
      #expect(try cursor.nextKey() == nil)
      #expect(cursor.depth == 0)
      try cursor.finish()
    }
  }

  /// Values that are not read are skipped, validated.
  @Test func skipsWhatIsNotRead() throws {
    try withCursor(#"{"a":[1,{"b":2}],"c":3}"#) { cursor in
      try cursor.beginObject()
      var keys: [String] = []
      while let key = try cursor.nextKey() { keys.append(key.decoded) }
      #expect(keys == ["a", "c"])
      try cursor.finish()
    }
    try withCursor("[1,[2,3],4]") { cursor in
      try cursor.beginArray()
      var count = 0
      while try cursor.nextElement() { count += 1 }
      #expect(count == 3)
    }
    withCursor(#"{"a":[1,],"c":3}"#) { cursor in
      #expect(throws: JSONError.self) {
        try cursor.beginObject()
        while try cursor.nextKey() != nil {}
      }
    }
  }

  @Test func showsDuplicatesInOrder() throws {
    try withCursor(#"{"a":1,"b":2,"a":3}"#) { cursor in
      try cursor.beginObject()
      var members: [String] = []
      while let key = try cursor.nextKey() { members.append("\(key.decoded)\(try cursor.int())") }
      #expect(members == ["a1", "b2", "a3"])
    }
  }

  @Test(arguments: [
    (#""method""#, true), (#""\u006dethod""#, true), (#""metho\u0064""#, true),
    (#""metho""#, false),
    (#""methods""#, false), (#""method\u0000""#, false), (#""Method""#, false), (#""""#, false),
    (#""\u006dethods""#, false), (#""\u006detho""#, false), (#""methoD""#, false),
  ])
  func comparesKeys(_ text: String, _ equal: Bool) throws {
    try withCursor(text) { cursor in
      let string = try cursor.string()
      #expect((string == "method") == equal)
      #expect((string != "method") == !equal)
      #expect(string.equals("method") == equal)
    }
  }

  @Test func comparesEmptyAndUnicode() throws {
    func equal(_ text: String, _ other: StaticString) throws -> Bool {
      try withCursor(text) { try $0.string() == other }
    }
    #expect(try equal(#""""#, ""))
    #expect(try equal(#""é""#, "é"))
    #expect(try equal(#""\u00e9""#, "é"))
    // The same character in another normal form is another string.
    #expect(try !equal(#""e\u0301""#, "é"))
  }

  @Test(arguments: [
    (#""a\"b\\c\/d\b\f\n\r\t""#, "a\"b\\c/d\u{8}\u{c}\n\r\t"), (#""\u0000""#, "\0"),
    (#""\u007f\u0080\u07ff\u0800\uffff""#, "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}"),
    (#""\ud834\udd1e""#, "𝄞"), (#""\uD800\uDC00\udbff\uDFFF""#, "\u{10000}\u{10ffff}"),
    (#""x\ud83d\ude00y""#, "x😀y"), (#""\u00E9é\u20ac€""#, "éé€€"),
  ])
  func decodesStrings(_ text: String, _ expected: String) throws {
    try withCursor(text) { cursor in
      let string = try cursor.string()
      #expect(Array(string.decoded.utf8) == Array(expected.utf8))
      var bytes: [UInt8] = [1]
      string.appendDecoded(to: &bytes)
      #expect(bytes == [1] + Array(expected.utf8))
      #expect(string.equals(expected))
    }
    let tree = try JSONValue(json: text)
    #expect(tree.string.map { Array($0.utf8) } == Array(expected.utf8))
  }

  @Test(arguments: [
    ("{}", JSONError.Kind.expectedArray), ("[]", .expectedObject), ("1", .expectedString),
    ("\"1\"", .expectedNumber), ("null", .expectedBool), ("true", .expectedNull),
    ("1.5", .expectedInteger), ("1e2", .expectedInteger), ("9223372036854775808", .expectedInteger),
  ])
  func mismatches(_ text: String, _ kind: JSONError.Kind) {
    let error = #expect(throws: JSONError.self) {
      try withCursor(" " + text) { cursor in
        switch kind {
        case .expectedArray: try cursor.beginArray()
        case .expectedObject: try cursor.beginObject()
        case .expectedString: _ = try cursor.string()
        case .expectedNumber: _ = try cursor.number()
        case .expectedBool: _ = try cursor.bool()
        case .expectedInteger: _ = try cursor.int()
        default: try cursor.null()
        }
      }
    }
    #expect(error?.kind == kind)
    #expect(error?.offset == 1)
  }

  /// Wrong order of calls is an error of its own, never a crash.
  @Test func outOfOrder() {
    func kind(_ text: String, _ body: (inout JSONCursor) throws -> Void) -> JSONError.Kind? {
      do {
        try withCursor(text, body)
        return nil
      } catch { return (error as? JSONError)?.kind }
    }
    #expect(kind("1") { _ = try $0.nextKey() } == .outOfOrder)
    #expect(kind("1") { _ = try $0.nextElement() } == .outOfOrder)
    #expect(kind("1 1") { for _ in 0..<2 { _ = try $0.int() } } == .outOfOrder)
    #expect(
      kind("[1]") {
        try $0.beginArray()
        _ = try $0.int()
      } == .outOfOrder)
    #expect(
      kind("[1]") {
        try $0.beginArray()
        try $0.finish()
      } == .outOfOrder)
  }

  @Test func finishValidatesAnUnreadValue() {
    #expect(throws: Never.self) { try withCursor(" [1] ") { try $0.finish() } }
    #expect(throws: JSONError.self) { try withCursor("[1") { try $0.finish() } }
    #expect(throws: JSONError.self) { try withCursor("") { try $0.finish() } }
  }

  @Test func nestedCursor() throws {
    try withCursor(#"{"a":{"b":[1]}}"#) { cursor in
      try cursor.beginObject()
      _ = try cursor.nextKey()
      var inner = try cursor.skipValue().cursor()
      try inner.beginObject()
      #expect(try inner.nextKey()?.decoded == "b")
      #expect(try inner.value() == [1])
      #expect(try inner.nextKey() == nil)
      try inner.finish()
    }
  }
}
