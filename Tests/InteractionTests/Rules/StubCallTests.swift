import Testing

@testable import Interaction
@testable import MetisKit

/// Rules through the plugin's own tables, as a host calls them.
@Suite struct StubCallTests {
  private let host = SimulatedHost()

  @Test(arguments: [
    (#"{"name":"Ada"}"#, "Hello, Ada"), (#"{"id":7}"#, "first of the fallback"), ("{}", "nobody"),
    (#"{"name":"Bob"}"#, "Bob has 3 letters"),
  ])
  func answersByTheArguments(_ arguments: String, _ expected: String) throws {
    let target = try host.target(
      """
      {"default":"nobody","rules":[
        {"when":{"name":{"starts_with":"A"}},"text":"Hello, {{ arguments.name }}"},
        {"when":{"name":{"present":true}},"steps":[
          {"text":"{{ arguments.name }} has {{ arguments.name | length }} letters"}]},
        {"when":{"id":{"at_least":3}},"answers":["first of the fallback"]}]}
      """)
    #expect(target.call(arguments).answer == expected)
  }

  @Test func valuesAreStructured() throws {
    let call = try host.target(#"{"value":{"n":1,"of":["{{ arguments.x }}"]}}"#).call(#"{"x":2}"#)
    #expect(call.result["structuredContent"] == ["n": 1, "of": [2]])
    let resource = try host.target(#"{"value":{"n":[1]}}"#, .resource).call()
    #expect(resource.result["contents"]?[0]?["text"] == #"{"n":[1]}"#)
  }

  @Test func anUnmatchedCallFailsWithTheNearestRule() throws {
    let target = try host.target(#"{"rules":[{"when":{"name":"Ada"},"text":"x"}]}"#)
    guard case .fail(let code, let message, let data)? = target.call(#"{"name":"Bob"}"#).ending
    else {
      Issue.record("the call did not fail")
      return
    }
    #expect(code == -32602)
    #expect(message.hasSuffix("rule 1: name: found \"Bob\", expected \"Ada\""))
    #expect(try JSONValue(json: data)["unmatched"]?["nearest"] == "rule 1")
  }

  @Test func errorsOfASectionReachTheHost() {
    let error = #expect(throws: SimulatedHost.Refused.self) {
      try host.target(#"{"rules":[{"when":{"a":{"matches":"("}},"text":""}]}"#)
    }
    #expect(error?.description.hasPrefix("rules.0.when.a.matches: found no regular") ?? false)
  }

  @Test func aCallThatAskedGoesOnWithItsOwnRule() throws {
    let target = try host.target(
      """
      {"state":"always","rules":[
        {"when":{"a":1},"text":"other"},
        {"when":{"a":2},"steps":[
          {"elicit":{"key":"sure","message":"Sure?","schema":{"type":"object","properties":{}}}},
          {"text":"done"}]}]}
      """)
    let asked = target.call(#"{"a":2}"#)
    #expect(!asked.state.isEmpty)
    let key = asked.questions.object?.keys.first ?? ""
    let resumed = target.call(
      #"{"a":1}"#, state: asked.state, inputs: #"{"\#(key)":{"action":"accept","content":{}}}"#)
    #expect(resumed.answer == "done")
  }
}
