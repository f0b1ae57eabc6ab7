import Glibc
import MetisConfig

extension Command {
  /// `metis init`
  static var initialize: Command {
    Command(
      "init", summary: "Write a configuration to begin with.",
      operands: [
        CommandSyntax.Operand(
          "DIR", kind: .directory, isOptional: true,
          "Where; this folder without it. Made if missing.")
      ],
      options: [
        CommandSyntax.Option("--name", short: "n", value: "NAME", "What clients call the server."),
        CommandSyntax.Option(
          "--format", short: "f", value: "FORMAT", kind: .choice(InitPlan.Format.names),
          "toml (the default), yaml or json."),
        CommandSyntax.Option(
          "--transport", short: "t", value: "TRANSPORT", kind: .choice(["http", "stdio"]),
          "How clients connect: http (the default) or stdio."),
        CommandSyntax.Option("--port", short: "p", value: "PORT", "The port to listen on (3000)."),
        CommandSyntax.Option(
          "--with", short: "w", value: "SAMPLES",
          "Samples between commas: tools, resources, prompts; or none (tools)."),
        CommandSyntax.Option("--yes", short: "y", "Ask nothing; take what the options leave out."),
        CommandSyntax.Option("--force", "Overwrite files that are there already."),
      ],
      notes: """
        On a terminal it asks for what the options leave out. It writes metis.FORMAT, the
        schema metis.schema.json for editors and, with tools, a folder config/tools of definitions, and
        refuses to overwrite any of them.
        """
    ) { parsed throws(ToolError) in
      var plan = InitPlan(folder: parsed.operands.first ?? ".")
      var open = Set(InitPlan.Question.allCases)
      for question in InitPlan.Question.allCases {
        guard let value = parsed.value(question.option) else { continue }
        if let problem = plan.answer(question, value) {
          throw .usage("\(question.option): \(problem)")
        }
        open.remove(question)
      }
      if !parsed.has("--yes"), Terminal.isInteractive { try ask(open, &plan) }
      try plan.write(overwriting: parsed.has("--force"))
      Terminal.print(plan.summary)
      return .success
    }
  }

  private static func ask(
    _ open: Set<InitPlan.Question>, _ plan: inout InitPlan
  ) throws(ToolError) {
    for question in InitPlan.Question.allCases where open.contains(question) {
      guard plan.needs(question) else { continue }
      while true {
        Terminal.print("\(question.text) [\(plan.value(of: question))]: ", terminator: "")
        guard let line = readLine() else {
          throw ToolError(.failure, "the input ended before the questions; nothing is written")
        }
        let answer = InitPlan.trimmed(line)
        if answer.isEmpty { break }
        guard let problem = plan.answer(question, answer) else { break }
        Terminal.print("  \(problem)")
      }
    }
  }
}
