import MetisConfig
import MetisHost

extension Command {
  /// `metis help`
  static var help: Command {
    Command(
      "help", summary: "Print what a command does and what may follow it.",
      operands: [
        CommandSyntax.Operand(
          "COMMAND", isOptional: true, isRepeatable: true, "Its words: plugin swap.")
      ]
    ) { parsed throws(ToolError) in
      let words = parsed.operands
      if words.isEmpty {
        Terminal.print(Tool.help, terminator: "")
      } else if let command = Tool.commands.first(where: { $0.words == words }) {
        Terminal.print(command.syntax.help, terminator: "")
      } else {
        do throws(UsageError) {
          let group = try Tool.group(words)
          guard words.count == 1 else { throw Tool.unknown(Array(words.dropFirst()), in: group) }
          Terminal.print(Tool.help(of: group), terminator: "")
        } catch {
          throw ToolError(.usage, error.message.replacing("metis: ", with: "", maxReplacements: 1))
        }
      }
      return .success
    }
  }
}

extension Tool {
  /// What `metis --help` prints.
  static var help: String {
    """
    Metis mocks MCP servers. Without a command metis serves: it becomes metis-host.

    Usage: metis [OPTIONS]
           metis COMMAND [OPTIONS] ...

    Commands:
    \(columns(commands))
    Options without a command (more in metis-host --help):
    \(HostCommandLine.syntax.optionColumns)
    Exit codes of commands:
    \(CommandSyntax.columns(ExitCode.entries))
    Try: metis COMMAND --help, metis-host --help

    """
  }

  /// What `metis plugin --help` prints.
  static func help(of group: [Command]) -> String {
    """
    Commands:
    \(columns(group))
    Try: metis COMMAND --help

    """
  }

  private static func columns(_ commands: [Command]) -> String {
    CommandSyntax.columns(
      commands.map { CommandSyntax.Entry($0.words.joined(separator: " "), $0.syntax.summary) })
  }

  /// The commands that begin with the first of `words`; throws where there are none.
  static func group(_ words: [String]) throws(UsageError) -> [Command] {
    let group = commands.filter { $0.words.first == words.first }
    guard group.isEmpty else { return group }
    throw unknown(words, among: commands.map { $0.words[0] })
  }

  /// The error for the words behind a group's name that lead to none of its commands.
  static func unknown(_ words: [String], in group: [Command]) -> UsageError {
    unknown(words, among: group.compactMap { $0.words.dropFirst().first })
  }

  private static func unknown(_ words: [String], among known: [String]) -> UsageError {
    var all: [String] = []
    for word in known where !all.contains(word) { all.append(word) }
    let near = words.first.flatMap { nearest(to: $0, among: all) }
    let found = words.first.map { "unknown command \"\($0)\"" } ?? "a command is missing"
    return UsageError(
      "metis: \(found); "
        + (near.map { "did you mean \($0)? Expected" } ?? "expected")
        + " one of: \(all.joined(separator: ", "))\nTry: metis --help")
  }
}
