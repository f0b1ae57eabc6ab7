import Testing

@testable import Interaction
@testable import MetisKit

/// Which answer is chosen: by its number among the lists of a set, the default's first, then those of
/// the rules in the order of the file.
@Suite struct RuleSetTests {
  private static let byName = """
    {"default":"D","rules":[
      {"when":{"name":"Ada"},"text":"1"},
      {"when":{"/user/id":5,"name":{"present":true}},"text":"2"},
      {"when":{"tags":{"contains":"x"}},"steps":[{"text":"3"}]},
      {"when":{"/list/1":"b"},"error":{"code":-32602,"message":"4"}}]}
    """

  @Test(arguments: [
    (#"{"name":"Ada"}"#, 1), (#"{"name":"Bob","user":{"id":5.0}}"#, 2), (#"{"user":{"id":5}}"#, 0),
    (#"{"tags":["y","x"]}"#, 3), (#"{"list":["a","b"]}"#, 4), (#"{"list":{"1":"b"}}"#, 4),
    (#"{"list":["b"]}"#, 0), ("{}", 0), (#"{"name":"Ada","tags":["x"]}"#, 1),
  ])
  func choosesTheFirstThatMatches(_ arguments: String, _ expected: Int) throws {
    let choice = try ruleSet(Self.byName).choose(StubbedCall(arguments))
    #expect(choice.index == expected)
    #expect(!choice.mustRemember)
  }

  @Test func lowerPrioritiesComeFirst() throws {
    let rules = try ruleSet(
      """
      {"rules":[
        {"text":"0"},
        {"priority":9,"when":{"a":1},"text":"1"},
        {"priority":1,"when":{"a":1},"text":"2"},
        {"priority":1,"when":{"a":1,"b":1},"text":"3"},
        {"priority":-1,"when":{"c":1},"text":"4"}]}
      """)
    #expect(try rules.choose(StubbedCall(#"{"a":1,"b":1}"#)).index == 2)
    #expect(try rules.choose(StubbedCall(#"{"a":1,"c":1}"#)).index == 4)
    #expect(try rules.choose(StubbedCall("{}")).index == 0)
  }

  @Test func asksForArgumentsAndContextOnceAndOnlyWhereARuleDoes() throws {
    let call = StubbedCall(#"{"a":3}"#, context: #"{"client":{"name":"x"}}"#)
    _ = try ruleSet(#"{"rules":[{"text":"a"}]}"#).choose(call)
    #expect(call.argumentReads == 0 && call.contextReads == 0)
    let choice = try ruleSet(
      """
      {"rules":[{"when":{"a":1},"text":""},{"when":{"a":2},"text":""},{"when":{"a":3},
      "context":{"client":"x","revision":{"absent":true}},"text":""}]}
      """
    ).choose(call)
    #expect(choice.index == 2)
    #expect(call.argumentReads == 1 && call.contextReads == 1)
  }

  @Test(arguments: [
    (#"{"client":"inspector"}"#, true), (#"{"client":{"starts_with":"insp"}}"#, true),
    (#"{"client_version":"2"}"#, false), (#"{"session":"s1"}"#, true),
    (#"{"revision":{"one_of":["2025-06-18"]}}"#, true), (#"{"principal":"alice"}"#, true),
    (#"{"principal":{"not":"alice"}}"#, false),
    (#"{"/principal/scopes":{"contains":"read"}}"#, true),
    (#"{"/meta/x":{"absent":true}}"#, true), (#"{"target":{"ends_with":"et"}}"#, true),
    (#"{"transport":"stdio"}"#, false),
  ])
  func matchesTheCaller(_ context: String, _ expected: Bool) throws {
    let rules = try ruleSet(#"{"default":"no","rules":[{"context":\#(context),"text":"yes"}]}"#)
    let call = StubbedCall(
      context: """
        {"revision":"2025-06-18","session":"s1","client":{"name":"inspector","version":"1"},
         "principal":{"id":"alice","scopes":["read"]},"transport":"http"}
        """)
    #expect((try rules.choose(call).index == 1) == expected)
  }

  @Test(arguments: [
    ("repeat", [0, 1, 2, 2, 2]), ("cycle", [0, 1, 2, 0, 1]),
  ])
  func answersInOrder(_ afterLast: String, _ expected: [Int]) throws {
    let rules = try ruleSet(#"{"answers":["a","b",{"text":"c"}],"after_last":"\#(afterLast)"}"#)
    let store = CountingStore()
    for index in expected {
      let choice = try rules.choose(StubbedCall(store: store))
      #expect(choice.index == index)
      #expect(choice.mustRemember)
    }
    // A reset of the host's store begins anew.
    store.numbers = [:]
    #expect(try rules.choose(StubbedCall(store: store)).index == 0)
  }

  @Test func theDefaultFollowsTheLastAnswer() throws {
    let rules = try ruleSet(
      #"{"default":"D","rules":[{"when":{"a":1},"answers":["x","y"],"after_last":"default"}]}"#)
    let store = CountingStore()
    let chosen = try (0..<4).map { _ in
      try rules.choose(StubbedCall(#"{"a":1}"#, store: store)).index
    }
    #expect(chosen == [1, 2, 0, 0])
    // What does not match is not counted.
    #expect(try rules.choose(StubbedCall(store: store)).index == 0)
    #expect(store.numbers.values.reduce(0, +) == 4)
  }

  @Test func aRuleMatchesAsOftenAsItMay() throws {
    let rules = try ruleSet(
      #"{"rules":[{"when":{"a":1},"times":2,"text":"x"},{"when":{"a":1},"text":"y"}]}"#)
    let store = CountingStore()
    let choices = try (0..<4).map { _ in try rules.choose(StubbedCall(#"{"a":1}"#, store: store)) }
    #expect(choices.map(\.index) == [0, 0, 1, 1])
    #expect(choices.filter(\.mustRemember).count == 4)
  }

  @Test func countsBySessionAndClient() throws {
    let store = CountingStore()
    func numbers(_ countBy: String, _ contexts: [String]) throws -> [Int] {
      store.numbers = [:]
      let rules = try ruleSet(#"{"answers":["a","b"],"count_by":"\#(countBy)"}"#)
      return try contexts.map {
        try rules.choose(StubbedCall(context: $0, store: store)).index
      }
    }
    let contexts = [
      #"{"session":"1","client":{"name":"x"}}"#, #"{"session":"2","client":{"name":"x"}}"#,
      #"{"session":"2","client":{"name":"y"}}"#,
      #"{"session":"2","client":{"name":"y"},"principal":{"id":"p"}}"#,
    ]
    #expect(try numbers("rule", contexts) == [0, 1, 1, 1])
    #expect(try numbers("session", contexts) == [0, 0, 1, 1])
    #expect(try numbers("client", contexts) == [0, 1, 0, 0])
  }

  @Test func longKeysAreHashed() throws {
    let name = String(repeating: "é", count: 500)
    let rules = try ruleSet(
      #"{"answers":["a","b"],"count_by":"client"}"#, stubbedTarget(.tool, name))
    let store = CountingStore()
    for client in ["\(name)1", "\(name)2"] {
      let context = #"{"client":{"name":"\#(client)"}}"#
      #expect(try rules.choose(StubbedCall(context: context, store: store)).index == 0)
      #expect(try rules.choose(StubbedCall(context: context, store: store)).index == 1)
    }
    #expect(store.numbers.count == 2)
  }

  @Test func longPrincipalsAreToldApart() throws {
    let rules = try ruleSet(#"{"answers":["a","b"],"count_by":"client"}"#)
    let store = CountingStore()
    let long = String(repeating: "p", count: 1 << 20)
    for id in ["\(long)1", "\(long)2"] {
      let context = #"{"principal":{"id":"\#(id)"}}"#
      #expect(try rules.choose(StubbedCall(context: context, store: store)).index == 0)
    }
  }

  @Test func aStoreThatRefusesFailsTheCall() throws {
    let store = CountingStore()
    store.refusal = HostError(METIS_LIMIT, "metis.host.state/1")
    let rules = try ruleSet(#"{"answers":["a","b"]}"#)
    let error = #expect(throws: CallError.self) { try rules.choose(StubbedCall(store: store)) }
    #expect(error?.message.contains("cannot count the calls of a rule") ?? false)
  }

  @Test func oneAnswerNeedsNoRules() throws {
    for section in [
      #"{"text":"x"}"#, #"{"steps":[{"text":"x"}]}"#, #"{"value":{"a":[1]}}"#, #"{"default":"x"}"#,
      #"{"error":"x"}"#, #"{"answers":["x"]}"#,
    ] {
      let choice = try ruleSet(section).choose(StubbedCall())
      #expect(choice.index == 0 && !choice.mustRemember, "\(section)")
    }
  }
}
