import Glibc
import MetisConfig
import MetisHost

/// The tool for people: finds the command, parses its arguments, runs it. Without a command it is
/// the host.
enum Tool {
  /// Every command, in the order of the help.
  static let commands: [Command] = [
    .run, .initialize, .configValidate, .configExplain, .configShow, .configDiff, .configConvert,
    .configMigrate,
    .configSchema, .configDocs, .configReload, .configHistory, .configRollback, .pluginList,
    .pluginShow, .pluginSwap,
    .pluginRollback, .pluginEnable, .pluginDisable, .pluginCheck, .pluginNew, .pluginKeys,
    .pluginSign, .pluginVerify, .completions, .man, .help,
  ]

  /// The tool as completions and its manual page describe it.
  static var program: ProgramSyntax {
    var syntax = HostCommandLine.syntax
    syntax.command = "metis"
    syntax.summary =
      "Metis mocks MCP servers. Without a command metis serves: it becomes metis-host."
    return ProgramSyntax(
      "metis", "mock MCP servers, and look after their configuration and plugins", syntax: syntax,
      commands: commands.map(\.syntax))
  }

  /// The host as completions and its manual page describe it.
  static var hostProgram: ProgramSyntax {
    var syntax = HostCommandLine.syntax
    syntax.summary = "metis\u{2d}host serves mock MCP servers from plugins."
    return ProgramSyntax("metis-host", "serve mock MCP servers", syntax: syntax)
  }

  /// Runs what `words` ask for.
  static func run(_ words: [String]) -> ExitCode {
    switch words.first {
    case "-h", "--help":
      Terminal.print(help, terminator: "")
      return .success
    case "-V", "--version":
      Terminal.print("metis \(HostCommandLine.version)")
      return .success
    case .none: return becomeHost([])
    case .some(let word) where word.hasPrefix("-"): return becomeHost(words)
    case "run": return becomeHost(Array(words.dropFirst()))
    default: return runCommand(words)
    }
  }

  private static func becomeHost(_ words: [String]) -> ExitCode {
    let error = HostProcess.become(words)
    Terminal.printError("metis: \(error.message)")
    return error.code
  }

  private static func runCommand(_ words: [String]) -> ExitCode {
    let named = words.prefix { !$0.hasPrefix("-") }
    if let command = commands.first(where: { named.starts(with: $0.words) }) {
      return run(command, Array(words.dropFirst(command.words.count)))
    }
    do throws(UsageError) {
      let group = try group(Array(named))
      guard words.contains("--help") || words.contains("-h") else {
        throw unknown(Array(named.dropFirst()), in: group)
      }
      Terminal.print(help(of: group), terminator: "")
      return .success
    } catch {
      Terminal.printError(error.message)
      return .usage
    }
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
        throw command.syntax.error(error.message)
      }
      Terminal.printError(error.isWhole ? error.message : "metis: \(error.message)")
      return error.code
    }
  }
}

/// How the tool ends.
enum ExitCode: Int32 {
  case success = 0
  case failure = 1
  case usage = 2
  case unreachable = 3

  /// What the codes mean.
  static let entries: [CommandSyntax.Entry] = [
    .init("0", "Done."), .init("1", "Refused or failed."),
    .init("2", "Wrong usage, or a configuration with errors."),
    .init("3", "No host answers at the admin address."),
  ]
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
    variables: [CommandSyntax.Entry] = [],
    body: @escaping @Sendable (ParsedCommand) throws(ToolError) -> ExitCode
  ) {
    self.words = words
    syntax = CommandSyntax(
      command: (["metis"] + words).joined(separator: " "), summary: summary, operands: operands,
      options: options, notes: notes, variables: variables, exitCodes: ExitCode.entries)
    self.body = body
  }
}

/// Why a command ends without success.
struct ToolError: Error {
  var code: ExitCode
  var message: String
  /// Whether the command line was at fault, and help is worth a look.
  var showsHelp = false
  /// Whether the message stands for itself, without the tool's name before it.
  var isWhole = false

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
