import JSON
import JSONRPC
import Testing

@Suite struct BatchTests {
  private func elements(_ text: String, maximumCount: Int = 10) throws -> [String] {
    try Array(text.utf8).withUnsafeBytes { bytes in
      let batch = try Batch(bytes, maximumCount: maximumCount)
      let elements = batch.map(\.text)
      #expect(elements.count == batch.count)
      return elements
    }
  }

  @Test func recognised() {
    for (text, expected) in [
      ("[", true), (" \t\r\n[1]", true), ("{}", false), ("", false), (" ", false), ("1[", false),
    ] {
      #expect(Array(text.utf8).withUnsafeBytes { Batch.isBatch($0) } == expected, "\(text)")
    }
  }

  @Test func splits() throws {
    #expect(try elements(#" [ {"a":[1]} , 2,"x" ] "#) == [#"{"a":[1]}"#, "2", "\"x\""])
    #expect(try elements("[{}]") == ["{}"])
  }

  @Test(arguments: [
    ("[]", ErrorCode.invalidRequest, "empty batch"), ("[1,2,3]", .invalidRequest, "at most 2"),
    ("[1,2", .parseError, "expected ',' or ']'"), ("[1,]", .parseError, "expected a value"),
    ("[1] x", .parseError, "white space"), ("{}", .invalidRequest, "expected an array"),
    ("", .parseError, "expected a value"),
  ])
  func refuses(_ text: String, _ code: ErrorCode, _ message: String) {
    let error = #expect(throws: EnvelopeError.self) { try elements(text, maximumCount: 2) }
    #expect(error?.code == code)
    #expect(error?.message.contains(message) == true, "\(error as Any)")
  }
}

@Suite struct MessageWriterTests {
  private func text(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func borrowed(_ text: String, _ body: (UnsafeRawBufferPointer) -> Void) {
    Array(text.utf8).withUnsafeBytes(body)
  }

  @Test func result() {
    let written = text { output in
      borrowed(#""x""#) { id in
        borrowed(#"{"a":1}"#) { MessageWriter.writeResult(id: id, result: $0, to: &output) }
      }
    }
    #expect(written == #"{"jsonrpc":"2.0","id":"x","result":{"a":1}}"#)
  }

  @Test func error() {
    let error = ErrorObject(code: .invalidParams, message: "bad \"x\"", data: ["a": [1]])
    let bare = ErrorObject(code: .parseError, message: "m")
    let written = text { output in
      borrowed("7") { MessageWriter.writeError(id: $0, error, to: &output) }
    }
    #expect(
      written
        == #"{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"bad \"x\"","data":{"a":[1]}}}"#
    )
    #expect(
      text { MessageWriter.writeError(id: nil, bare, to: &$0) }
        == #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}}"#)
    #expect(
      text { MessageWriter.writeError(id: nil, bare, unknownID: .null, to: &$0) }
        == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}"#)
  }

  @Test func calls() {
    let request = text { output in
      borrowed("1") { id in
        MessageWriter.writeRequest(id: id, method: "a/\"b\"", params: nil, to: &output)
      }
    }
    #expect(request == #"{"jsonrpc":"2.0","id":1,"method":"a/\"b\""}"#)
    let notification = text { output in
      borrowed(#"{"x":1}"#) {
        MessageWriter.writeNotification(method: "n", params: $0, to: &output)
      }
    }
    #expect(notification == #"{"jsonrpc":"2.0","method":"n","params":{"x":1}}"#)
  }

  /// What is written decodes as what it is.
  @Test func decodes() throws {
    let error = ErrorObject(code: 5, message: "é\u{1}", data: nil)
    let written = text { output in
      borrowed("\"i\"") { MessageWriter.writeError(id: $0, error, to: &output) }
    }
    #expect(try Message(decoding: written).kind == .errorResponse)
    try Array(written.utf8).withUnsafeBytes { bytes in
      let envelope = try Envelope.decode(bytes)
      #expect(try envelope.error.map { try ErrorObject($0) } == error)
      #expect(envelope.requestID == "i")
    }
  }
}
