import JSON
import Testing

@Suite struct WriterTests {
  @Test func streams() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.value(1)
    writer.key("b")
    writer.beginArray()
    writer.value("x")
    writer.null()
    writer.value(true)
    writer.value(false)
    writer.value(2.5)
    writer.value(Double.infinity)
    writer.beginObject()
    writer.endObject()
    writer.beginArray()
    writer.endArray()
    writer.raw("[1, 2]")
    writer.raw(Array("{}".utf8))
    writer.endArray()
    writer.key("c\"" as String)
    writer.value(["d": .null] as JSONValue)
    writer.endObject()
    let text = String(decoding: writer.finish(), as: UTF8.self)
    #expect(
      text == #"{"a":1,"b":["x",null,true,false,2.5,null,{},[],[1, 2],{}],"c\"":{"d":null}}"#)
  }

  @Test func integers() {
    func text(_ value: some FixedWidthInteger) -> String {
      var writer = JSONWriter()
      writer.value(value)
      return String(decoding: writer.sink, as: UTF8.self)
    }
    #expect(text(0) == "0")
    #expect(text(Int64.min) == "-9223372036854775808")
    #expect(text(UInt64.max) == "18446744073709551615")
    #expect(text(Int8.min) == "-128")
    #expect(text(Int128.min) == "-170141183460469231731687303715884105728")
  }

  /// Minimal escapes: only what RFC 8259, section 7, requires, wherever it stands in a word.
  @Test func escapes() throws {
    for lead in 0..<17 {
      let plain = String(repeating: "a", count: lead)
      for scalar in (0..<0x100).compactMap({ Unicode.Scalar($0 as UInt32) }) + ["\u{2028}", "𝄞"] {
        let string = plain + String(scalar) + "zzzzzzzzz"
        let written = JSONValue.string(string).description
        #expect(try JSONValue(json: written) == .string(string))
        let escaped = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
        #expect(written.contains("\\") == escaped)
      }
    }
    #expect(
      JSONValue("\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f}é").description
        == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7f}é\"")
  }

  @Test func pretty() {
    let value: JSONValue = ["a": [1, [], ["b": .null, "c": [:]]], "d": "e"]
    let expected = """
      {
        "a": [
          1,
          [],
          {
            "b": null,
            "c": {}
          }
        ],
        "d": "e"
      }
      """
    #expect(String(decoding: value.jsonBytes(pretty: true), as: UTF8.self) == expected)
    #expect(JSONValue.object([:]).jsonBytes(pretty: true) == Array("{}".utf8))
    #expect(JSONValue(1).jsonBytes(pretty: true) == Array("1".utf8))
  }

  @Test func rawBuffer() throws {
    let value: JSONValue = ["k": .array((0..<2000).map { JSONValue($0) }), "s": "a\nb"]
    var writer = JSONWriter(JSONBuffer())
    writer.value(value)
    let memory = writer.finish().release()
    defer { memory.deallocate() }
    #expect(try JSONValue(parsing: UnsafeRawBufferPointer(memory)) == value)
    var buffer = JSONBuffer(capacity: 2)
    for byte in 0..<100 as Range<UInt8> { buffer.append(byte) }
    #expect(Array(buffer.bytes) == Array(0..<100))
    buffer.removeAll()
    #expect(buffer.count == 0)
  }
}
