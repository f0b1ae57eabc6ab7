import Foundation
import MetisKit
import MetisPluginAPI
import Testing

/// What the official conformance scenarios call by name, said by configuration alone.
@Suite struct ConformanceFixtureTests {
  static let png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC"
  static let wav = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA=="

  @Test(arguments: [
    (
      #"[{"text":"This is a simple text response for testing."}]"#,
      #"[{"type":"text","text":"This is a simple text response for testing."}]"#
    ),
    (
      #"[{"content":{"type":"image","base64":"PNG","mime_type":"image/png"}}]"#,
      #"[{"type":"image","data":"PNG","mimeType":"image/png"}]"#
    ),
    (
      #"[{"base64":"WAV","mime_type":"audio/wav"}]"#,
      #"[{"type":"audio","data":"WAV","mimeType":"audio/wav"}]"#
    ),
    (
      #"[{"content":{"uri":"test://embedded-resource","mime_type":"text/plain","text":"E"}}]"#,
      #"[{"type":"resource","resource":{"uri":"test://embedded-resource","mimeType":"text/plain","text":"E"}}]"#
    ),
    (
      #"[{"content":["Multiple content types test:",{"type":"image","base64":"PNG","mime_type":"image/png"},{"uri":"test://mixed-content-resource","mime_type":"application/json","text":"{\"test\":\"data\",\"value\":123}"}]}]"#,
      #"[{"type":"text","text":"Multiple content types test:"},{"type":"image","data":"PNG","mimeType":"image/png"},{"type":"resource","resource":{"uri":"test://mixed-content-resource","mimeType":"application/json","text":"{\"test\":\"data\",\"value\":123}"}}]"#
    ),
  ])
  func simpleTools(steps: String, content: String) throws {
    func filled(_ text: String) -> String {
      text.replacingOccurrences(of: "PNG", with: Self.png)
        .replacingOccurrences(of: "WAV", with: Self.wav)
    }
    let call = try SimulatedHost().steps(filled(steps)).call()
    #expect(call.ending == .result(#"{"content":\#(filled(content))}"#))
  }

  @Test func errorHandling() throws {
    let call = try SimulatedHost().steps(
      #"[{"error":"This tool intentionally returns an error for testing"}]"#
    ).call()
    #expect(call.result["isError"] == true)
    #expect(call.answer == "This tool intentionally returns an error for testing")
  }

  @Test func progressAndLogging() throws {
    let host = SimulatedHost()
    let progress = try host.steps(
      """
      [{"progress":{"progress":0,"total":100}},{"delay_ms":50},
       {"progress":{"progress":50,"total":100}},{"delay_ms":50},
       {"progress":{"progress":100,"total":100}},{"text":"done"}]
      """
    ).call()
    let log = try host.steps(
      """
      [{"log":"Tool execution started"},{"delay_ms":50},{"log":"Tool processing data"},
       {"delay_ms":50},{"log":"Tool execution completed"},{"text":"done"}]
      """
    ).call()
    host.pass(100)
    #expect(
      progress.emitted
        == [0, 50, 100].map { #"1 {"progress":\#($0),"total":100}"# })
    #expect(
      log.emitted
        == ["started", "", "completed"].map {
          let text = $0.isEmpty ? "Tool processing data" : "Tool execution \($0)"
          return #"2 {"level":"info","data":"\#(text)"}"#
        })
    #expect(progress.answer == "done" && log.answer == "done")
  }

  @Test func sampling() throws {
    let target = try SimulatedHost().steps(
      """
      [{"sample":{"key":"answer","prompt":"{{ arguments.prompt }}","max_tokens":100}},
       {"text":"LLM response: {{ inputs.answer.content.text }}"}]
      """)
    let asked = target.call(#"{"prompt":"Hi \"there\""}"#)
    #expect(
      asked.questions["answer"]
        == [
          "method": "sampling/createMessage",
          "params": [
            "messages": [
              ["role": "user", "content": ["type": "text", "text": "Hi \"there\""]]
            ], "maxTokens": 100,
          ],
        ])
    let answer =
      #"{"answer":{"role":"assistant","content":{"type":"text","text":"T"},"model":"m"}}"#
    #expect(target.resume(asked, answer, #"{"prompt":"x"}"#).answer == "LLM response: T")
    guard case .fail? = target.call(#"{"prompt":"x"}"#, capabilities: "{}").ending else {
      Issue.record("a client without sampling gets no error")
      return
    }
  }

