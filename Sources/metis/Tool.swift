import Glibc
import MetisConfig

/// The tool for people: finds the command, parses its arguments, runs it.
enum Tool {
  /// Every command, in the order of the help.
  static let commands: [Command] = [
    .pluginList, .pluginShow, .pluginSwap, .pluginRollback, .pluginEnable, .pluginDisable,
    .pluginCheck, .pluginNew, .pluginKeys, .pluginSign, .pluginVerify, .configValidate,
    .configReload,
  ]

  /// The version of the tool.
  static let version = "0.1.0"

  /// Runs the command that `words` name.
  static func run(_ words: [String]) -> ExitCode {
    let named = words.prefix { !$0.hasPrefix("-") }
    if let command = commands.first(where: { named.starts(with: $0.words) }) {
      return run(command, Array(words.dropFirst(command.words.count)))
    }
    let asksForHelp =
      words.isEmpty || words == ["help"] || words.contains("--help") || words.contains("-h")
    if words == ["--version"] {
      Terminal.print("metis \(version)")
      return .success
    }
    let group = commands.filter { $0.words.first == named.first }
    if asksForHelp, named.isEmpty || words == ["help"] || !group.isEmpty {
      Terminal.print(help(of: group.isEmpty || words == ["help"] ? commands : group))
      return words.isEmpty ? .usage : .success
    }
    let all = group.isEmpty ? Set(commands.map { $0.words[0] }) : Set(group.map { $0.words[1] })
    let found = group.isEmpty ? named.first : named.dropFirst().first
    Terminal.printError(
      "metis: "
        + (found.map { "unknown command \"\($0)\"; " } ?? "a command is missing; ")
        + "expected one of: \(all.sorted().joined(separator: ", "))\nTry: metis --help")
    return .usage
  }

  private static func run(_ command: Command, _ words: [String]) -> ExitCode {
    do throws(UsageError) {
      let parsed = try command.syntax.parse(words)
      if parsed.wantsHelp {
        Terminal.print(command.syntax.help, terminator: "")
        return .success
      }
      return try run(command, parsed)
    } catch {
      Terminal.printError(error.message)
      return .usage
    }
  }

  private static func run(_ command: Command, _ parsed: ParsedCommand) throws(UsageError)
    -> ExitCode
  {
    do throws(ToolError) {
      return try command.body(parsed)
    } catch {
      guard error.code != .usage || !error.showsHelp else {
        throw UsageError(
          "\(command.syntax.command): \(error.message)\nTry: \(command.syntax.command) --help")
      }
      Terminal.printError("metis: \(error.message)")
      return error.code
    }
  }

  private static func help(of commands: [Command]) -> String {
    let rows = commands.map { ($0.words.joined(separator: " "), $0.syntax.summary) }
    return """
      Metis mocks MCP servers. This tool looks after its configuration and its plugins.

      Usage: metis COMMAND [OPTIONS] ...

      Commands:
      \(CommandSyntax.columns(rows))
      \(ExitCode.help)
      Try: metis COMMAND --help
      """
  }
}

/// How the tool ends.
enum ExitCode: Int32 {
  case success = 0
  case failure = 1
  case usage = 2
  case unreachable = 3

  /// What the codes mean.
  static let help = """
    Exit codes: 0 done; 1 refused or failed; 2 wrong usage or a configuration with errors;
    3 no host answers at the admin address.
    """
}

/// A command.
struct Command: Sendable {
  /// The words behind `metis`.
  var words: [String]

  /// What may follow them.
  var syntax: CommandSyntax

  /// What it does.
  var body: @Sendable (ParsedCommand) throws(ToolError) -> ExitCode

  /// A command named by `words`.
  init(
    _ words: String..., summary: String, operands: [CommandSyntax.Operand] = [],
    options: [CommandSyntax.Option] = [], notes: String = "",
    body: @escaping @Sendable (ParsedCommand) throws(ToolError) -> ExitCode
  ) {
    self.words = words
    syntax = CommandSyntax(
      command: (["metis"] + words).joined(separator: " "), summary: summary, operands: operands,
      options: options, notes: notes.isEmpty ? ExitCode.help : notes + "\n\n" + ExitCode.help)
    self.body = body
  }
}

/// Why a command ends without success.
struct ToolError: Error {
  var code: ExitCode
  var message: String
  /// Whether the command line was at fault, and help is worth a look.
  var showsHelp = false

  init(_ code: ExitCode, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The command line was at fault.
  static func usage(_ message: String) -> ToolError {
    var error = ToolError(.usage, message)
    error.showsHelp = true
    return error
  }
}
