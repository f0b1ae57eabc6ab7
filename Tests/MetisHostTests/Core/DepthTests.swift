import JSON
import JSONSchema
import Testing

@testable import MetisHost

/// What recurses does so within the smallest stack of the host's threads, up to its limits.
@Suite struct DepthTests {
  /// Runs `body` on a thread with the stack of a worker.
  private func onSmallStack(_ body: @escaping @Sendable () -> Void) throws {
    try HostThread(name: "small") { body() }.join()
  }

  /// Schemas that lead through several others for each level of an instance; `#` is their root.
  static let schemas = [
    // Plain references, up to the limit of the nesting.
    "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
      + (0..<8).map { "\"d\($0)\":{\"anyOf\":[{\"$ref\":\"#/$defs/d\($0 + 1)\"}]}" }
      .joined(separator: ",")
      + ##","d8":{"type":"array","items":{"$ref":"#"}}}}"##,
    ##"{"type":["array","object"],"items":{"if":{"not":{"not":{"$ref":"#"}}},"##
      + ##""then":{"oneOf":[{"allOf":[{"$ref":"#"}]},false]}},"unevaluatedItems":false}"##,
    ##"{"properties":{"a":{"dependentSchemas":{"a":{"allOf":[{"$dynamicRef":"#"}]}}}},"##
      + ##""patternProperties":{"^a$":{"anyOf":[false,{"$ref":"#"}]}},"##
      + ##""unevaluatedProperties":{"$ref":"#"},"propertyNames":{"minLength":1}}"##,
    ##"{"type":"array","contains":{"anyOf":[{"$ref":"#"},true]},"items":{"$ref":"#"},"##
      + ##""uniqueItems":true}"##,
  ]

  @Test(arguments: schemas) func validationsStayWithinASmallStack(_ source: String) throws {
    let schema = try Schema(compiling: try JSONValue(json: source))
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      for depth in [1, 20, 63] {
        let core = open == "[" ? "[" : "{"
        let end = open == "[" ? "]" : "}"
        let text =
          String(repeating: open, count: depth) + core + end
          + String(repeating: close, count: depth)
        let isDone = Locked(false)
        try onSmallStack {
          let bytes = Array(text.utf8)
          bytes.withUnsafeBytes {
            _ = schema.accepts($0)
            _ = schema.validate($0)
          }
          isDone.withLock { $0 = true }
        }
        #expect(isDone.withLock { $0 })
      }
    }
  }

  /// The deepest value that any limits allow: read, written, compared, sealed into a digest, freed.
  @Test func valuesStayWithinASmallStack() throws {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      let depth = JSONLimits.greatestDepth
      let text =
        String(repeating: open, count: depth - 1) + "[]"
        + String(repeating: close, count: depth - 1)
      let isDone = Locked(false)
      try onSmallStack {
        guard let value = try? JSONValue(json: text, limits: JSONLimits(depth: depth)) else {
          return
        }
        let again = try? JSONValue(
          jsonBytes: value.jsonBytes(), limits: JSONLimits(depth: depth))
        let isSame = again == value
        isDone.withLock { $0 = isSame }
      }
      #expect(isDone.withLock { $0 })
      // As deep as a request may be.
      let argument = String(repeating: open, count: 62) + "[]" + String(repeating: close, count: 62)
      let digest = Locked<[UInt8]>([])
      try onSmallStack {
        let bytes = Array(argument.utf8)
        bytes.withUnsafeBytes { bytes in
          let made = RequestState.digest(.toolsCall, bytes, bytes)
          digest.withLock { $0 = made }
        }
      }
      #expect(digest.withLock { $0.count } == 32)
    }
  }
}
