import JSON
import MCP
import Testing

@testable import MetisHost

/// What is sealed into a `requestState`, and which were used.
@Suite struct RequestStateTests {
  private func digest(_ name: String, _ arguments: String, _ method: Method = .toolsCall) -> [UInt8]
  {
    Array(name.utf8).withUnsafeBytes { name in
      Array(arguments.utf8).withUnsafeBytes { RequestState.digest(method, name, $0) }
    }
  }

  @Test func theSameRequestHasTheSameDigestAndNoOtherHas() {
    let plain = digest("t", #"{"a":1,"b":{"c":"x","d":[1.5,null]}}"#)
    for same in [
      #"{ "b" : {"d":[1.5,null],"c":"\u0078"},"a":1 }"#,
      #"{"a":1.0,"b":{"c":"x","d":[15e-1,null]}}"#,
    ] {
      #expect(digest("t", same) == plain, "\(same)")
    }
    let others = [
      digest("u", #"{"a":1,"b":{"c":"x","d":[1.5,null]}}"#),
      digest("t", #"{"a":1,"b":{"c":"x","d":[1.5,null]}}"#, .promptsGet),
      digest("t", #"{"a":2,"b":{"c":"x","d":[1.5,null]}}"#),
      digest("t", #"{"a":"1","b":{"c":"x","d":[1.5,null]}}"#),
      digest("t", #"{"a":1,"b":{"c":"x","d":[null,1.5]}}"#), digest("t", "{}"),
      digest("t", #"{"a":12,"b":3}"#), digest("t", #"{"a":1,"b":23}"#),
      digest("t", #"{"a":[1,23]}"#), digest("t", #"{"a":[12,3]}"#),
    ]
    #expect(Set(others + [plain]).count == others.count + 1)
    #expect(digest("t\\", "{}") != digest("t", "{}"))
  }

  @Test func whatIsWrittenIsRead() throws {
    let identity = CallIdentity(name: .random(), seed: .max, ordinal: 3)
    let state = RequestState(
      expiry: -5, digest: digest("t", "{}"), identity: identity,
      questions: [("a", .form), ("ü", .roots)], state: [0, 255, 7])
    let bytes = state.encoded
    let read = try #require(RequestState(bytes))
    #expect(read.expiry == -5 && read.digest == state.digest && read.state == [0, 255, 7])
    #expect(read.identity.name == identity.name && read.identity.seed == .max)
    #expect(read.identity.ordinal == 3)
    #expect(read.questions.map(\.key) == ["a", "ü"])
    #expect(read.questions.map(\.kind) == [.form, .roots])
    // Whatever is cut off before the strategy's own state is missed.
    for count in 0..<(bytes.count - 3) { #expect(RequestState(Array(bytes.prefix(count))) == nil) }
    #expect(RequestState([9] + bytes.dropFirst()) == nil)
  }

  @Test func usedStatesAreBoundedAndForgottenInTime() {
    let used = UsedStates(capacity: 2000)
    let names = (0..<10_000).map { CallIdentity.Name(high: 0, low: $0) }
    for name in names {
      #expect(used.claim(name, expiry: 10, now: 0) == .granted)
      used.complete(name, expiry: Int64(name.low) + 100)
      #expect(used.count <= 2000)
    }
    #expect(used.claim(names[9_999], expiry: 10, now: 0) == .completed)
    let open = CallIdentity.Name(high: 1, low: 1)
    #expect(used.claim(open, expiry: 10, now: 0) == .granted)
    #expect(used.claim(open, expiry: 10, now: 0) == .busy)
    used.release(open)
    #expect(used.claim(open, expiry: 10, now: 0) == .granted)
    // Everything that has completed has expired.
    for low in 0..<2000 {
      let name = CallIdentity.Name(high: 2, low: UInt64(low))
      #expect(used.claim(name, expiry: 10, now: .max) == .granted)
      used.release(name)
    }
    #expect(used.count <= 2000)
    #expect(used.claim(open, expiry: 10, now: .max) == .busy)
  }
}
