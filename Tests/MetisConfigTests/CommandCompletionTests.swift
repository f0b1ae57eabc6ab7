import Testing

@testable import MetisConfig

@Suite struct CommandCompletionTests {
  private let program = ProgramSyntax(
    "tool", "a tool",
    syntax: CommandSyntax(
      command: "tool", summary: "Serves.",
      options: [
        .init("--config", short: "c", value: "FILE", kind: .file, isRepeatable: true, "A file.")
      ]),
    commands: [
      CommandSyntax(
        command: "tool set new", summary: "Makes it.",
        operands: [.init("DIR", kind: .directory, isRepeatable: true, "It's the folder.")],
        options: [.init("--kind", value: "KIND", kind: .choice(["a", "b"]), "Kind [of: it].")]),
      CommandSyntax(command: "tool set old", summary: "Shows it."),
      CommandSyntax(command: "tool show", summary: "Shows."),
    ])

  @Test func pathsLeadToCommands() {
    let paths = program.paths
    #expect(paths.map(\.path) == ["", "set", "set new", "set old", "show"])
    #expect(paths[0].next == ["set", "show"])
    #expect(paths[1].next == ["new", "old"])
    #expect(program.syntax(at: "set new")?.summary == "Makes it.")
    #expect(program.syntax(at: "set") == nil)
    #expect(program.syntax(at: "")?.command == "tool")
    #expect(program.summary(of: "set", at: "") == "Commands: new, old.")
    #expect(program.summary(of: "old", at: "set") == "Shows it.")
  }

  @Test func bash() {
    let text = ProgramSyntax.bashCompletion([program])
    #expect(text.contains("complete -F _tool tool\n"))
    #expect(text.contains("options='-c --config -h --help'"))
    #expect(text.contains("valued='-c --config'"))
    #expect(text.contains("'set new --kind') kind='words:a,b' ;;"))
    #expect(text.contains("operands='directory+'"))
    #expect(text.contains("operands='words:set,show'"))
  }

  @Test func zsh() {
    let text = ProgramSyntax.zshCompletion([program])
    #expect(text.hasPrefix("#compdef tool\n"))
    #expect(text.contains(#"'*--config=[A file.]:FILE:_files'"#))
    #expect(text.contains(#"'(--kind)--kind=[Kind (of\: it).]:KIND:(a b)'"#))
    #expect(text.contains(#"'*:DIR:_files -/'"#))
  }

  @Test func fish() {
    let text = ProgramSyntax.fishCompletion([program])
    #expect(
      text.contains("complete -c tool -n '__tool_at set new' -l kind -r -f -a 'a b' -d 'Kind "))
    #expect(text.contains("complete -c tool -n '__tool_at ' -s c -l config -r -F -d 'A file.'"))
    #expect(text.contains("complete -c tool -n '__tool_at set' -a new -d 'Makes it.'"))
  }
}

@Suite struct ManualPageTests {
  private let program = ProgramSyntax(
    "a-tool", "look\\after it",
    syntax: CommandSyntax(
      command: "a-tool", summary: ".Begins with a dot.",
      options: [.init("--config", short: "c", value: "FILE", isRepeatable: true, "A file.")],
      notes: "First.\n\n    code\n\nSecond.", variables: [.init("A_TOOL", "A variable.")],
      exitCodes: [.init("0", "Done.")]),
    commands: [CommandSyntax(command: "a-tool show", summary: "Shows.")])

  @Test func page() {
    let page = program.manualPage(version: "1.2", seeAlso: ["other(1)", "more(5)"])
    #expect(page.contains(".TH A\\-TOOL 1 \"\" \"Metis 1.2\" \"Metis\"\n"))
    #expect(page.contains("a\\-tool \\- look\\eafter it\n"))
    #expect(
      page.contains(
        ".PP\n\\&.Begins with a dot.\n.PP\nFirst.\n.PP\n.EX\n    code\n.EE\n.PP\nSecond."))
    #expect(page.contains(".TP\n\\fB\\-c\\fR, \\fB\\-\\-config\\fR \\fIFILE\\fR\nA file. May be "))
    #expect(page.contains(".SS \"a\\-tool show\"\n.PP\nShows.\n"))
    #expect(page.contains(".SH \"ENVIRONMENT\"\n.TP\n\\fBA_TOOL\\fR\nA variable.\n"))
    #expect(page.hasSuffix(".SH SEE ALSO\n.BR other (1) ,\n.BR more (5)\n"))
  }
}
