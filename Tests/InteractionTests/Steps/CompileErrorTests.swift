import Interaction
import JSONSchema
import MetisKit
import Testing

/// Every mistake is found when the configuration is loaded, and named by its place.
@Suite struct CompileErrorTests {
  private func refusal(_ section: String, _ kind: Target.Kind = .tool) -> String? {
    do {
      _ = try SimulatedHost().target(section, kind)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("{}", "steps: found an object, expected an array of steps"),
    ("[1]", "steps.0: found a number, expected a step: a table with one verb"),
    ("[{}]", "steps.0: found no verb, expected one of: ask, base64, blob, "),
    (#"[{"txt":"a"}]"#, "steps.0: found no verb, expected one of: "),
    (#"[{"progress":1,"log":"a"}]"#, "steps.0: found progress and log in one step"),
    (#"[{"log":"a","text":"b"}]"#, "steps.0.text: found an unknown member"),
    (#"[{"text":7}]"#, "steps.0.text: found a number, expected a text"),
    (#"[{"text":"a","colour":1}]"#, "steps.0.colour: found an unknown member, expected one of: "),
    (#"[{"text":"{{ a"}]"#, "steps.0.text: line 1, column "),
    (#"[{"text":"a","when":"b ="}]"#, "steps.0.when: line 1, column "),
    (#"[{"text":"a","when":7}]"#, "steps.0.when: found a number, expected an expression"),
    (#"[{"text":"a","repeat":-1}]"#, "steps.0.repeat: found a number, expected a number of turns"),
    (#"[{"text":"a","repeat":100001}]"#, "steps.0.repeat: found a number, expected a number"),
    (
      #"[{"text":"a","label":"x"},{"text":"b","label":"x"}]"#,
      "steps.1.label: found \"x\", which is the label of steps.0 already"
    ),
    (#"[{"error":"a"},{"text":"b"}]"#, "steps.1: found a step that no call reaches: steps.0 ends"),
    (#"[{"result":{}},{"text":"b"}]"#, "steps.1: found a step that no call reaches"),
    (#"[{"result":7}]"#, "steps.0.result: found a number, expected an MCP result"),
    (#"[{"message":"a"}]"#, "steps.0.message: found a message, which only prompts have"),
    (#"[{"contents":"a"}]"#, "steps.0.contents: found contents, which only resources have"),
    (
      #"[{"content":{"type":"video"}}]"#,
      "steps.0.content.type: found \"video\", expected one of: text, image, audio"
    ),
    (#"[{"content":{"base64":"AAAA"}}]"#, "steps.0.content: found bytes without their kind"),
    (#"[{"content":{"type":"image","base64":"AAAA"}}]"#, "steps.0.content: found no `mime_type`"),
    (
      #"[{"content":{"type":"image","base64":"A!==","mime_type":"image/png"}}]"#,
      "steps.0.content.base64: found a text that is not base64"
    ),
    (#"[{"content":{"type":"resource","uri":"a://b"}}]"#, "steps.0.content: found no contents"),
    (#"[{"content":{"uri":"a://b"}}]"#, "steps.0.content: found no `name`"),
    (#"[{"content":{"annotations":{}}}]"#, "steps.0.content: found no content"),
    (#"[{"text":"a","annotations":1}]"#, "steps.0.annotations: found a number, expected a table"),
    (#"[{"error":{"code":0,"message":"a"}}]"#, "steps.0.error.code: found 0"),
    (
      #"[{"error":{"code":-32001,"message":"a"}}]"#,
      "steps.0.error.code: found -32001, expected a code outside -32768…-32000"
    ),
    (#"[{"error":{"code":1}}]"#, "steps.0.error: found no `message`"),
    (
      #"[{"error":{"code":1,"message":"a","is_error":true}}]"#,
      "steps.0.error.is_error: found beside `code`"
    ),
    (#"[{"error":{}}]"#, "steps.0.error: found no `code`, `text` or `content`"),
    (#"[{"progress":-1}]"#, "steps.0.progress: found -1, expected a number that is not negative"),
    (#"[{"progress":{"total":1}}]"#, "steps.0.progress: found no `progress`"),
    (
      #"[{"log":{"level":"loud","data":1}}]"#,
      "steps.0.log.level: found \"loud\", expected one of: debug, info"
    ),
    (#"[{"log":{"level":"info"}}]"#, "steps.0.log: found no `data`"),
    (#"[{"delay_ms":-5}]"#, "steps.0.delay_ms: found -5, expected milliseconds from 0 to 3600000"),
    (#"[{"delay_ms":"range:9-1"}]"#, "steps.0.delay_ms: found \"range:9-1\""),
    (#"[{"delay_ms":"soon"}]"#, "steps.0.delay_ms: found \"soon\""),
    (#"[{"notify":"tool"}]"#, "steps.0.notify: found \"tool\", expected one of: tools, prompts"),
    (#"[{"notify":{}}]"#, "steps.0.notify: found no `method`"),
    (#"[{"task":{"ttl":1}}]"#, "steps.0.task.ttl: found an unknown member, expected one of: "),
    (#"[{"task":false}]"#, "steps.0.task: found false, expected true or a table"),
    (#"[{"disconnect":{}}]"#, "steps.0.disconnect: found an object, expected true"),
    (#"[{"set":1}]"#, "steps.0.set: found a number, expected a table of variables"),
    (#"[{"if":"a"}]"#, "steps.0: found no `then`"),
    (#"[{"if":"a","then":[{"tex":1}]}]"#, "steps.0.then.0: found no verb"),
    (#"[{"steps":[{"text":"a"},{"text":1}]}]"#, "steps.0.steps.1.text: found a number"),
    (#"[{"elicit":{"message":"m","schema":{}}}]"#, "steps.0.elicit: found no `key`"),
    (#"[{"elicit":{"key":"","message":"m","schema":{}}}]"#, "steps.0.elicit.key: found an empty"),
    (#"[{"elicit":{"key":"k","schema":{}}}]"#, "steps.0.elicit: found no `message`"),
    (#"[{"elicit":{"key":"k","message":"m"}}]"#, "steps.0.elicit: found no `schema`"),
    (
      #"[{"elicit":{"key":"k","message":"m","schema":{"properties":{"a":{"type":"text"}}}}}]"#,
      "steps.0.elicit.schema.properties.a.type: "
    ),
    (#"[{"elicit":{"key":"k","message":"m","mode":"url"}}]"#, "steps.0.elicit: found no `url`"),
    (#"[{"sample":{"key":"k"}}]"#, "steps.0.sample: found no `messages`"),
    (
      #"[{"sample":{"key":"k","prompt":"a","messages":["a"]}}]"#,
      "steps.0.sample: found `prompt` and"
    ),
    (#"[{"ask":{}}]"#, "steps.0.ask: found an object, expected a table of questions"),
    (#"[{"ask":{"k":{"text":"a"}}}]"#, "steps.0.ask.k: found 0 questions"),
    (#"[{"roots":{"key":"k","x":1}}]"#, "steps.0.roots.x: found an unknown member"),
    (#"[{"text":"a","state":"always"}]"#, "steps.0.state: found an unknown member"),
    (#"[{"log":"a","only_declared":true}]"#, "steps.0.only_declared: found an unknown member"),
    (#"[{"require":7}]"#, "steps.0.require: found a number, expected capabilities"),
    (
      #"[{"roots":"k","state":"sometimes"}]"#,
      "steps.0.state: found \"sometimes\", expected one of: auto, always, never"
    ),
  ])
  func stepsAreRefusedByTheirPlace(steps: String, text: String) {
    let found = refusal(#"{"steps":\#(steps)}"#)
    #expect(found?.hasPrefix(text) == true, "found: \(found ?? "nothing")")
  }

  /// The schema for editors admits what the plugin does.
  @Test func theSchemaAdmitsSections() throws {
    let schema = try Schema(compiling: try JSONValue(json: "\(InteractionStrategy.schema!)"))
    for section in [
      #"{"steps":[{"text":"a","when":"x","repeat":2,"label":"l"},{"content":[{"type":"image"}]}]}"#,
      #"{"state":"always","steps":[{"if":true,"then":[{"log":"a"}],"else":[{"progress":1}]}]}"#,
      #"{"rules":[{"when":{"a":1},"text":"b"}],"default":"c","unmatched":"error"}"#,
      #"{"answers":["a",{"error":{"code":1,"message":"m"}}],"after_last":"cycle"}"#,
      #"{"text":"a"}"#,
    ] {
      #expect(schema.validate(try JSONValue(json: section)).description == "valid")
    }
    for section in ["{}", #"{"steps":{}}"#, #"{"steps":[1]}"#, #"{"steps":[],"state":"x"}"#] {
      #expect(!schema.validate(try JSONValue(json: section)).isValid)
    }
  }

  @Test func settingsAndDepthAreRefused() {
    #expect(refusal(#"{"steps":[],"stepps":[]}"#)?.hasPrefix("stepps: found an unknown") == true)
    #expect(refusal(#"{"steps":[],"on_error":"x"}"#)?.hasPrefix("on_error: found \"x\"") == true)
    let deep =
      String(repeating: #"[{"steps":"#, count: 28) + "[]" + String(repeating: "}]", count: 28)
    #expect(refusal(#"{"steps":\#(deep)}"#)?.contains("more than 24 levels of steps") == true)
    #expect(refusal(#"{"steps":[{"structured":1}]}"#, .prompt)?.contains("only tools") == true)
  }
}
