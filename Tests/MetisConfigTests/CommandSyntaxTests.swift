import Testing

@testable import MetisConfig

@Suite struct CommandSyntaxTests {
  private let syntax = CommandSyntax(
    command: "metis plugin swap", summary: "Replace a plugin.",
    operands: [
      CommandSyntax.Operand("PLUGIN", "Its id."),
      CommandSyntax.Operand("FILE", isOptional: true, isRepeatable: true, "Files."),
    ],
    options: [
      CommandSyntax.Option("--admin", value: "ADDRESS", "Where."),
      CommandSyntax.Option("--key", value: "KEY", isRepeatable: true, "Keys."),
      CommandSyntax.Option("--json", "JSON."),
    ])

  @Test func optionsAndOperandsInAnyOrder() throws {
    let parsed = try syntax.parse([
      "--key", "a", "p", "--admin=x=y", "f", "--json", "--key=b", "--", "--json", "-",
    ])
    #expect(parsed.operands == ["p", "f", "--json", "-"])
    #expect(parsed.value("--admin") == "x=y")
    #expect(parsed.values("--key") == ["a", "b"])
    #expect(parsed.has("--json"))
    #expect(!parsed.wantsHelp)
    #expect(try syntax.parse(["p"]).value("--admin") == nil)
  }

  @Test func helpComesFirst() throws {
    #expect(try syntax.parse(["--nonsense", "--help"]).wantsHelp)
    #expect(try syntax.parse(["-h"]).wantsHelp)
    #expect(try !syntax.parse(["p", "--", "--help"]).wantsHelp)
  }

  @Test(arguments: [
    (["p", "--jsno"], "unknown option --jsno; did you mean --json?"),
    (["p", "--zebra"], "unknown option --zebra"), (["p", "-x"], "unknown option -x"),
    (["p", "--admin"], "--admin needs a value: --admin ADDRESS"),
    (["p", "--admin="], "--admin needs a value that is not empty"),
    (["p", "--json=1"], "--json takes no value"),
    (["p", "--json", "--json"], "--json is given twice"),
    ([], "PLUGIN is missing: Its id."),
  ])
  func mistakes(_ words: [String], _ message: String) throws {
    do {
      _ = try syntax.parse(words)
      Issue.record("\(words) was accepted")
    } catch {
      #expect(error.message.hasPrefix("metis plugin swap: \(message)"))
      #expect(error.message.hasSuffix("\nTry: metis plugin swap --help"))
    }
  }

  @Test func tooManyOperands() {
    let syntax = CommandSyntax(
      command: "x", summary: "", operands: [CommandSyntax.Operand("A", "")])
    #expect(throws: UsageError.self) { try syntax.parse(["a", "b"]) }
  }

  @Test func help() {
    #expect(
      syntax.help == """
        Replace a plugin.

        Usage: metis plugin swap [OPTIONS] PLUGIN [FILE...]

          PLUGIN  Its id.
          FILE    Files.

        Options:
          --admin ADDRESS  Where.
          --key KEY        Keys.
          --json           JSON.
          --help           Print this.

        """)
  }
}
