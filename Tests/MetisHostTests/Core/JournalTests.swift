import JSON
import MetisConfig
import Testing

@testable import MetisHost

/// The journal of requests.
@Suite struct JournalTests {
  /// What the admin endpoint says.
  func ask(_ host: TestHost, _ request: JournalRequest) throws(Problem) -> JSONValue {
    let gate = Gate()
    let answer = Locked<Result<JSONValue, Problem>?>(nil)
    host.host.control.sync {
      host.host.journal(request) { result in
        answer.withLock { $0 = result }
        gate.open()
      }
    }
    gate.wait()
    guard let result = answer.withLock({ $0 }) else { return .null }
    return try result.get()
  }

  func entries(_ host: TestHost, _ query: String = "") throws -> [JSONValue] {
    try ask(host, .entries(try JournalQuery(query)))["entries"]?.array ?? []
  }

  @Test func entries() throws {
    let host = try TestHost(
      puppet: ["value", "fail-tool", "fail-own"], more: TestHost.resource("value://x"))
    defer { host.stop() }
    _ = host.call("value", #"{"a":[1,"é"]}"#)
    _ = host.call("fail-tool")
    _ = host.call("fail-own")
    _ = host.call("absent")
    _ = host.ask("tools/list")
    _ = host.read("value://x")
    _ = host.ask("no/such")
    let session = try #require(host.initialize("2025-06-18"))
    _ = host.begin("value", #"{"b":2}"#, session: session).ended()
    let found = try entries(host)
    #expect(
      found.map { $0["method"]?.string } == [
        "tools/call", "tools/call", "tools/call", "tools/call", "tools/list", "resources/read",
        "no/such", "initialize", "tools/call",
      ])
    #expect(
      found.map { $0["outcome"]?.string } == [
        "ok", "isError", "error", "error", "ok", "ok", "error", "ok", "ok",
      ])
    #expect(found[0]["target"] == "value")
    #expect(found[0]["arguments"] == ["a": [1, "é"]])
    #expect(found[0]["revision"] == "2026-07-28")
    #expect(found[0]["transport"] == "http")
    #expect(found[0]["durationUs"]?.double ?? -1 >= 0)
    #expect(found[0]["time"]?.string?.hasSuffix("Z") == true)
    #expect(found[2]["code"] == 7)
    #expect(found[3]["code"] == -32602)
    #expect(found[5]["target"] == "value://x")
    #expect(found[8]["session"]?.string == session)
    #expect(found[8]["client"] == "test")
    #expect(found[8]["arguments"] == ["b": 2])
  }

