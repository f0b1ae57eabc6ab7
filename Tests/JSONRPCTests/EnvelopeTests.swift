import JSON
import JSONRPC
import Testing

/// An envelope with its parts copied out of the borrowed text.
struct Message: Equatable {
  var kind: Envelope.Kind
  var id: String?
  var method: String?
  var params: String?
  var result: String?
  var error: String?

  init(
    _ kind: Envelope.Kind, id: String? = nil, method: String? = nil, params: String? = nil,
    result: String? = nil, error: String? = nil
  ) {
    self.kind = kind
    self.id = id
    self.method = method
    self.params = params
    self.result = result
    self.error = error
  }

  init(decoding text: String, limits: JSONLimits = JSONLimits()) throws {
    var text = text
    self = try text.withUTF8 { utf8 in
      let envelope = try Envelope.decode(UnsafeRawBufferPointer(utf8), limits: limits)
      return Message(
        envelope.kind, id: envelope.id?.text, method: envelope.method?.decoded,
        params: envelope.params?.text, result: envelope.result?.text, error: envelope.error?.text)
    }
  }
}

@Suite struct EnvelopeTests {
  @Test(arguments: [
    (
      #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
      Message(.request, id: "1", method: "tools/list")
    ),
    (
      #" { "params" : { "a" : [ 1 ] } , "method" : "m" , "id" : "x\u0041" , "jsonrpc" : "2.0" } "#,
      Message(.request, id: #""x\u0041""#, method: "m", params: #"{ "a" : [ 1 ] }"#)
    ),
    (
      #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      Message(.notification, method: "notifications/initialized")
    ),
    (
      #"{"jsonrpc":"2.0","id":0,"result":{"a":1}}"#,
      Message(.response, id: "0", result: #"{"a":1}"#)
    ),
    (#"{"jsonrpc":"2.0","id":"","result":null}"#, Message(.response, id: "\"\"", result: "null")),
    (
      #"{"jsonrpc":"2.0","id":-5,"error":{"code":-32601,"message":"no"}}"#,
      Message(.errorResponse, id: "-5", error: #"{"code":-32601,"message":"no"}"#)
    ),
    (
      #"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#,
      Message(.errorResponse, error: #"{"code":1,"message":""}"#)
    ),
    (
      #"{"jsonrpc":"2.0","error":{"code":1,"message":""}}"#,
      Message(.errorResponse, error: #"{"code":1,"message":""}"#)
    ),
    (
      #"{"\u006asonrpc":"\u0032.0","i\u0064":1,"\u006dethod":"\u0061","other":[{"id":2}]}"#,
      Message(.request, id: "1", method: "a")
    ),
    (
      #"{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"m"}"#,
      Message(.request, id: "123456789012345678901234567890", method: "m")
    ),
    (#"{"jsonrpc":"2.0","method":"m","Id":1,"ID":2}"#, Message(.notification, method: "m")),
  ])
  func decodes(_ text: String, _ expected: Message) throws {
    #expect(try Message(decoding: text) == expected)
  }

  @Test(arguments: [
    (#"{"id":1,"method":"m"}"#, "found no member for \"jsonrpc\", expected \"2.0\"", "1"),
    (#"{"jsonrpc":"1.0","id":1,"method":"m"}"#, "found \"1.0\" for \"jsonrpc\"", "1"),
    (#"{"jsonrpc":2.0,"id":1,"method":"m"}"#, "found 2.0 for \"jsonrpc\"", "1"),
    (#"{"jsonrpc":"2.0","id":null,"method":"m"}"#, "found null for \"id\"", nil),
    (#"{"jsonrpc":"2.0","id":1.5,"method":"m"}"#, "found 1.5 for \"id\"", nil),
    (#"{"jsonrpc":"2.0","id":1e2,"method":"m"}"#, "found 1e2 for \"id\"", nil),
    (#"{"jsonrpc":"2.0","id":true,"method":"m"}"#, "found true for \"id\"", nil),
    (#"{"jsonrpc":"2.0","id":[1],"method":"m"}"#, "found an array for \"id\"", nil),
    (#"{"jsonrpc":"2.0","id":{},"method":"m"}"#, "found an object for \"id\"", nil),
    (#"{"jsonrpc":"2.0","method":1,"id":"a"}"#, "found a number for \"method\"", "\"a\""),
    (#"{"jsonrpc":"2.0","method":null,"id":2}"#, "found null for \"method\"", "2"),
    (#"{"jsonrpc":"2.0","method":"m","params":[1],"id":2}"#, "found an array for \"params\"", "2"),
    (#"{"jsonrpc":"2.0","method":"m","params":null,"id":2}"#, "found null for \"params\"", "2"),
    (#"{"jsonrpc":"2.0","method":"m","params":"x"}"#, "found a string for \"params\"", nil),
    (
      #"{"jsonrpc":"2.0","id":1,"result":1,"error":{}}"#, "found both \"result\" and \"error\"", "1"
    ),
    (#"{"jsonrpc":"2.0","id":1,"method":"m","result":1}"#, "\"result\" beside \"method\"", "1"),
    (#"{"jsonrpc":"2.0","id":1,"method":"m","error":{}}"#, "\"error\" beside \"method\"", "1"),
    (#"{"jsonrpc":"2.0","id":1}"#, "found none of", "1"),
    (#"{"jsonrpc":"2.0","id":1,"params":{}}"#, "\"params\" without \"method\"", "1"),
    (#"{"jsonrpc":"2.0","result":1}"#, "\"result\" without \"id\"", nil),
    (#"{"jsonrpc":"2.0","id":null,"result":1}"#, "found null for \"id\"", nil),
    (#"{"jsonrpc":"2.0","id":1,"error":"x"}"#, "found a string for \"error\"", "1"),
    (#"{"jsonrpc":"2.0","id":1.5,"error":{}}"#, "found 1.5 for \"id\"", nil),
    (#"{}"#, "expected \"2.0\"", nil), (#"[]"#, "found an array, expected a message", nil),
    (#""x""#, "found a string, expected a message", nil), ("null", "found null", nil),
    ("17", "found a number", nil),
  ])
  func refuses(_ text: String, _ message: String, _ id: String?) {
    let error = #expect(throws: EnvelopeError.self) { try Message(decoding: text) }
    #expect(error?.code == .invalidRequest)
    #expect(error?.message.contains(message) == true, "\(error as Any)")
    #expect(error?.message.hasPrefix("Invalid request: ") == true)
    #expect(error?.id?.description == id)
  }

  /// A member that routing needs and that stands there twice is refused, escaped or not: another
  /// reader might take the other one.
  @Test(arguments: ["jsonrpc", "id", "method", "params"])
  func duplicates(_ name: String) {
    let values = ["jsonrpc": "\"2.0\"", "id": "1", "method": "\"m\"", "params": "{}"]
    let value = values[name] ?? ""
    let escaped = "\\u00" + String(name.utf8.first ?? 0, radix: 16) + name.dropFirst()
    for again in [name, escaped] {
      let text =
        #"{"jsonrpc":"2.0","id":1,"method":"m","params":{},"\#(again)":\#(value)}"#
      let error = #expect(throws: EnvelopeError.self) { try Message(decoding: text) }
      #expect(error?.code == .invalidRequest)
      #expect(error?.message.contains("\"\(name)\" stands there twice") == true)
      #expect(error?.id == (name == "id" ? nil : 1))
    }
  }

  /// An id that came more than once is not answered with, whatever else came twice.
  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":1,"id":2,"method":"m","method":"m"}"#,
    #"{"method":"m","method":"m","id":1,"jsonrpc":"2.0","id":1,"id":1}"#,
  ])
  func ambiguousID(_ text: String) {
    let error = #expect(throws: EnvelopeError.self) { try Message(decoding: text) }
    #expect(error?.code == .invalidRequest)
    #expect(error?.id == nil)
  }

  @Test(arguments: ["result", "error"])
  func duplicateAnswers(_ name: String) {
    let error = #expect(throws: EnvelopeError.self) {
      try Message(decoding: #"{"jsonrpc":"2.0","id":1,"\#(name)":{},"\#(name)":{}}"#)
    }
    #expect(error?.message.contains("twice") == true)
  }

  @Test(arguments: [
    "", "{", #"{"jsonrpc":"2.0","id":1,"method":"m""#, #"{"jsonrpc":"2.0","id":1,"method":"m"}x"#,
    #"{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":01}}"#, "nul", "[1,",
    #"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#,
  ])
  func parseErrors(_ text: String) {
    let error = #expect(throws: EnvelopeError.self) { try Message(decoding: text) }
    #expect(error?.code == .parseError)
    #expect(error?.id == nil)
    #expect(error?.message.hasPrefix("Parse error: JSON line 1, column ") == true)
  }

  @Test func limits() {
    let deep =
      #"{"jsonrpc":"2.0","method":"m","params":{"a":"# + String(repeating: "[", count: 100_000)
    let error = #expect(throws: EnvelopeError.self) { try Message(decoding: deep) }
    #expect(error?.message.contains("the limit is 64") == true)
    #expect(throws: EnvelopeError.self) {
      try Message(
        decoding: #"{"jsonrpc":"2.0","method":"m"}"#, limits: JSONLimits(bytes: 10))
    }
  }

  /// Every prefix and every one-byte change is refused or decoded, never a crash, and agrees with
  /// the parser about being JSON.
  @Test func mutations() {
    let text = Array(
      #"{"jsonrpc":"2.0","id":"é","method":"tools/call","params":{"name":"a","x":[1,null]}}"#.utf8)
    for place in text.indices {
      for byte in Array("\"\\{}[]:,0e x".utf8) + [0, 0x80, 0xff] {
        var changed = text
        changed[place] = byte
        let isJSON = (try? JSONValue(jsonBytes: changed)) != nil
        do {
          try changed.withUnsafeBytes { _ = try Envelope.decode($0) }
          #expect(isJSON)
        } catch {
          #expect(((error as? EnvelopeError)?.code == .invalidRequest) == isJSON)
        }
      }
    }
  }
}
