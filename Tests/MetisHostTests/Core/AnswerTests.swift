import JSON
import Testing

@testable import MetisHost

/// From what a strategy answers to what a client of each revision reads.
@Suite struct AnswerTests {
  static let server: JSONValue = ["name": "Metis", "version": "1.0.0"]
  static let serverInfo = "io.modelcontextprotocol/serverInfo"

  @Test func aResultGetsItsTypeAndTheServersInfoAndKeepsItsOwnMembers() throws {
    let host = try TestHost(puppet: ["result", "emit-result"])
    for (given, meta) in [
      (#"{"content":[]}"#, [AnswerTests.serverInfo: AnswerTests.server] as JSONValue),
      (#"{"content":[],"_meta":{}}"#, [AnswerTests.serverInfo: AnswerTests.server]),
      (#"{"content":[],"_meta": { } }"#, [AnswerTests.serverInfo: AnswerTests.server]),
      (
        #"{"_meta":{"own":[1]},"content":[]}"#,
        [AnswerTests.serverInfo: AnswerTests.server, "own": [1]]
      ),
      (
        #" {"content":[],"_meta":{"own":1},"isError":false} "#,
        [AnswerTests.serverInfo: AnswerTests.server, "own": 1]
      ),
    ] {
      for tool in ["result", "emit-result"] {
        let answer = host.call(tool, given)
        #expect(answer.result["_meta"] == meta, "\(answer.text)")
        #expect(answer.result["resultType"] == "complete")
        #expect(answer.result["content"]?.array?.count == (tool == "result" ? 0 : 1))
        #expect(answer.text.components(separatedBy: #""_meta""#).count == 2)
        #expect(answer.text.components(separatedBy: #""resultType""#).count == 2)
      }
    }
    let passedOn = host.call(
      "result", #"{"content":[],"_meta":{"\#(AnswerTests.serverInfo)":{"name":"another"}}}"#)
    #expect(passedOn.result["_meta"] == [AnswerTests.serverInfo: ["name": "another"]])
    #expect(passedOn.text.components(separatedBy: AnswerTests.serverInfo).count == 2)
    for tool in ["result", "emit-result"] {
      let own = host.call(tool, #"{"resultType":"complete","content":[],"_meta":{"a":1}}"#)
      #expect(own.result["resultType"] == "complete")
      #expect(own.text.components(separatedBy: #""resultType""#).count == 2, "\(own.text)")
      #expect(own.result["_meta"]?["a"] == 1)
    }
    host.stop()
  }

  @Test func aResultThatIsNoneIsTheServersFaultAndNamesThePlugin() throws {
    let host = try TestHost(puppet: ["result", "emit-result"])
    for given in [
      "{}", #"{"content":{}}"#, #"{"content":null}"#, #"{"content":[],"_meta":null}"#,
      #"{"content":[],"_meta":[]}"#, #"{"content":[],"_meta":"x"}"#,
    ] {
      for tool in ["result", "emit-result"] {
        let answer = host.call(tool, given)
        #expect(answer.status == 200)
        #expect(answer.errorCode == -32603, "\(tool) \(given): \(answer.text)")
        #expect(answer.errorMessage.contains("org.metis.test.puppet"), "\(answer.text)")
      }
    }
    #expect(host.isWell())
    host.stop()
  }

  @Test func aValueIsShapedForTheRevision() throws {
    let host = try TestHost(
      puppet: ["value", "number", "parts", "reserve", "owned"],
      tools: [
        .init(
          name: "number-declared", strategy: "puppet",
          more: "output_schema = { type = \"number\" }")
      ])
    let value = host.call("value", #"{"a": [1, 2]}"#)
    #expect(value.result["structuredContent"] == ["a": [1, 2]])
    #expect(value.firstText == #"{"a": [1, 2]}"#)
    // A value that is no object is structured only where a schema says so.
    #expect(host.call("number").result["structuredContent"] == nil)
    #expect(host.call("number").firstText == "42")
    #expect(host.call("number-declared").result["structuredContent"] == 42)
    #expect(host.call("parts", #"{"x":2}"#).firstText == #"[1,{"x":2}]"#)
    #expect(host.call("reserve").result["structuredContent"] == ["reserved": true])
    #expect(host.call("owned").firstText == "owned")
    for (revision, isStructured) in [
      ("2024-11-05", false), ("2025-03-26", false), ("2025-06-18", true), ("2025-11-25", true),
    ] {
      let session = try #require(host.initialize(revision))
      let answer = host.begin("value", #"{"a":1}"#, session: session).ended()
      #expect((answer.result["structuredContent"] == ["a": 1]) == isStructured, "\(revision)")
      #expect(answer.firstText == #"{"a":1}"#)
      #expect(answer.result["resultType"] == nil && answer.result["_meta"] == nil)
      let number = host.begin("number-declared", session: session).ended()
      #expect(number.result["structuredContent"] == nil, "\(revision)")
    }
    host.stop()
  }

  @Test func failuresOfAToolAndOfAStrategy() throws {
    let host = try TestHost(
      puppet: [
        "fail-tool", "fail-own", "fail-reserved", "need-input", "bad-emit",
        "commit-unreserved",
      ])
    let tool = host.call("fail-tool")
    #expect(tool.result["isError"] == true)
    #expect(tool.firstText == "the tool \"fails\"")
    let own = host.call("fail-own")
    #expect(own.error == ["code": 7, "message": "own", "data": ["more": true]])
    let reserved = host.call("fail-reserved")
    #expect(reserved.errorCode == -32603)
    #expect(reserved.errorMessage.contains("org.metis.test.puppet"))
    #expect(reserved.errorMessage.contains("-32700"))
    // A question that is none is the plugin's fault.
    let asked = host.call("need-input")
    #expect(asked.errorCode == -32603 && asked.errorMessage.contains("org.metis.test.puppet"))
    #expect(host.call("bad-emit").firstText == "[-3,-3,-2]")
    #expect(host.call("commit-unreserved").firstText == "refused")
    host.stop()
  }

  @Test func emissionsGoOutInTheirOrderWhereTheyWereAskedFor() throws {
    let host = try TestHost(
      plugins: ["puppet", "puppet-async", "puppet-blocking"],
      tools: [
        .init(name: "emit", strategy: "puppet"),
        .init(name: "emit-async", strategy: "puppet-async"),
        .init(name: "emit-before", strategy: "puppet-async"),
        .init(name: "emit-blocking", strategy: "puppet-blocking"),
      ])
    for tool in ["emit", "emit-async", "emit-before", "emit-blocking"] {
      let plain = host.call(tool)
      #expect(plain.field("content-type") == "application/json", "\(tool)")
      #expect(
        plain.result["content"]?.array?.compactMap { $0["text"]?.string } == ["first", "second"])
      let asked = host.call(
        tool, meta: #","progressToken":7,"io.modelcontextprotocol/logLevel":"info""#)
      #expect(asked.status == 200 && asked.field("content-type") == "text/event-stream")
      let events = asked.events
      #expect(events.count == 3, "\(tool): \(asked.text)")
      #expect(events[0]["method"] == "notifications/progress")
      #expect(
        events[0]["params"] == ["progressToken": 7, "progress": 1, "total": 2, "message": "half"])
      #expect(events[1]["params"] == ["level": "info", "data": "a line"])
      #expect(events.last?["result"]?["resultType"] == "complete")
      // A level above the line's: the line stays here, and the answer is no stream.
      let quiet = host.call(tool, meta: #","io.modelcontextprotocol/logLevel":"error""#)
      #expect(quiet.field("content-type") == "application/json")
    }
    // The revision before messages of progress.
    let session = try #require(host.initialize("2024-11-05"))
    let old = host.begin("emit", session: session, meta: #""progressToken":"t""#).ended()
    #expect(old.events[0]["params"] == ["progressToken": "t", "progress": 1, "total": 2])
    host.stop()
  }

  @Test func lineBreaksOfAPluginDoNotEndAnEvent() throws {
    let host = try TestHost(puppet: ["emit-result"])
    let answer = host.call(
      "emit-result", "{\n\"content\":\r\n[\n{\"type\":\"text\",\n\"text\":\"a\\nb\"}],\"x\":\n{}}",
      meta: #","progressToken":1"#)
    #expect(answer.events.count == 2, "\(answer.text)")
    #expect(
      answer.result["content"]?.array?.compactMap { $0["text"]?.string } == ["first", "a\nb"])
    host.stop()
  }

  @Test func theContextTellsWhoCalls() throws {
    let host = try TestHost(
      plugins: ["puppet", "puppet-async", "puppet-blocking"], puppet: ["context"],
      tools: [
        .init(name: "context-async", strategy: "puppet-async"),
        .init(name: "context-blocking", strategy: "puppet-blocking"),
      ])
    for tool in ["context", "context-async", "context-blocking"] {
      let modern = host.call(
        tool,
        meta: #","io.modelcontextprotocol/clientInfo":{"name":"me","version":"2"},"a":"b""#)
      let context = modern.result["structuredContent"] ?? .null
      #expect(context["revision"] == "2026-07-28", "\(tool): \(modern.text)")
      #expect(context["client"] == ["name": "me", "version": "2"])
      #expect(context["meta"]?["a"] == "b")
      #expect(context["transport"] == "http" && context["session"] == nil)
      let session = try #require(host.initialize())
      let legacy = host.begin(tool, session: session, meta: #""x":1"#).ended()
      #expect(legacy.result["structuredContent"]?["session"] == .string(session))
      #expect(legacy.result["structuredContent"]?["client"]?["name"] == "test")
    }
    host.stop()
  }

  @Test func aPluginsStateIsCountedForItAndForItsCaller() throws {
    let host = try TestHost(puppet: ["count"])
    let one = try #require(host.initialize())
    let other = try #require(host.initialize())
    #expect(host.begin("count", session: one).ended().firstText == "[1,1]")
    #expect(host.begin("count", session: one).ended().firstText == "[2,2]")
    #expect(host.begin("count", session: other).ended().firstText == "[3,1]")
    #expect(host.call("count").firstText == "[4,1]")
    host.stop()
  }
}
