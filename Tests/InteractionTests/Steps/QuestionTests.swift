import Foundation
import MetisKit
import Testing

private let nameForm =
  #"{"elicit":{"key":"user_name","message":"What is your name?","schema":{"properties":"#
  + #"{"name":{"type":"string"}},"required":["name"]}}}"#

private let ada = #"{"user_name":{"action":"accept","content":{"name":"Ada"}}}"#

private func confirm(_ more: String = "") -> String {
  #"{"elicit":{"key":"confirm","message":"Please confirm","schema":{"properties":{"ok":"#
    + #"{"type":"boolean"}},"required":["ok"]}}\#(more)}"#
}

/// Questions to the client and the calls that resume.
@Suite struct QuestionTests {
  private let greeting = #"[\#(nameForm),{"text":"Hello, {{ inputs.user_name.content.name }}!"}]"#

  @Test func anElicitationAsksAndGoesOn() throws {
    let target = try SimulatedHost().steps(greeting)
    let asked = target.call()
    #expect(
      asked.ending
        == .asks(
          #"{"user_name":{"method":"elicitation/create","params":{"message":"What is your name?","#
            + #""requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},"#
            + #""required":["name"]}}}}"#, state: ""))
    #expect(target.resume(asked, ada).answer == "Hello, Ada!")
  }

  @Test func anAnswerMayComeFirstAndSurplusIsIgnored() throws {
    let target = try SimulatedHost().steps(greeting)
    #expect(target.call(inputs: ada).answer == "Hello, Ada!")
    let surplus =
      #"{"unknown_extra_key":1,"user_name":{"action":"accept","content":{"name":"B","more":1}}}"#
    #expect(target.call(inputs: surplus).answer == "Hello, B!")
    for inputs in [#"{"wrong_key":{"action":"accept"}}"#, "null", "[]", #"{"user_name":null}"#] {
      let asked = target.call(inputs: inputs)
      #expect(asked.questions["user_name"]?["method"] == "elicitation/create")
      #expect(asked.state == "")
    }
  }

  @Test(arguments: [
    "12345", #"{"action":"perhaps"}"#, #"{"action":"accept"}"#,
    #"{"action":"accept","content":{"name":1}}"#, #"{"action":"accept","content":[]}"#,
  ])
  func anAnswerThatDoesNotFitIsAskedForOnceMore(answer: String) throws {
    let target = try SimulatedHost().steps(greeting)
    let inputs = #"{"user_name":\#(answer)}"#
    let again = target.call(inputs: inputs)
    #expect(again.questions["user_name"] != nil)
    #expect(target.resume(again, ada).answer == "Hello, Ada!")
    guard case .fail(0, let text, "")? = target.resume(again, inputs).ending else {
      Issue.record("the second wrong answer does not fail")
      return
    }
    #expect(text.hasPrefix("the answer to \"user_name\" does not fit: "))
  }

  @Test func aWrongAnswerMayFailOrPass() throws {
    let host = SimulatedHost()
    let fails = try host.target(#"{"on_invalid":"fail","steps":\#(greeting)}"#, .prompt)
    guard case .fail(-32_602, _, _)? = fails.call(inputs: #"{"user_name":7}"#).ending else {
      Issue.record("a wrong answer to a prompt does not fail with -32602")
      return
    }
    let passes = try host.target(
      #"{"on_invalid":"continue","steps":[\#(nameForm),{"text":"{{ inputs.user_name }}"}]}"#)
    #expect(passes.call(inputs: #"{"user_name":7}"#).answer == "7")
  }

  @Test func aClientThatDeclinesGoesOn() throws {
    let target = try SimulatedHost().steps(
      #"[\#(nameForm),{"if":"inputs.user_name.action == 'accept'","then":[{"text":"thanks"}],"#
        + #""else":[{"text":"{{ inputs.user_name.action }}"}]}]"#)
    #expect(target.call(inputs: ada).answer == "thanks")
    #expect(target.call(inputs: #"{"user_name":{"action":"decline"}}"#).answer == "decline")
    #expect(target.call(inputs: #"{"user_name":{"action":"cancel"}}"#).answer == "cancel")
  }

  @Test func anErrorOfTheClientFailsUnlessItMayPass() throws {
    let host = SimulatedHost()
    let inputs = #"{"user_name":{"error":{"code":-1,"message":"no"}}}"#
    #expect(
      try host.steps(greeting).call(inputs: inputs).ending
        == .fail(0, #"the client answered "user_name" with an error: no (-1)"#, ""))
    let passes = try host.steps(
      "[" + nameForm.dropLast() + #","on_error":"continue"},"#
        + #"{"text":"{{ inputs.user_name.error.message }}"}]"#)
    #expect(passes.call(inputs: inputs).answer == "no")
  }

  @Test func effectsBeforeAQuestionAreDoneOnce() throws {
    let host = SimulatedHost()
    let target = try host.steps(
      #"[{"text":"before"},{"progress":1},{"log":"x"},{"notify":"tools"},{"delay_ms":5},"#
        + #"\#(nameForm),{"progress":2},{"text":"{{ inputs.user_name.content.name }}"}]"#)
    let asked = target.call()
    #expect(asked.isOpen)
    host.pass(5)
    #expect(asked.questions["user_name"] != nil)
    #expect(asked.state.contains(#""n":4"#))
    #expect(asked.emitted.count == 2)
    let resumed = target.resume(asked, ada)
    #expect(resumed.emitted == [#"1 {"progress":2}"#])
    #expect(host.notices == ["list 1"])
    #expect(
      resumed.result["content"]?.array?.compactMap { $0["text"]?.string } == ["before", "Ada"])
  }

  @Test func roundsRememberTheAnswersBefore() throws {
    let color =
      #"{"elicit":{"key":"color","message":"Color of {{ inputs.user_name.content.name }}?","#
      + #""schema":{"properties":{"color":{"type":"string"}}}}}"#
    let target = try SimulatedHost().steps(
      "[" + nameForm.dropLast() + #","state":"always"},\#(color),"#
        + #"{"text":"{{ inputs.user_name.content.name }}: {{ inputs.color.content.color }}"}]"#)
    let first = target.call()
    #expect(!first.state.isEmpty)
    let second = target.resume(first, ada)
    #expect(second.questions["user_name"] == nil)
    #expect(second.questions["color"]?["params"]?["message"] == "Color of Ada?")
    #expect(!second.state.isEmpty && second.state != first.state)
    let done = target.resume(second, #"{"color":{"action":"accept","content":{"color":"red"}}}"#)
    #expect(done.answer == "Ada: red")
  }

  @Test func aStateOfOtherStepsIsWorthNothing() throws {
    let host = SimulatedHost()
    let asked = try host.steps("[\(confirm(#","state":"always""#))]").call()
    let other = try host.steps(#"[{"progress":1},\#(confirm()),{"text":"{{ call.resumed }}"}]"#)
    let call = other.resume(asked, #"{"confirm":{"action":"accept","content":{"ok":true}}}"#)
    #expect(call.emitted.count == 1)
    #expect(call.answer == "false")
    let broken = other.call(state: "{", inputs: "{}")
    #expect(broken.questions["confirm"] != nil)
  }

  @Test func seedsAndOrdinalsAreThoseOfTheFirstCall() throws {
    let target = try SimulatedHost().steps(
      #"[{"set":{"n":"{{ call.ordinal }}"}},\#(confirm()),"#
        + #"{"text":"{{ vars.n }} {{ call.seed }} {{ call.resumed }}"}]"#)
    let asked = target.call(seed: .max, ordinal: 5)
    let resumed = target.resume(
      asked, #"{"confirm":{"action":"accept","content":{"ok":true}}}"#, seed: 1, ordinal: 6)
    #expect(resumed.answer == "5 18446744073709551615 true")
  }

  @Test func neverLeavesNothing() throws {
    let target = try SimulatedHost().target(
      #"{"state":"never","steps":[{"progress":1},\#(confirm()),{"text":"ok"}]}"#)
    let asked = target.call()
    #expect(asked.state == "")
    let resumed = target.resume(asked, #"{"confirm":{"action":"accept","content":{"ok":true}}}"#)
    #expect(resumed.emitted.count == 1)
    #expect(resumed.answer == "ok")
  }

  private let several =
    #"[{"ask":{"user_name":{"elicit":{"message":"Name?","schema":{"properties":{"name":"#
    + #"{"type":"string"}}}}},"greeting":{"sample":{"prompt":"Generate a greeting","#
    + #""max_tokens":50}},"client_roots":{"roots":{}}}MORE},{"text":"{{ inputs }}"}]"#

  @Test func severalQuestionsAreAskedAtOnceAndTheMissingOnesAgain() throws {
    let target = try SimulatedHost().steps(
      several.replacingOccurrences(of: "MORE", with: #","state":"always""#))
    let asked = target.call()
    #expect(asked.questions.object?.keys == ["user_name", "greeting", "client_roots"])
    #expect(
      asked.questions["greeting"] == [
        "method": "sampling/createMessage",
        "params": [
          "messages": [
            ["role": "user", "content": ["type": "text", "text": "Generate a greeting"]]
          ], "maxTokens": 50,
        ],
      ])
    #expect(asked.questions["client_roots"] == ["method": "roots/list", "params": [:]])
    #expect(!asked.state.isEmpty)
    let rest = target.resume(
      asked, #"{"greeting":{"role":"assistant","content":{"type":"text","text":"Hi"}}}"#)
    #expect(rest.questions.object?.keys == ["user_name", "client_roots"])
    let done = target.resume(
      rest, #"{"user_name":{"action":"decline"},"client_roots":{"roots":[]}}"#)
    let inputs = try JSONValue(json: done.answer ?? "")
    #expect(inputs["greeting"]?["content"]?["text"] == "Hi")
    #expect(inputs["user_name"] == ["action": "decline"])
    #expect(inputs["client_roots"] == ["roots": []])
  }

  @Test func onlyWhatIsDeclaredIsAsked() throws {
    let target = try SimulatedHost().steps(
      several.replacingOccurrences(of: "MORE", with: #","only_declared":true"#))
    let asked = target.call(capabilities: #"{"sampling":{}}"#)
    #expect(asked.questions.object?.keys == ["greeting"])
    #expect(target.call(capabilities: "{}").answer == "{}")
  }

  @Test func anUndeclaredCapabilityFailsWithItsNameUnlessItMayPass() throws {
    let host = SimulatedHost()
    #expect(
      try host.steps(several.replacingOccurrences(of: "MORE", with: ""))
        .call(capabilities: #"{"sampling":{}}"#).ending
        == .fail(
          -32_021, "this needs a capability that the client has not declared: elicitation, roots",
          #"{"requiredCapabilities":{"elicitation":{},"roots":{}}}"#))
    let passes = try host.steps(
      several.replacingOccurrences(of: "MORE", with: #","on_unsupported":"continue""#))
    #expect(passes.call(capabilities: "{}").answer == "{}")
  }

  @Test func samplingAndURLsCarryTheirParts() throws {
    let target = try SimulatedHost().steps(
      """
      [{"ask":{"s":{"sample":{"messages":["a",{"role":"assistant","content":[
        {"type":"tool_use","id":"1","name":"t","input":{"x":"{{ arguments.x }}"}}]}],
        "system_prompt":"p","temperature":0.5,"model_preferences":{"hints":[{"name":"m"}]},
        "tools":[{"name":"t","inputSchema":{"type":"object"}}],"tool_choice":{"mode":"auto"}}},
        "u":{"elicit":{"mode":"url","url":"https://example.org/{{ arguments.x }}","message":"Go",
        "elicitation_id":"7"}}}},{"text":"{{ inputs.u.action }}"}]
      """)
    let asked = target.call(
      #"{"x":4}"#, capabilities: #"{"sampling":{"tools":{}},"elicitation":{"url":{}}}"#)
    #expect(
      asked.questions["s"]?["params"]
        == [
          "messages": [
            ["role": "user", "content": ["type": "text", "text": "a"]],
            [
              "role": "assistant",
              "content": [["type": "tool_use", "id": "1", "name": "t", "input": ["x": 4]]],
            ],
          ], "modelPreferences": ["hints": [["name": "m"]]], "systemPrompt": "p",
          "temperature": 0.5, "maxTokens": 1024,
          "tools": [["name": "t", "inputSchema": ["type": "object"]]],
          "toolChoice": ["mode": "auto"],
        ])
    #expect(
      asked.questions["u"]?["params"]
        == ["mode": "url", "elicitationId": "7", "url": "https://example.org/4", "message": "Go"])
    let missing = target.call(#"{"x":4}"#, capabilities: #"{"sampling":{},"elicitation":{}}"#)
    guard case .fail(-32_021, _, let data)? = missing.ending else {
      Issue.record("ended with \(String(describing: missing.ending))")
      return
    }
    #expect(
      data == #"{"requiredCapabilities":{"sampling":{"tools":{}},"elicitation":{"url":{}}}}"#)
  }

  @Test func aLoopAsksUnderKeysOfItsOwn() throws {
    let target = try SimulatedHost().steps(
      #"[{"repeat":["a","b"],"elicit":{"key":"k_{{ loop.item }}","message":"m","schema":{}}},"#
        + #"{"text":"{{ inputs.k_a.action }} {{ inputs.k_b.action }}"}]"#)
    let first = target.call()
    #expect(first.questions.object?.keys == ["k_a"])
    let second = target.resume(first, #"{"k_a":{"action":"decline"}}"#)
    #expect(second.questions.object?.keys == ["k_b"])
    #expect(target.resume(second, #"{"k_b":{"action":"cancel"}}"#).answer == "decline cancel")
  }

  /// Ordered answers count calls; a call that resumes goes on with the answer that it began.
  @Test func aResumedCallKeepsTheAnswerThatWasChosen() throws {
    let target = try SimulatedHost().target(
      #"{"answers":[{"steps":[\#(nameForm),{"text":"first"}]},"#
        + #"{"steps":[\#(nameForm),{"text":"second"}]},"third"]}"#)
    let first = target.call()
    let second = target.call()
    #expect(!first.state.isEmpty && first.state != second.state)
    #expect(target.call().answer == "third")
    #expect(target.resume(second, ada).answer == "second")
    #expect(target.resume(first, ada).answer == "first")
    #expect(target.call().answer == "third")
  }

  @Test func sameSeedSameCallsSameBytes() throws {
    func run() throws -> [String] {
      let host = SimulatedHost()
      let target = try host.steps(
        #"[{"delay_ms":"range:1-9"},{"progress":1},\#(nameForm),{"delay_ms":"range:1-9"},"#
          + #"{"text":"{{ inputs.user_name.content.name }} {{ call.seed }}"}]"#)
      let asked = target.call(seed: 4)
      host.pass(10)
      let done = target.resume(asked, ada)
      host.pass(10)
      return asked.emitted + [asked.state, "\(String(describing: done.ending))"]
    }
    #expect(try run() == run())
  }
}
