import Testing

@testable import Interaction
@testable import MetisKit

@Suite struct UnmatchedTests {
  private static let rules = """
    {"unmatched":"error","default":"D","rules":[
      {"name":"far","when":{"a":1,"b":2,"c":3},"text":""},
      {"name":"near","when":{"name":"Ada","age":{"greater_than":3}},"text":""},
      {"when":{"z":{"schema":{"type":"string"}}},"text":""}]}
    """

  @Test func tellsWhatDifferedFromTheNearestRule() throws {
    let error = #expect(throws: CallError.self) {
      try ruleSet(Self.rules).choose(StubbedCall(#"{"name":"Bob","age":7}"#))
    }
    #expect(error?.code == -32602)
    #expect(
      error?.message == "no rule of the mock matches this call; the nearest is rule 2 \"near\": "
        + "name: found \"Bob\", expected \"Ada\"")
    #expect(
      error?.data == [
        "unmatched": [
          "nearest": "rule 2 \"near\"",
          "differences": [["at": "name", "found": "\"Bob\"", "expected": "\"Ada\""]],
        ]
      ])
  }

  @Test(arguments: [
    (#"{"name":"Ada","age":3}"#, "age: found 3, expected a number greater than 3"),
    (#"{"name":"Ada"}"#, "age: found nothing, expected a number greater than 3"),
    (#"{"a":1,"b":2,"c":4}"#, "the nearest is rule 1 \"far\": c: found 4, expected 3"),
    (#"{"a":1,"b":2}"#, "c: found nothing, expected 3"),
    (#"{"z":1}"#, "the nearest is rule 3: z: found 1"),
  ])
  func namesEachMember(_ arguments: String, _ part: String) throws {
    let error = #expect(throws: CallError.self) {
      try ruleSet(Self.rules).choose(StubbedCall(arguments))
    }
    #expect(error?.message.contains(part) ?? false, "\(String(describing: error))")
  }

  @Test func longValuesAreCut() throws {
    let long = String(repeating: "x", count: 100_000)
    let error = #expect(throws: CallError.self) {
      try ruleSet(#"{"rules":[{"when":{"a":"b"},"text":""}]}"#)
        .choose(StubbedCall(#"{"a":"\#(long)"}"#))
    }
    #expect((error?.message.utf8.count ?? .max) < 400)
  }

  @Test func manyRulesAndLargeValuesAreToldQuickly() throws {
    let rules = (0..<5000).map { #"{"when":{"a":"\#($0)"},"text":""}"# }.joined(separator: ",")
    let set = try ruleSet(#"{"rules":[\#(rules)]}"#)
    let call = StubbedCall(#"{"a":"\#(String(repeating: "x", count: 1 << 20))"}"#)
    let start = ContinuousClock.now
    #expect(throws: CallError.self) { try set.choose(call) }
    #expect(ContinuousClock.now - start < .seconds(2))
    #expect(call.argumentReads == 1)
  }

  @Test func withoutADefaultTheWorldIsClosed() throws {
    let set = try ruleSet(#"{"rules":[{"when":{"a":1},"times":1,"text":"x"}]}"#)
    let store = CountingStore()
    _ = try set.choose(StubbedCall(#"{"a":1}"#, store: store))
    let error = #expect(throws: CallError.self) {
      try set.choose(StubbedCall(#"{"a":1}"#, store: store))
    }
    #expect(error?.message.contains("has matched as often as `times` = 1 allows") ?? false)
    #expect(error?.data?["unmatched"]?["times"] == 1)
  }

  @Test(arguments: [
    (#"{"rules":[]}"#, "rules", "an empty array"), (#"{"rules":1}"#, "rules", "expected an array"),
    (#"{"rules":[1]}"#, "rules.0", "expected a rule"),
    (#"{"rules":[{"when":1,"text":""}]}"#, "rules.0.when", "a table of arguments"),
    (#"{"rules":[{"when":{"a":1}}]}"#, "rules.0", "found no answer"),
    (
      #"{"rules":[{"when":{"a":{"equl":1}},"text":""}]}"#, "rules.0.when.a.equl", "unknown operator"
    ),
    (#"{"rules":[{"when":{"/a~2":1},"text":""}]}"#, "rules.0.when./a~2", "~"),
    (#"{"rules":[{"context":{"clint":1},"text":""}]}"#, "rules.0.context.clint", "client"),
    (#"{"rules":[{"priority":"x","text":""}]}"#, "rules.0.priority", "an integer"),
    (#"{"rules":[{"times":0,"text":""}]}"#, "rules.0.times", "found 0"),
    (#"{"rules":[{"count_by":"rule","text":""}]}"#, "rules.0.count_by", "anything to count"),
    (
      #"{"rules":[{"count_by":"x","times":1,"text":""}]}"#, "rules.0.count_by",
      "rule, session, client"
    ),
    (#"{"rules":[{"answers":["a","b"],"after_last":"default"}]}"#, "default", "leads to it"),
    (#"{"rules":[{"text":"","after_last":"cycle"}]}"#, "rules.0.after_last", "without `answers`"),
    (#"{"rules":[{"answers":[]}]}"#, "rules.0.answers", "an empty array"),
    (#"{"rules":[{"answers":["a"],"text":"b"}]}"#, "rules.0.text", "beside `answers`"),
    (#"{"rules":[{"answers":[1]}]}"#, "rules.0.answers.0", "expected an answer"),
    (
      #"{"rules":[{"name":"x","text":""},{"name":"x","text":""}]}"#, "rules.1.name",
      "rule 1 already"
    ),
    (#"{"rules":[{"text":""}],"text":"x"}"#, "text", "beside `rules`"),
    (#"{"unmatched":"default","rules":[{"text":""}]}"#, "unmatched", "without the table"),
    (#"{"unmatched":"x"}"#, "unmatched", "default, error"), ("{}", "", "found no answer"),
    (#"{"default":{"steps":[],"text":"x"}}"#, "default.text", "beside `steps`"),
    (#"{"default":{}}"#, "default", "an empty table"),
    (#"{"default":"x","text":"y"}"#, "text", "beside"),
    (#"{"answers":["a"],"count_by":"rule"}"#, "count_by", "anything to count"),
    (#"{"default":"{{ x"}"#, "default", "without its }}"),
    (#"{"rules":[{"text":"{{ 1 + }}"}]}"#, "rules.0.text", "expected a value"),
    (#"{"answers":["a",{"steps":[{"text":"{{"}]}]}"#, "answers.1.steps.0.text", "without its }}"),
    (#"{"rules":[{"txt":"x"}]}"#, "rules.0", "expected one of"),
  ])
  func refusesSections(_ section: String, _ place: String, _ part: String) throws {
    let error = #expect(throws: ConfigError.self) { try ruleSet(section) }
    #expect(error?.location == place, "\(section): \(String(describing: error))")
    #expect(error?.message.contains(part) ?? false, "\(section): \(String(describing: error))")
  }
}
