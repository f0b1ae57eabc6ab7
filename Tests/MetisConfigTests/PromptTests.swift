import JSON
import Testing

@testable import MetisConfig

@Suite struct PromptTests {
  @Test func aWholeDefinition() throws {
    let configuration = try load(
      """
      [[prompts]]
      name = "review"
      title = "Review"
      description = "Asks for a review"
      icons = [{ src = "data:," }]
      _meta = { a = 1 }
      arguments = [
        { name = "language", title = "L", description = "d", required = true, complete = ["swift"] },
        { name = "style", enum = ["short", "long"], default = "short" },
        { name = "code" },
      ]
      [prompts.mock]
      strategy = "template"
      template = "Review {{code}}"
      """)
    let prompt = try #require(configuration.prompts.first)
    #expect(configuration.warnings.isEmpty)
    #expect(prompt.name == "review" && prompt.title == "Review")
    #expect(prompt.description == "Asks for a review")
    #expect(prompt.icons?.description == #"[{"src":"data:,"}]"#)
    #expect(prompt.meta?["a"] == 1)
    #expect(prompt.arguments.map(\.name) == ["language", "style", "code"])
    #expect(prompt.arguments.map(\.isRequired) == [true, false, false])
    #expect(prompt.arguments[0].title == "L" && prompt.arguments[0].description == "d")
    #expect(prompt.arguments[0].completions == CompletionValues(["swift"]))
    #expect(prompt.arguments[1].defaultValue == "short")
    #expect(prompt.arguments[1].choices == ["short", "long"])
    #expect(prompt.arguments[1].completions == CompletionValues(["short", "long"]))
    #expect(prompt.arguments[2].completions == nil)
    #expect(prompt.mock.section["template"] == "Review {{code}}")
    #expect(prompt.place.line == 2)
  }

  @Test(arguments: [
    ("title = \"x\"", "prompts[0]: name is missing: the name for programs"),
    ("name = \"\"", "prompts[0].name: found an empty string, expected a text"),
    (
      "name = \"a\"\nargument = []",
      "prompts[0].argument: unknown key (did you mean \"arguments\"?)"
    ),
    (
      "name = \"a\"\narguments = [{ name = \"b\" }, { name = \"b\" }]",
      "prompts[0].arguments[1]: found a second argument \"b\"; the first stands at"
    ),
    ("name = \"a\"\narguments = [{}]", "prompts[0].arguments[0]: name is missing: the name"),
    (
      "name = \"a\"\narguments = [{ name = \"b\", requird = true }]",
      "prompts[0].arguments[0].requird: unknown key (did you mean \"required\"?)"
    ),
    (
      "name = \"a\"\narguments = [{ name = \"b\", default = 1 }]",
      "prompts[0].arguments[0].default: found an integer, expected a string"
    ),
    (
      "name = \"a\"\narguments = [{ name = \"b\", default = \"lnog\", enum = [\"long\"] }]",
      "found \"lnog\", expected one of long (did you mean \"long\"?)"
    ),
    (
      "name = \"a\"\narguments = { name = \"b\" }",
      "prompts[0].arguments: found a table, expected an array of tables"
    ),
  ])
  func mistakes(_ lines: String, _ message: String) throws {
    let found = try errors("[[prompts]]\nmock = { strategy = \"s\" }\n\(lines)\n")
    #expect(found.count == 1)
    #expect(found.first?.contains(message) == true, "\(found)")
  }

  @Test func aDefaultOfARequiredArgumentHasNoEffect() throws {
    let configuration = try load(
      "[[prompts]]\nname = \"a\"\nmock = { strategy = \"s\" }\n"
        + "arguments = [{ name = \"b\", required = true, default = \"c\" }]\n")
    #expect(configuration.warnings.map(\.keyPath) == ["prompts[0].arguments[0].default"])
  }

  @Test func aFolderKeyBelowTheLastArgumentIsTheTops() throws {
    let configuration = try load(
      """
      [[prompts]]
      name = "a"
      mock = { strategy = "s" }
      [[prompts.arguments]]
      name = "b"

      prompts_dir = "nowhere"
      """)
    #expect(configuration.prompts.map(\.name) == ["a"])
    #expect(configuration.warnings.map(\.keyPath) == ["prompts_dir", "prompts_dir"])
  }

  @Test func foldersOfPrompts() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml",
      """
      [[prompts]]
      name = "greeting"
      [prompts.mock]
      strategy = "llm"
      llm_provider = "local"
      [prompts.mock.fallback]
      strategy = "template"
      template = "templates/greeting.txt"
      prompts_dir = "config/prompts/"
      """)
    _ = try folder.write(
      "config/prompts/tests.toml",
      """
      name = "generate_tests"
      [[arguments]]
      name = "code"
      required = true
      [[arguments]]
      name = "framework"
      default = "pytest"
      [mock]
      strategy = "composite"
      [mock.composite]
      mode = "fallback"
      [[mock.composite.strategies]]
      strategy = "llm"
      """)
    let configuration = try Configuration.load([main])
    #expect(configuration.prompts.map(\.name) == ["greeting", "generate_tests"])
    #expect(configuration.prompts[1].arguments.map(\.defaultValue) == [nil, "pytest"])
    #expect(configuration.prompts[1].mock.section["mode"] == "fallback")
    #expect(configuration.warnings.map(\.keyPath) == ["prompts_dir"])
    let twice = try folder.write(
      "config/prompts/twice.toml", "name = \"greeting\"\nmock = { strategy = \"s\" }\n")
    do {
      _ = try Configuration.load([main])
      Issue.record("loaded")
    } catch {
      #expect(error.errors.count == 1)
      #expect(error.errors[0].file == twice)
      #expect(error.errors[0].message.hasPrefix("found a second prompt \"greeting\"; the first"))
    }
  }
}
