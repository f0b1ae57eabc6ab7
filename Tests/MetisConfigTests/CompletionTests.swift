import JSON
import Testing

@testable import MetisConfig

@Suite struct CompletionTests {
  /// The completions of `b` in a prompt with the arguments `a` and `b`.
  private func completions(_ text: String) throws -> CompletionValues? {
    try load(prompt(text)).prompts.first?.arguments.last?.completions
  }

  private func prompt(_ text: String) -> String {
    """
    [[prompts]]
    name = "p"
    mock = { strategy = "static" }
    arguments = [{ name = "a" }, { name = "b", complete = \(text) }]
    """
  }

  @Test func anArrayOfStrings() throws {
    #expect(try completions("[\"x\", \"y\"]") == CompletionValues(["x", "y"]))
    #expect(try completions("[]") == CompletionValues([]))
  }

  @Test func aTable() throws {
    let text = """
      { values = ["x"], total = 9, has_more = true, match = "contains", variants = [
        { when = { a = "1" }, values = ["y"] },
        { when = { a = "2" }, values = [], total = 0, has_more = false, match = "all" } ] }
      """
    #expect(
      try completions(text)
        == CompletionValues(
          ["x"], total: 9, hasMore: true, match: .contains,
          variants: [
            .init(when: ["a": "1"], values: ["y"], match: .contains),
            .init(when: ["a": "2"], values: [], total: 0, hasMore: false, match: .all),
          ]))
    #expect(
      try completions("{ variants = [{ when = { a = \"1\" }, values = [\"y\"] }] }")
        == CompletionValues([], variants: [.init(when: ["a": "1"], values: ["y"])]))
  }

  @Test func anArrayOfTables() throws {
    let text = """
      [{ when = { a = "1" }, values = ["y"] }, { values = ["x"], match = "all" }]
      """
    #expect(
      try completions(text)
        == CompletionValues(
          ["x"], match: .all, variants: [.init(when: ["a": "1"], values: ["y"])]))
  }

  @Test(arguments: [
    (
      "3",
      "complete: found an integer, expected an array of strings, a table, or an array of tables"
    ),
    ("[1]", "[0]: found an integer, expected a string"),
    ("{}", "complete: expected values, an array of strings"),
    ("{ values = \"x\" }", "complete.values: found a string, expected an array of strings"),
    ("{ values = [1] }", "complete.values[0]: found an integer, expected a string"),
    ("{ values = [], total = -1 }", "complete.total: found -1, expected an integer from 0"),
    (
      "{ values = [], match = \"prefx\" }",
      "expected one of prefix, contains, all (did you mean \"prefix\"?)"
    ),
    ("{ values = [], hasMore = true }", "unknown key (did you mean \"has_more\"?)"),
    ("[{ values = [] }, { values = [] }]", "[1]: found a second table without when; the first"),
    ("[{ values = [] }, \"x\"]", "[1]: found a string, expected a table"),
    (
      "{ values = [], variants = [{ values = [] }] }",
      "variants[0]: a variant needs when, the values of other arguments"
    ),
    ("[{ when = {}, values = [] }]", "[0].when: found an empty table, expected the values of"),
    ("[{ when = 1, values = [] }]", "[0].when: found an integer, expected a table"),
    ("[{ when = { a = 1 }, values = [] }]", "[0].when.a: found an integer, expected a string"),
    (
      "[{ when = { b = \"1\" }, values = [] }]",
      "[0].when.b: found the argument itself, expected another one"
    ),
    (
      "[{ when = { c = \"1\" }, values = [] }]",
      "[0].when.c: unknown argument (did you mean \"a\"?)"
    ),
    (
      "[{ when = { other = \"1\" }, values = [] }]",
      "[0].when.other: unknown argument (known here: a)"
    ),
  ])
  func mistakes(_ text: String, _ message: String) throws {
    let found = try errors(prompt(text))
    #expect(found.count == 1)
    #expect(found.first?.contains(message) == true, "\(found)")
    #expect(found.first?.hasPrefix("metis.toml:4:") == true)
  }
}
