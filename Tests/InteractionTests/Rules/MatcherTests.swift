import Testing

@testable import Interaction
@testable import MetisKit

@Suite struct MatcherTests {
  @Test(arguments: [
    // Equality.
    (#""x""#, #""x""#, true), (#""x""#, #""X""#, false), ("1", "1.0", true), ("1", #""1""#, false),
    (#"{"equals":{"a":1,"b":[2]}}"#, #"{"b":[2.0],"a":1}"#, true),
    (#"{"equals":{"a":1}}"#, #"{"a":1,"b":2}"#, false), (#"{"equals":{}}"#, "{}", true),
    ("[1,2]", "[1,2]", true), ("[1,2]", "[2,1]", false), ("true", "true", true),
    (#"{"equals":null}"#, "null", true), (#"{"equals":null}"#, "", false),
    // Parts of objects.
    (#"{"includes":{"a":{"b":1}}}"#, #"{"a":{"b":1,"c":2},"d":3}"#, true),
    (#"{"includes":{"a":{"b":1}}}"#, #"{"a":{"b":2}}"#, false),
    (#"{"includes":{"a":1}}"#, "7", false),
    // Texts.
    (#"{"matches":"^a+$"}"#, #""aaa""#, true), (#"{"matches":"^a+$"}"#, #""aab""#, false),
    (#"{"matches":"\\d"}"#, "7", false), (#"{"matches":"^é$"}"#, #""é""#, true),
    (#"{"contains":"ell"}"#, #""hello""#, true), (#"{"contains":"elx"}"#, #""hello""#, false),
    (#"{"contains":""}"#, #""""#, true), (#"{"contains":"lo"}"#, #""lolo""#, true),
    (#"{"contains":"aab"}"#, #""aaaab""#, true), (#"{"contains":"abc"}"#, #""ab""#, false),
    (#"{"contains":2}"#, "[1,2]", true), (#"{"contains":3}"#, "[1,2]", false),
    (#"{"contains":"k"}"#, #"{"k":1}"#, true), (#"{"contains":1}"#, "1", false),
    (#"{"starts_with":"he"}"#, #""hello""#, true), (#"{"starts_with":"lo"}"#, #""hello""#, false),
    (#"{"ends_with":"lo"}"#, #""hello""#, true),
    (#"{"ends_with":"hellohello"}"#, #""hello""#, false),
    (#"{"starts_with":"1"}"#, "1", false),
    // Numbers.
    (#"{"greater_than":3}"#, "4", true), (#"{"greater_than":3}"#, "3", false),
    (#"{"at_least":3}"#, "3.0", true), (#"{"less_than":3.5}"#, "3", true),
    (#"{"at_most":3}"#, "3.1", false), (#"{"greater_than":3}"#, #""4""#, false),
    (#"{"greater_than":9007199254740992}"#, "9007199254740993", true),
    (#"{"at_least":2,"less_than":5}"#, "4", true), (#"{"at_least":2,"less_than":5}"#, "5", false),
    // Choices.
    (#"{"one_of":["a",1]}"#, "1.0", true), (#"{"one_of":["a",1]}"#, #""b""#, false),
    (#"{"any_of":["a",{"starts_with":"b"}]}"#, #""bc""#, true),
    (#"{"any_of":["a",{"starts_with":"b"}]}"#, #""c""#, false),
    (#"{"all_of":[{"contains":"a"},{"contains":"b"}]}"#, #""ab""#, true),
    (#"{"all_of":[{"contains":"a"},{"contains":"b"}]}"#, #""a""#, false),
    (#"{"none_of":["a","b"]}"#, #""c""#, true), (#"{"none_of":["a","b"]}"#, #""b""#, false),
    (#"{"not":"a"}"#, #""b""#, true), (#"{"not":{"matches":"^a"}}"#, #""ab""#, false),
    // Presence. An empty text stands for no value.
    (#"{"absent":true}"#, "", true), (#"{"absent":true}"#, "null", false),
    (#"{"present":true}"#, "null", true), (#"{"present":true}"#, "", false),
    (#"{"not":"a"}"#, "", true), (#"{"none_of":["a"]}"#, "", true),
    (#"{"any_of":["a"]}"#, "", false),
    (#"{"any_of":[{"absent":true},"a"]}"#, "", true), (#""a""#, "", false),
    (#"{"not":{"absent":true}}"#, "1", true),
    // Schemas.
    (#"{"schema":{"type":"integer","minimum":3}}"#, "3", true),
    (#"{"schema":{"type":"integer","minimum":3}}"#, "2", false),
    (#"{"schema":{"required":["a"]}}"#, #"{"a":1}"#, true),
  ])
  func holds(_ matcher: String, _ value: String, _ expected: Bool) throws {
    let compiled = try MatcherCompiler.compile(JSONValue(json: matcher), at: [])
    let value = value.isEmpty ? Optional<JSONValue>.none : try JSONValue(json: value)
    #expect(try compiled.holds(value) == expected, "\(matcher)")
    #expect(expected || !compiled.expected(instead: value).isEmpty)
  }

  @Test(arguments: [
    (#"{"equal":1}"#, "w.equal", "unknown operator"), ("{}", "w", "found an empty table"),
    (#"{"matches":"("}"#, "w.matches", "regular expression"),
    (#"{"matches":1}"#, "w.matches", "expected"),
    (#"{"one_of":1}"#, "w.one_of", "an array of values"),
    (#"{"any_of":[]}"#, "w.any_of", "empty array"),
    (#"{"any_of":["a",{"x":1}]}"#, "w.any_of.1.x", "unknown operator"),
    (#"{"not":{"at_least":"3"}}"#, "w.not.at_least", "found a string, expected a number"),
    (#"{"absent":false}"#, "w.absent", "expected true"),
    (#"{"schema":{"type":"nothing"}}"#, "w.schema.type", "nothing"),
    (#"{"includes":1}"#, "w.includes", "expected an object"),
  ])
  func refuses(_ matcher: String, _ place: String, _ part: String) throws {
    let value = try JSONValue(json: matcher)
    let error = #expect(throws: ConfigError.self) {
      try MatcherCompiler.compile(value, at: ["w"])
    }
    #expect(error?.location == place, "\(String(describing: error))")
    #expect(error?.message.contains(part) ?? false, "\(String(describing: error))")
  }

  @Test func aPatternThatHitsItsLimitIsAnError() throws {
    let matcher = try MatcherCompiler.compile(["matches": "^(a+)+$(?=(b+)+c)"], at: [])
    let hostile = String(repeating: "a", count: 50_000) + "!"
    let start = ContinuousClock.now
    // Either the engine sees that nothing matches, or it stops and says so: it never runs on.
    _ = try? matcher.holds(.string(hostile))
    #expect(ContinuousClock.now - start < .seconds(10))
  }
}
