import JSON
import JSONRPC
import Testing

@Suite struct RequestIDTests {
  private func id(_ text: String) -> RequestID? {
    Array(text.utf8).withUnsafeBytes { RequestID(json: $0) }
  }

  @Test func keepsItsText() {
    for text in ["1", "-7", "\"a\"", #""\u0061""#, "123456789012345678901234567890", "\"\""] {
      #expect(id(text)?.description == text)
      #expect(id(text)?.json == Array(text.utf8))
    }
  }

  @Test(arguments: ["null", "1.0", "1e3", "true", "[]", "{}", "", "01", "1 2"])
  func refused(_ text: String) {
    #expect(id(text) == nil)
  }

  @Test func comparedByValue() {
    #expect(id(#""\u0061""#) == "a")
    #expect(id("1") == 1)
    #expect(id("-0") == 0)
    #expect(id("1") != id("\"1\""))
    #expect(id("\"e\u{301}\"") != id("\"\u{e9}\""))
    let table: [RequestID: Int] = [1: 1, "1": 2, "a": 3]
    #expect(table[RequestID(1)] == 1)
    #expect(id("\"1\"").flatMap { table[$0] } == 2)
    #expect(id(#""\u0061""#).flatMap { table[$0] } == 3)
  }

  @Test func parts() {
    #expect(RequestID(5).int == 5)
    #expect(RequestID("a\n").string == "a\n")
    #expect(RequestID("a\n").description == #""a\n""#)
    #expect(RequestID("a").int == nil)
    #expect(RequestID(UInt64.max).description == "18446744073709551615")
    #expect(RequestID("x").jsonValue == "x")
    #expect(RequestID(3).jsonValue == 3)
  }
}

@Suite struct ErrorObjectTests {
  private func object(_ text: String) throws -> ErrorObject {
    try Array(text.utf8).withUnsafeBytes { try ErrorObject(try JSONCursor.validate($0)) }
  }

  @Test func reads() throws {
    let error = try object(#"{"data":{"a":[1]},"message":"m\n","code":-32602,"more":1}"#)
    #expect(error == ErrorObject(code: .invalidParams, message: "m\n", data: ["a": [1]]))
    #expect(try object(#"{"code":0,"message":""}"#).data == nil)
  }

  @Test(arguments: [
    (#"{"code":"1","message":"m"}"#, "expected a number"),
    (#"{"code":1.5,"message":"m"}"#, "integer"),
    (#"{"code":1}"#, "lacks \"message\""), (#"{"message":"m"}"#, "lacks \"code\""),
    (#"{"code":1,"message":2}"#, "expected a string"), ("[]", "expected an object"),
  ])
  func refuses(_ text: String, _ message: String) {
    let error = #expect(throws: EnvelopeError.self) { try object(text) }
    #expect(error?.message.contains(message) == true, "\(error as Any)")
    #expect(error?.code == .invalidRequest)
  }

  @Test func codes() {
    #expect(ErrorCode.parseError.rawValue == -32700)
    #expect(ErrorCode.invalidRequest.rawValue == -32600)
    #expect(ErrorCode.methodNotFound.rawValue == -32601)
    #expect(ErrorCode.invalidParams.rawValue == -32602)
    #expect(ErrorCode.internalError.rawValue == -32603)
    #expect(ErrorCode.resourceNotFound.rawValue == -32002)
    #expect(ErrorCode.headerMismatch.rawValue == -32020)
    #expect(ErrorCode.missingRequiredClientCapability.rawValue == -32021)
    #expect(ErrorCode.unsupportedProtocolVersion.rawValue == -32022)
    #expect(ErrorCode.urlElicitationRequired.rawValue == -32042)
  }
}
