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
      CommandSyntax.Option(
        "--level", short: "l", value: "L", kind: .choice(["low", "high"]), "L."),
      CommandSyntax.Option("--file", short: "f", value: "F", isRepeatable: true, "F."),
      CommandSyntax.Option("--quiet", short: "q", "Q."),
      CommandSyntax.Option("--dry", short: "d", "D."),
    ])

  @Test func letters() throws {
    let parsed = try syntax.parse(["p", "-qd", "-f", "a", "-fb", "-f=c", "-lhigh"])
    #expect(parsed.has("--quiet"))
    #expect(parsed.has("--dry"))
    #expect(parsed.values("--file") == ["a", "b", "c"])
    #expect(parsed.value("--level") == "high")
    let bundle = try syntax.parse(["p", "-qdf", "a", "-lhigh"])
    #expect(bundle.value("--file") == "a")
    #expect(try syntax.parse(["-qh"]).wantsHelp)
    #expect(try syntax.parse(["p", "-f", "-q"]).values("--file") == ["-q"])
  }

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
    (["p", "-lhihg"], "-l: found hihg, expected low or high; did you mean high?"),
    (["p", "--level=x"], "--level: found x, expected low or high\n"),
    (["p", "-qx"], "unknown option -x in -qx"), (["p", "-l"], "-l needs a value: -l L"),
    (["p", "-f="], "-f needs a value that is not empty"), (["p", "-qq"], "-q is given twice"),
    (["p", "-jsno"], "unknown option -j in -jsno; did you mean --json?"),
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
          -l, --level L        L.
          -f, --file F         F.
          -q, --quiet          Q.
          -d, --dry            D.
          -h, --help           Print this.

        """)
  }

  @Test func longHelpGoesOnBelow() {
    let words = Array(repeating: "word", count: 30).joined(separator: " ")
    let text = CommandSyntax.columns([("--name", words), ("b", "short")], width: 60)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
    #expect(text.hasPrefix("  --name  word word"))
    #expect(text.contains("\n          word"))
    #expect(text.hasSuffix("\n  b       short\n"))
    #expect(CommandSyntax.columns([("--name", words)]).split(separator: "\n").count == 1)
  }

  @Test func notesVariablesAndExitCodes() {
    let syntax = CommandSyntax(
      command: "x", summary: "X.", notes: "More.", variables: [.init("V", "A variable.")],
      exitCodes: [.init("0", "Done.")])
    #expect(
      syntax.help.hasSuffix(
        "\nMore.\n\nEnvironment:\n  V  A variable.\n\nExit codes:\n  0  Done.\n"))
  }
}