  @Test func elicitation() throws {
    let target = try SimulatedHost().steps(
      """
      [{"elicit":{"key":"user","message":"{{ arguments.message }}","schema":{"properties":{
        "username":{"type":"string","description":"User's response"},
        "email":{"type":"string","description":"User's email address"}},
        "required":["username","email"]}}},
       {"text":"User response: action={{ inputs.user.action }}, content={{ inputs.user.content | default(value='{}') }}"}]
      """)
    let asked = target.call(#"{"message":"Please"}"#)
    #expect(asked.questions["user"]?["params"]?["message"] == "Please")
    #expect(asked.questions["user"]?["params"]?["mode"] == nil)
    let arguments = #"{"message":"Please"}"#
    let accepted = target.resume(
      asked, #"{"user":{"action":"accept","content":{"username":"u","email":"e"}}}"#, arguments)
    #expect(
      accepted.answer == #"User response: action=accept, content={"username":"u","email":"e"}"#)
    #expect(
      target.resume(asked, #"{"user":{"action":"decline"}}"#, arguments).answer
        == "User response: action=decline, content={}")
  }

  /// SEP-1034 and SEP-1330: schemas reach the client as they stand.
  @Test(arguments: [
    #"{"type":"object","properties":{"name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},"score":{"type":"number","default":95.5},"status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},"verified":{"type":"boolean","default":true}},"required":[]}"#,
    #"{"type":"object","properties":{"titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"}]},"legacyEnum":{"type":"string","enum":["opt1"],"enumNames":["Option One"]},"untitledMulti":{"type":"array","items":{"type":"string","enum":["option1"]}},"titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"}]}}}}"#,
  ])
  func schemasOfForms(schema: String) throws {
    let target = try SimulatedHost().steps(
      #"[{"elicit":{"key":"k","message":"m","schema":\#(schema)}},"#
        + #"{"text":"Elicitation completed: action={{ inputs.k.action }}, content={{ inputs.k.content }}"}]"#
    )
    let asked = target.call()
    #expect(
      asked.ending
        == .asks(
          #"{"k":{"method":"elicitation/create","params":{"message":"m","requestedSchema":\#(schema)}}}"#,
          state: ""))
    #expect(
      target.resume(asked, #"{"k":{"action":"accept","content":{}}}"#).answer
        == "Elicitation completed: action=accept, content={}")
  }

  @Test func reconnection() throws {
    let host = SimulatedHost()
    let call = try host.steps(
      #"[{"close_stream":{"retry_ms":500}},{"delay_ms":100},{"text":"done"}]"#
    ).call()
    #expect(call.emitted == [#"5 {"retryMs":500}"#])
    host.pass(100)
    #expect(call.answer == "done")
  }

  @Test func capabilities() throws {
    let host = SimulatedHost()
    let missing = try host.steps(#"[{"require":"sampling"},{"text":"ok"}]"#)
    #expect(
      missing.call(capabilities: "{}").ending
        == .fail(
          -32_021, "this needs a capability that the client has not declared: sampling",
          #"{"requiredCapabilities":{"sampling":{}}}"#))
    #expect(missing.call().answer == "ok")
    let declared = try host.steps(
      """
      [{"ask":{"ask_model":{"sample":{"prompt":"Say hi","max_tokens":10}},
        "ask_user":{"elicit":{"message":"Hi?","schema":{}}}},"only_declared":true},{"text":"ok"}]
      """)
    let asked = declared.call(capabilities: #"{"sampling":{}}"#)
    #expect(asked.questions.object?.keys == ["ask_model"])
    let answer = #"{"ask_model":{"role":"assistant","content":{"type":"text","text":"T"}}}"#
    #expect(declared.resume(asked, answer).answer == "ok")
  }

  @Test func requestState() throws {
    let target = try SimulatedHost().steps(
      """
      [{"elicit":{"key":"confirm","message":"Please confirm",
        "schema":{"properties":{"ok":{"type":"boolean"}},"required":["ok"]}},"state":"always"},
       {"if":"call.resumed","then":[{"text":"state-ok"}],"else":[{"error":"no state"}]}]
      """)
    let asked = target.call()
    #expect(!asked.state.isEmpty)
    let inputs = #"{"confirm":{"action":"accept","content":{"ok":true}}}"#
    #expect(target.resume(asked, inputs).answer == "state-ok")
    #expect(target.call(inputs: inputs).result["isError"] == true)
  }

  @Test func promptsAsk() throws {
    let target = try SimulatedHost().steps(
      """
      [{"elicit":{"key":"user_context","message":"What context should the prompt use?",
        "schema":{"properties":{"context":{"type":"string"}},"required":["context"]}}},
       {"text":"Use {{ inputs.user_context.content.context }}"}]
      """, .prompt)
    let asked = target.call()
    #expect(asked.questions["user_context"] != nil)
    let done = target.resume(
      asked, #"{"user_context":{"action":"accept","content":{"context":"this"}}}"#)
    #expect(done.result["messages"]?[0]?["content"]?["text"] == "Use this")
  }

  @Test func prompts() throws {
    let host = SimulatedHost()
    let arguments = try host.steps(
      #"[{"text":"Prompt with arguments: arg1='{{ arguments.arg1 }}', arg2='{{ arguments.arg2 }}'"}]"#,
      .prompt)
    #expect(
      arguments.call(#"{"arg1":"a","arg2":"b"}"#).result["messages"]?[0]?["content"]?["text"]
        == "Prompt with arguments: arg1='a', arg2='b'")
    let embedded = try host.steps(
      """
      [{"message":{"content":{"type":"resource","uri":"{{ arguments.resourceUri }}",
        "mime_type":"text/plain","text":"Embedded resource content for testing."}}},
       {"text":"Please process the embedded resource above."}]
      """, .prompt)
    let result = embedded.call(#"{"resourceUri":"x://y"}"#).result
    #expect(result["messages"]?[0]?["content"]?["resource"]?["uri"] == "x://y")
    #expect(result["messages"]?.array?.count == 2)
    let image = try host.steps(
      #"[{"base64":"\#(Self.png)","mime_type":"image/png"},{"text":"Please analyze the image above."}]"#,
      .prompt)
    #expect(image.call().result["messages"]?[0]?["content"]?["type"] == "image")
  }

  @Test func resources() throws {
    let host = SimulatedHost()
    let template = try host.steps(
      #"[{"mime_type":"application/json","text":"{\"id\":\"{{ params.id }}\",\"templateTest\":true,\"data\":\"Data for ID: {{ params.id }}\"}"}]"#,
      .resource, name: "test://template/{id}/data")
    #expect(
      template.call(#"{"id":"123"}"#, uri: "test://template/123/data").ending
        == .result(
          #"{"contents":[{"uri":"test://template/123/data","mimeType":"application/json","text":"{\"id\":\"123\",\"templateTest\":true,\"data\":\"Data for ID: 123\"}"}]}"#
        ))
    let binary = try host.steps(
      #"[{"blob":"\#(Self.png)","mime_type":"image/png"}]"#, .resource, name: "test://static-binary"
    )
    #expect(
      binary.call().ending
        == .result(
          #"{"contents":[{"uri":"test://static-binary","mimeType":"image/png","blob":"\#(Self.png)"}]}"#
        ))
  }

  @Test func tasks() throws {
    let host = SimulatedHost()
    let none = [METIS_EMIT_TASK: METIS_UNSUPPORTED]
    let slow = try host.steps(
      #"[{"task":true},{"delay_ms":"{{ arguments.seconds * 1000 }}"},{"text":"{{ arguments.label }}"}]"#
    )
    let running = slow.call(#"{"seconds":1,"label":"l"}"#)
    let synchronous = slow.call(#"{"seconds":0,"label":"l"}"#) { $0.statuses = none }
    #expect(running.emitted == ["4 {}"])
    #expect(synchronous.answer == "l")
    let brief = try host.steps(#"[{"task":{"ttl_ms":1}},{"text":"at once"}]"#)
    #expect(brief.call("{}") { $0.statuses = none }.answer == "at once")
    let cancelled = slow.call(#"{"seconds":60,"label":"l"}"#)
    cancelled.cancel()

    let failing = try host.steps(#"[{"task":{"required":true}},{"delay_ms":1000},{"error":"bad"}]"#)
    let failed = failing.call()
    guard case .fail(-32_021, _, _)? = failing.call(seed: 1, { $0.statuses = none }).ending else {
      Issue.record("a client without tasks gets no error")
      return
    }
    let broken = try host.steps(#"[{"task":true},{"error":{"code":-32603,"message":"broken"}}]"#)
    #expect(broken.call().ending == .fail(-32_603, "broken", ""))
    host.pass(1_000)
    #expect(running.answer == "l")
    #expect(failed.result["isError"] == true)
    #expect(host.waiting == 0)
  }

  @Test func tasksThatAsk() throws {
    let host = SimulatedHost()
    let form = #""elicit":{"message":"m","schema":{"properties":{"name":{"type":"string"}}}}"#
    let several = try host.steps(
      #"[{"task":true},{"ask":{"one":{\#(form)},"two":{\#(form)}}},{"text":"done"}]"#)
    let asked = several.call()
    #expect(asked.questions.object?.keys == ["one", "two"])
    let rest = several.resume(
      asked, #"{"one":{"action":"accept","content":{"name":"partial-1","confirm":true}}}"#)
    #expect(rest.emitted.isEmpty)
    #expect(rest.questions.object?.keys == ["two"])
    let done = several.resume(
      rest, #"{"two":{"action":"accept","content":{"name":"partial-2","confirm":true}}}"#)
    #expect(done.answer == "done")

    let extensions = #"{"extensions":{"io.modelcontextprotocol/tasks":{}}}"#
    let later = try host.steps(
      #"[{"require":\#(extensions)},{"elicit":{"key":"user_name","message":"m","schema":{"properties":{"name":{"type":"string"}},"required":["name"]}}},"#
        + #"{"task":{"required":true}},{"text":"Hello, {{ inputs.user_name.content.name }}!"}]"#)
    guard case .fail(-32_021, _, let data)? = later.call().ending else {
      Issue.record("a client without tasks is asked")
      return
    }
    #expect(data == #"{"requiredCapabilities":\#(extensions)}"#)
    let first = later.call(
      capabilities: #"{"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}"#)
    #expect(first.emitted.isEmpty && first.state == "")
    let second = later.resume(
      first, #"{"user_name":{"action":"accept","content":{"name":"Alice"}}}"#)
    #expect(second.emitted == ["4 {}"])
    #expect(second.answer == "Hello, Alice!")
  }
}
