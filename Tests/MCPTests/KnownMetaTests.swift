import JSON
import JSONRPC
import Testing

@testable import MCP

/// A `_meta` that repeats is found again, and only that one.
@Suite struct KnownMetaTests {
  private static let meta =
    #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
    + #""io.modelcontextprotocol/clientCapabilities":{"sampling":{}}}"#

  /// Decodes a message and gives what was read of its `_meta`, or the error.
  private static func decode(
    _ params: String, _ known: UnsafeMutablePointer<KnownMeta>
  ) throws -> (version: String?, capabilities: String?, token: String?, problem: Bool) {
    let text = Array(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":\#(params)}"#.utf8)
    return try text.withUnsafeBytes { bytes in
      var parameters = RequestParameters(known: known)
      _ = try Envelope.decode(bytes, parameters: &parameters)
      return (
        parameters.meta.protocolVersion?.decoded, parameters.meta.clientCapabilities?.text,
        parameters.meta.progressToken?.text, parameters.problem != nil
      )
    }
  }

  private static func withKnown(_ body: (UnsafeMutablePointer<KnownMeta>) throws -> Void) rethrows {
    let known = UnsafeMutablePointer<KnownMeta>.allocate(capacity: 1)
    known.initialize(to: KnownMeta())
    defer {
      known.deinitialize(count: 1)
      known.deallocate()
    }
    try body(known)
  }

  @Test func aRepeatedMetaReadsTheSame() throws {
    try Self.withKnown { known in
      for _ in 0..<3 {
        let read = try Self.decode(#"{"name":"a","_meta":\#(Self.meta),"arguments":{}}"#, known)
        #expect(read.version == "2026-07-28")
        #expect(read.capabilities == #"{"sampling":{}}"#)
        #expect(!read.problem)
        let kept = known.pointee.text.count
        #expect(kept == Self.meta.utf8.count)
      }
    }
  }

  @Test func whatFollowsItIsStillChecked() throws {
    try Self.withKnown { known in
      _ = try Self.decode(#"{"_meta":\#(Self.meta)}"#, known)
      for rest in ["x", #""a":1"#, "{}", ",", ",,", #","name""#] {
        var isRefused = false
        do {
          _ = try Self.decode(#"{"_meta":\#(Self.meta)\#(rest)}"#, known)
        } catch is EnvelopeError {
          isRefused = true
        }
        #expect(isRefused, "\(rest)")
      }
      let spaced = try Self.decode(#"{"_meta": \#(Self.meta) , "name":"b"}"#, known)
      #expect(!spaced.problem)
    }
  }

  @Test func anotherMetaIsReadForItself() throws {
    try Self.withKnown { known in
      let other = Self.meta.replacing("sampling", with: "elicitation")
      for _ in 0..<40 {
        let first = try Self.decode(#"{"_meta":\#(Self.meta)}"#, known)
        #expect(first.capabilities == #"{"sampling":{}}"#)
        let second = try Self.decode(#"{"_meta":\#(other)}"#, known)
        #expect(second.capabilities == #"{"elicitation":{}}"#)
      }
    }
  }

  @Test func aTokenAProblemOrALongOneIsNotKept() throws {
    try Self.withKnown { known in
      let token = Self.meta.dropLast() + #","progressToken":7}"#
      let withToken = try Self.decode(#"{"_meta":\#(token)}"#, known)
      #expect(withToken.token == "7")
      let bad = Self.meta.replacing(#""2026-07-28""#, with: "5")
      let withProblem = try Self.decode(#"{"_meta":\#(bad)}"#, known)
      #expect(withProblem.problem)
      let long = Self.meta.dropLast() + #","x":"\#(String(repeating: "y", count: 3000))"}"#
      let withMuch = try Self.decode(#"{"_meta":\#(long)}"#, known)
      #expect(withMuch.version == "2026-07-28")
      let kept = known.pointee.text.count
      #expect(kept == 0)
    }
  }

  @Test func twoOfThemAreAProblemAlsoWhereTheyAreKnown() throws {
    try Self.withKnown { known in
      for _ in 0..<2 {
        let read = try Self.decode(
          #"{"_meta":\#(Self.meta),"_meta":\#(Self.meta)}"#, known)
        #expect(read.problem)
      }
    }
  }
}