  @Test func queries() throws {
    let host = try TestHost(puppet: ["value", "fail-own"])
    defer { host.stop() }
    for index in 0..<3 { _ = host.call("value", #"{"i":\#(index)}"#) }
    _ = host.call("fail-own")
    #expect(try entries(host, "target=value").count == 3)
    #expect(try entries(host, "target=value&limit=1").first?["arguments"] == ["i": 2])
    #expect(try entries(host, "outcome=error").count == 1)
    #expect(try entries(host, "outcome=7").count == 1)
    #expect(try entries(host, "method=tools%2Fcall").count == 4)
    #expect(try entries(host, "since=2000-01-01T00:00:00.000Z").count == 4)
    #expect(try entries(host, "since=2100-01-01T00:00:00.000Z").isEmpty)
    #expect(try ask(host, .count(try JournalQuery("target=value"))) == ["count": 3])
    #expect(throws: Problem.self) { try JournalQuery("limit=0") }
    #expect(throws: Problem.self) { try JournalQuery("who=me") }
    #expect(throws: Problem.self) { try JournalQuery("target=%zz") }
    #expect(try ask(host, .clear) == ["cleared": true])
    #expect(try entries(host).isEmpty)
    _ = host.call("value")
    #expect(try entries(host).count == 1)
  }

  @Test func verification() throws {
    let host = try TestHost(puppet: ["value", "number"])
    defer { host.stop() }
    _ = host.call("value", #"{"city":"Paris","days":{"from":1,"to":3}}"#)
    _ = host.call("number")
    _ = host.call("value", #"{"city":"Rome"}"#)
    func verify(_ json: String) throws -> JSONValue {
      try ask(host, .verify(try JournalExpectation(try JSONValue(json: json))))
    }
    #expect(try verify(#"{"target":"value"}"#) == ["verified": true, "count": 2])
    #expect(try verify(#"{"target":"value","times":2}"#)["verified"] == true)
    #expect(try verify(#"{"target":"none","never":true}"#)["verified"] == true)
    #expect(try verify(#"{"method":"tools/call","at_least":2,"at_most":3}"#)["verified"] == true)
    #expect(
      try verify(#"{"target":"value","arguments":{"city":"Paris","/days/to":3},"times":1}"#)[
        "verified"] == true)
    #expect(
      try verify(#"{"arguments":{"days":{"from":1}},"times":1}"#)["verified"] == true)
    #expect(
      try verify(
        #"{"order":[{"arguments":{"city":"Paris"}},{"target":"number"},{"target":"value"}]}"#)[
          "verified"] == true)
    for (json, says) in [
      (#"{"target":"value","times":1}"#, "exactly 1"),
      (#"{"target":"value","arguments":{"city":"Oslo"}}"#, "expected \"Oslo\""),
      (#"{"target":"value","never":true}"#, "found 2"),
      (#"{"order":[{"target":"number"},{"arguments":{"city":"Paris"}}]}"#, "it came before"),
      (#"{"method":"prompts/get"}"#, "method is tools/call"),
    ] {
      do {
        _ = try verify(json)
        Issue.record("verified: \(json)")
      } catch let problem as Problem {
        #expect(problem.slug == .unverified)
        #expect(problem.detail.contains(says), "\(problem.detail)")
      }
    }
    for json in [
      "{}", "[]", #"{"who":"x"}"#, #"{"times":-1}"#, #"{"times":1,"never":true}"#,
      #"{"at_least":2,"at_most":1}"#, #"{"order":{}}"#, #"{"order":[1]}"#,
      #"{"arguments":[]}"#, #"{"arguments":{"/~":1}}"#, #"{"method":[]}"#,
    ] {
      #expect(throws: Problem.self, "\(json)") {
        try JournalExpectation(try JSONValue(json: json))
      }
    }
  }

  /// A call that was given up, and one that is under way.
  @Test func asynchronousCalls() throws {
    let host = try TestHost(
      plugins: ["puppet", "puppet-async"],
      tools: [
        TestHost.Tool(name: "never", strategy: "puppet-async"),
        TestHost.Tool(name: "sleep-30", strategy: "puppet-async"),
      ])
    defer { host.stop() }
    #expect(host.call("sleep-30").status == 200)
    let never = host.begin("never")
    _ = host.call("good")
    var found = try entries(host)
    #expect(found.map { $0["outcome"]?.string } == ["ok", "open", "ok"])
    #expect(found[0]["durationUs"]?.double ?? 0 >= 20_000)
    #expect(found[1]["durationUs"] == nil)
    never.disconnect()
    _ = host.call("good")
    found = try entries(host)
    #expect(found[1]["outcome"] == "cancelled")
  }

  @Test func settings() throws {
    let host = try TestHost(puppet: ["value"], more: "[journal]\ncapacity = 3\nbodies = false\n")
    defer { host.stop() }
    for index in 0..<5 { _ = host.call("value", #"{"i":\#(index)}"#) }
    let found = try entries(host)
    #expect(found.count == 3)
    #expect(found.allSatisfy { $0["target"] == "value" && $0["arguments"] == nil })
    #expect(found.allSatisfy { $0["argumentsTruncated"] == true })
    let off = try TestHost(more: "[journal]\nenabled = false\n")
    defer { off.stop() }
    #expect(off.isWell())
    #expect(throws: Problem.self) { try ask(off, .entries(JournalQuery())) }
  }

  @Test func reset() throws {
    let host = try TestHost(puppet: ["count", "value"])
    defer { host.stop() }
    for _ in 0..<3 { _ = host.call("count") }
    #expect(host.call("count").firstText == "[4,4]")
    let gate = Gate()
    host.host.control.sync { host.host.reset { _ in gate.open() } }
    gate.wait()
    #expect(try entries(host).isEmpty)
    #expect(host.call("count").firstText == "[1,1]")
    let targets = host.host.control.sync { host.host.composition.snapshot.targets }
    #expect(targets.first { $0.name == "count" }?.ordinal.load(ordering: .relaxed) == 1)
  }

  /// The ring overwrites itself without mixing entries up.
  @Test func ring() throws {
    var settings = JournalSettings()
    settings.capacity = 50
    let ring = JournalRing(settings)
    let text = String(repeating: "x", count: 3000)
    for index in 0..<500 {
      let params = Array(
        #"{"name":"n\#(index)","arguments":{"t":"\#(text.prefix(index * 6))"}}"#.utf8)
      let number = params.withUnsafeBytes { ring.begin(4, 4, [], params: $0) }
      if index % 2 == 0 { ring.end(number, .isError, 0) }
    }
    let entries = ring.copy().entries.map { JournalEntry($0.slot, $0.text, time: 0, duration: nil) }
    #expect(!entries.isEmpty && entries.count <= 50)
    for (offset, entry) in entries.reversed().enumerated() {
      let index = 499 - offset
      #expect(entry.target == "n\(index)")
      #expect(entry.arguments?["t"]?.string?.count == min(3000, index * 6))
      #expect(entry.outcome == (index % 2 == 0 ? .isError : .open))
    }
    ring.end(1, .error, 1)
    ring.clear()
    #expect(ring.copy().entries.isEmpty)
  }
}
