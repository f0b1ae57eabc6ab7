import Foundation
import JSON
import Testing

@testable import MetisHost

/// Multi round-trip requests of 2026-07-28: questions in the answer, answers in the next request.
@Suite struct InputRequiredTests {
  private func state(_ exchange: TestExchange) -> String {
    exchange.result["requestState"]?.string ?? ""
  }

  private func retry(_ answers: String, _ state: String? = nil) -> String {
    #","inputResponses":\#(answers)"#
      + (state.map { #","requestState":"\#($0)""# } ?? "")
  }

  private let named = #"{"name":\#(Asked.accept("name", "Ada"))}"#

  @Test(arguments: ["asker", "asker-blocking", "asker-async"])
  func aCallAsksAndIsTheSameCallWhenItIsSentAgain(_ strategy: String) throws {
    let host = try TestHost.asking(["ask-state"], strategy: strategy)
    for round in 0..<3 {
      let asked = host.callTool("ask-state").ended()
      #expect(asked.status == 200)
      #expect(asked.result["resultType"] == "input_required")
      #expect(asked.result["ttlMs"] == nil && asked.result["cacheScope"] == nil)
      #expect(
        asked.result["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"]?.string != nil)
      #expect(asked.result["inputRequests"] == (try? JSONValue(json: Asked.form)))
      // The same arguments, written otherwise.
      let spaced = Asked.form.replacingOccurrences(of: ":", with: " : ")
      let done = host.callTool(
        "ask-state", spaced.replacingOccurrences(of: " : //", with: "://"),
        retry(named, state(asked))
      ).ended()
      let told = done.result["structuredContent"]
      #expect(done.result["resultType"] == "complete")
      #expect(told?["state"] == "state-1")
      #expect(told?["inputs"]?["name"]?["content"] == ["name": "Ada"])
      #expect(told?["ordinal"] == JSONValue(round))
    }
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func statesAreReplacedRoundByRoundAndFramesAskTheSameWay() throws {
    let host = try TestHost.asking(["ask-twice"])
    let peer = host.door.connection()
    func ask(_ id: Int, _ more: String = "") -> JSONValue {
      peer.send(
        TestHost.modernBody(
          "tools/call", #""name":"ask-twice","arguments":\#(Asked.form)\#(more)"#, id: "\(id)"))
      return peer.answer(JSONValue(id))["result"] ?? .null
    }
    let first = ask(1)
    let stateA = first["requestState"]?.string ?? ""
    let second = ask(2, retry(named, stateA))
    let stateB = second["requestState"]?.string ?? ""
    #expect(second["resultType"] == "input_required")
    #expect(!stateA.isEmpty && !stateB.isEmpty && stateA != stateB)
    let third = ask(3, retry(named, stateB))
    #expect(third["structuredContent"]?["state"] == "round-2")
    #expect(third["structuredContent"]?["ordinal"] == 0)
    // The whole chain has completed.
    peer.send(
      TestHost.modernBody(
        "tools/call",
        #""name":"ask-twice","arguments":\#(Asked.form)\#(retry(named, stateA))"#, id: "4"))
    #expect(peer.answer(4)["error"]?["message"]?.string?.contains("used already") == true)
    host.stop()
  }

  /// What the host fills in (defaults, the variables of a template) is part of the request that a
  /// state is bound to, also where the client leaves it out again.
  @Test func promptsAndTemplatesAskAsWell() throws {
    let host = try TestHost.asking(
      [],
      more: """
        [[prompts]]
        name = "ask-nothing"
        [[prompts.arguments]]
        name = "tone"
        default = "kind"
        [[prompts.arguments]]
        name = "who"
        [prompts.mock]
        strategy = "asker"
        [[resources]]
        uri_template = "ask-nothing://{id}"
        [resources.mock]
        strategy = "asker"
        """)
    func send(_ method: String, _ params: String, _ name: String) -> TestExchange {
      host.modern(method, params, name: name).ended()
    }
    func again(_ exchange: TestExchange) -> String {
      #","requestState":"\#(state(exchange))""#
    }
    let prompt = #""name":"ask-nothing""#
    let asked = send("prompts/get", prompt + #","arguments":{"who":"Ada"}"#, "ask-nothing")
    #expect(asked.result["resultType"] == "input_required")
    for other in [#","arguments":{"who":"Bob"}"#, "", #","arguments":{"who":"Ada","tone":"dry"}"#] {
      let refused = send("prompts/get", prompt + other + again(asked), "ask-nothing")
      #expect(refused.errorMessage.contains("another request"), "\(other)")
    }
    let got = send(
      "prompts/get", prompt + #","arguments":{"tone":"kind","who":"Ada"}"# + again(asked),
      "ask-nothing")
    #expect(!got.errorMessage.contains("requestState"), "\(got.text)")
    let uri = "ask-nothing://7"
    let read = send("resources/read", #""uri":"\#(uri)""#, uri)
    #expect(read.result["resultType"] == "input_required")
    let other = send("resources/read", #""uri":"ask-nothing://8""# + again(read), "ask-nothing://8")
    #expect(other.errorMessage.contains("another request"))
    let done = send("resources/read", #""uri":"\#(uri)""# + again(read), uri)
    #expect(done.result["contents"]?[0]?["uri"] == .string(uri), "\(done.text)")
    host.stop()
  }

  @Test func answersMayComeBeforeTheQuestion() throws {
    let host = try TestHost.asking(["ask-plain"])
    let first = host.callTool("ask-plain").ended()
    #expect(first.result["resultType"] == "input_required")
    #expect(first.result["requestState"] == nil)
    let early = host.callTool(
      "ask-plain", Asked.form,
      retry(#"{"name":\#(Asked.accept("name", "Ada")),"unknown":"text","other":7,"x":{"y":1}}"#)
    ).ended()
    #expect(
      early.result["structuredContent"]?["inputs"] == [
        "name": ["action": "accept", "content": ["name": "Ada"]]
      ])
    #expect(early.result["structuredContent"]?["state"] == "")
    for bad in ["null", "[]", "3", #""x""#] {
      let refused = host.callTool("ask-plain", Asked.form, retry(bad)).ended()
      #expect(refused.status == 400 && refused.errorCode == -32602, "\(bad)")
    }
    host.stop()
  }

  @Test func aStateIsGoodForItsRequestAloneAndForOneCompletion() throws {
    let host = try TestHost.asking(["ask-state", "ask-state-too"])
    let asked = state(host.callTool("ask-state").ended())
    func refusal(_ tool: String, _ arguments: String, _ state: String) -> String {
      let answer = host.callTool(tool, arguments, retry(named, state)).ended()
      #expect(answer.status == 400 && answer.errorCode == -32602)
      return answer.errorMessage
    }
    for tampered in [
      asked + "-TAMPERED", String(asked.dropLast()), "",
      (asked.hasPrefix("A") ? "B" : "A") + asked.dropFirst(), "%%%",
      String(asked.reversed()),
    ] {
      #expect(refusal("ask-state", Asked.form, tampered).contains("altered"), "\(tampered)")
    }
    #expect(refusal("ask-state-too", Asked.form, asked).contains("another request"))
    #expect(refusal("ask-state", Asked.two, asked).contains("another request"))
    // An answer that is none to a known question.
    let odd = host.callTool("ask-state", Asked.form, retry(#"{"name":12345}"#, asked)).ended()
    #expect(odd.errorCode == -32602 && odd.errorMessage.contains("name"))
    #expect(host.callTool("ask-state", Asked.form, retry(named, asked)).ended().error == .null)
    #expect(refusal("ask-state", Asked.form, asked).contains("used already"))
    #expect(host.host.core.usedStates.count == 1)
    host.stop()
  }

  @Test func aStateThatMayBeUsedAgainIs() throws {
    let host = try TestHost.asking(
      ["ask-state"], more: "[server.input]\nsingle_use = false\nkey = \"0123456789abcdef\"")
    let asked = state(host.callTool("ask-state").ended())
    for _ in 0..<3 {
      let done = host.callTool("ask-state", Asked.form, retry(named, asked)).ended()
      #expect(done.result["structuredContent"]?["ordinal"] == 0)
    }
    #expect(host.host.core.usedStates.count == 0)
    // Another host with the same secret knows the state.
    let other = try TestHost.asking(
      ["ask-state"], more: "[server.input]\nkey = \"0123456789abcdef\"")
    #expect(other.callTool("ask-state", Asked.form, retry(named, asked)).ended().error == .null)
    other.stop()
    host.stop()
  }

  @Test func aStateExpiresAndWaitsForNobodyWhoVanished() throws {
    let host = try TestHost.asking(
      ["ask-state"], strategy: "asker-async", more: "[server.input]\nstate_ttl_sec = 1")
    let asked = state(host.callTool("ask-state").ended())
    // The client goes before it hears the end: what it knows stays good.
    let gone = host.callTool("ask-state", Asked.form, retry(#"{"other":1}"#, asked))
    gone.disconnect()
    #expect(eventually { host.openCalls == 0 })
    usleep(1_100_000)
    let late = host.callTool("ask-state", Asked.form, retry(named, asked)).ended()
    #expect(late.status == 400 && late.errorMessage.contains("expired"))
    host.stop()
  }

  @Test func nobodyIsAskedForWhatWasNotDeclared() throws {
    let host = try TestHost.asking(["ask-plain"])
    let url =
      #"{"u":{"method":"elicitation/create","params":{"mode":"url","message":"Go","#
      + #""url":"https://example.org/x"}}}"#
    let tools =
      #"{"s":{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1,"#
      + #""tools":[]}}}"#
    let cases: [(String, String, Bool)] = [
      (Asked.form, "{}", false), (Asked.form, #"{"elicitation":{}}"#, true),
      (Asked.form, #"{"elicitation":{"form":{}}}"#, true),
      (Asked.form, #"{"elicitation":{"url":{}}}"#, false),
      (url, #"{"elicitation":{}}"#, false), (url, #"{"elicitation":{"url":{}}}"#, true),
      (Asked.three, #"{"elicitation":{},"sampling":{}}"#, false),
      (Asked.three, #"{"elicitation":{},"sampling":{},"roots":{}}"#, true),
      (tools, #"{"sampling":{}}"#, false), (tools, #"{"sampling":{"tools":{}}}"#, true),
    ]
    for (requests, capabilities, isAsked) in cases {
      let answer = host.callTool("ask-plain", requests, capabilities: capabilities).ended()
      #expect(
        (answer.result["resultType"] == "input_required") == isAsked, "\(requests) \(capabilities)")
      #expect((answer.firstText == "unsupported") == !isAsked)
    }
    host.stop()
  }

  @Test func questionsThatAreNoneAreThePluginsFault() throws {
    let host = try TestHost.asking(["ask-plain"])
    func form(_ property: String) -> String {
      #"{"k":{"method":"elicitation/create","params":{"message":"m","requestedSchema":"#
        + #"{"type":"object","properties":{"p":\#(property)}}}}}"#
    }
    for requests in [
      "{}", #"{"k":1}"#, #"{"k":{"method":"tools/call"}}"#,
      #"{"k":{"method":"elicitation/create"}}"#,
      form(#"{"type":"object"}"#), form(#"{"type":"array","items":{"type":"object"}}"#),
      form(#"{"type":"string","enum":[1]}"#), form(#"{"type":"boolean","default":"yes"}"#),
      #"{"k":{"method":"sampling/createMessage","params":{"messages":[]}}}"#,
    ] {
      let answer = host.callTool("ask-plain", requests).ended()
      #expect(answer.errorCode == -32603, "\(requests)")
      #expect(answer.errorMessage.contains("org.metis.test.asker"))
    }
    for property in [
      #"{"type":"string","oneOf":[{"const":"a","title":"A"}],"default":"a"}"#,
      #"{"type":"array","items":{"anyOf":[{"const":"a","title":"A"}]},"minItems":1}"#,
      #"{"type":"string","enum":["a"],"enumNames":["A"]}"#, #"{"type":"number","maximum":1.5}"#,
    ] {
      let answer = host.callTool("ask-plain", form(property)).ended()
      #expect(answer.result["resultType"] == "input_required", "\(property)")
    }
    host.stop()
  }

  @Test func askingAgainIsNoCompletion() throws {
    let host = try TestHost.asking(["ask-state", "ask-forever", "ask-content", "ask-nothing"])
    // What was emitted before a question is the resumed call's to say again.
    let asked = host.callTool("ask-content").ended()
    #expect(asked.result["content"] == nil)
    let done = host.callTool("ask-content", Asked.form, retry(named, state(asked))).ended()
    #expect(done.result["content"]?.array?.count == 1)
    // Asking again is no completion.
    var last = state(host.callTool("ask-forever").ended())
    let first = last
    for _ in 0..<3 {
      last = state(host.callTool("ask-forever", Asked.form, retry(named, last)).ended())
      #expect(!last.isEmpty)
    }
    #expect(!state(host.callTool("ask-forever", Asked.form, retry(named, first)).ended()).isEmpty)
    #expect(eventually { host.host.core.usedStates.count == 1 })
    // A state without a question: come again.
    let poll = host.callTool("ask-nothing").ended()
    #expect(poll.result["inputRequests"] == nil)
    let polled = host.callTool(
      "ask-nothing", Asked.form, #","requestState":"\#(state(poll))""#
    ).ended()
    #expect(polled.result["structuredContent"]?["state"] == "polled")
    host.stop()
  }

  @Test func aCallInsideAnotherCannotAskAndCodesAreThoseOfTheRevision() throws {
    let host = try TestHost.asking(
      ["ask-plain", "fail-32021", "fail-32042", "fail-32002"],
      tools: [.init(name: "nest-ask-plain", strategy: "puppet")], plugins: ["puppet"])
    #expect(
      host.callTool("nest-ask-plain").ended().result["structuredContent"]?["inner"]?["content"]?[
        0]?[
          "text"] == "unsupported")
    let missing = host.callTool("fail-32021").ended()
    #expect(missing.status == 400 && missing.errorCode == -32021)
    #expect(missing.error["data"] == ["requiredCapabilities": ["sampling": [:]]])
    #expect(host.callTool("fail-32002").ended().errorCode == -32602)
    #expect(host.callTool("fail-32042").ended().errorCode == -32600)
    let november = LegacyClient(host)
    #expect(november.call("fail-32042").answer(1)["error"]?["code"] == -32042)
    #expect(november.call("fail-32002").answer(1)["error"]?["code"] == -32002)
    #expect(november.call("fail-32021").answer(1)["error"]?["code"] == -32600)
    let june = LegacyClient(host, "2025-06-18")
    #expect(june.call("fail-32042").answer(1)["error"]?["code"] == -32600)
    host.stop()
  }
}
