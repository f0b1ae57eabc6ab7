/// What may stand on the command line behind a command, and how it is explained: parsing, help,
/// completions of shells and manual pages are all made from it.
///
/// Options are `--name`, `--name value` or `--name=value`, and where they have a letter `-n`,
/// `-n value` or `-nvalue`; letters of options without values may stand together (`-vd`). `--` ends
/// the options. Pure: reads no environment, prints nothing.
public struct CommandSyntax: Sendable {
  /// What a value may be: what a shell offers for it, and what is refused.
  public enum Kind: Sendable, Hashable {
    /// Any text; a shell offers nothing.
    case text
    /// A file.
    case file
    /// A folder.
    case directory
    /// One of these texts; anything else is refused.
    case choice([String])
  }

  /// An option.
  public struct Option: Sendable {
    /// Its name with both dashes.
    public var name: String

    /// Its letter: `c` for `-c`; nil for none.
    public var letter: Character?

    /// What its value is called, in capitals; nil for an option without one.
    public var value: String?

    /// What its value may be.
    public var kind: Kind

    /// What it does, in a sentence.
    public var help: String

    /// Whether it may be given more than once.
    public var isRepeatable: Bool

    /// An option.
    public init(
      _ name: String, short letter: Character? = nil, value: String? = nil, kind: Kind = .text,
      isRepeatable: Bool = false, _ help: String
    ) {
      self.name = name
      self.letter = letter
      self.value = value
      self.kind = kind
      self.isRepeatable = isRepeatable
      self.help = help
    }

    /// All its spellings: `-c`, `--config`.
    public var spellings: [String] { (letter.map { ["-\($0)"] } ?? []) + [name] }
  }

  /// What stands without a name.
  public struct Operand: Sendable {
    /// What it is called, in capitals.
    public var name: String

    /// What it may be.
    public var kind: Kind

    /// What it is, in a sentence.
    public var help: String

    /// Whether it may be left out.
    public var isOptional: Bool

    /// Whether several may follow. Only the last operand.
    public var isRepeatable: Bool

    /// An operand.
    public init(
      _ name: String, kind: Kind = .text, isOptional: Bool = false, isRepeatable: Bool = false,
      _ help: String
    ) {
      self.name = name
      self.kind = kind
      self.help = help
      self.isOptional = isOptional
      self.isRepeatable = isRepeatable
    }
  }

  /// A name and what it means: an exit code, a variable of the environment, a file.
  public struct Entry: Sendable, Hashable {
    /// What is explained.
    public var name: String

    /// What it means.
    public var meaning: String

    /// An entry.
    public init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  /// The words before the operands: `metis plugin swap`.
  public var command: String

  /// What the command does, in a sentence.
  public var summary: String

  /// What stands without a name, in order.
  public var operands: [Operand]

  /// The options but `--help`.
  public var options: [Option]

  /// More to say behind the options: paragraphs between empty lines.
  public var notes: String

  /// Variables of the environment that count.
  public var variables: [Entry]

  /// What its exit codes mean.
  public var exitCodes: [Entry]

  /// `-h` and `--help`, which every command has.
  public static let helpOption = Option("--help", short: "h", "Print this.")

  /// A syntax; `--help` is added to the options.
  public init(
    command: String, summary: String, operands: [Operand] = [], options: [Option] = [],
    notes: String = "", variables: [Entry] = [], exitCodes: [Entry] = []
  ) {
    self.command = command
    self.summary = summary
    self.operands = operands
    self.options = options
    self.notes = notes
    self.variables = variables
    self.exitCodes = exitCodes
  }

  /// The options with `--help`.
  public var allOptions: [Option] { options + [Self.helpOption] }
}

/// A program: what it does itself and its commands. What completions and manual pages describe.
public struct ProgramSyntax: Sendable {
  /// What is called.
  public var name: String

  /// What it is, in a phrase.
  public var summary: String

  /// What may follow the name without a command; nil where a command must follow.
  public var syntax: CommandSyntax?

  /// Its commands: their ``CommandSyntax/command`` begins with ``name``.
  public var commands: [CommandSyntax]

  /// A program.
  public init(
    _ name: String, _ summary: String, syntax: CommandSyntax?, commands: [CommandSyntax] = []
  ) {
    self.name = name
    self.summary = summary
    self.syntax = syntax
    self.commands = commands
  }

  /// The words behind the program's name that lead to commands, each with what may follow it next:
  /// the empty path first.
  public var paths: [(path: String, next: [String])] {
    var found: [(path: String, next: [String])] = [("", [])]
    for command in commands {
      var path = ""
      for word in command.command.split(separator: " ").dropFirst().map(String.init) {
        let index = found.firstIndex { $0.path == path }!
        if !found[index].next.contains(word) { found[index].next.append(word) }
        path = path.isEmpty ? word : "\(path) \(word)"
        if !found.contains(where: { $0.path == path }) { found.append((path, [])) }
      }
    }
    return found
  }

  /// The syntax at a path of ``paths``; nil for a path that only leads further.
  public func syntax(at path: String) -> CommandSyntax? {
    path.isEmpty ? syntax : commands.first { $0.command == "\(name) \(path)" }
  }

  /// What leads on from `path` by `word`: the command's summary, or the commands of a group.
  public func summary(of word: String, at path: String) -> String {
    let whole = path.isEmpty ? word : "\(path) \(word)"
    if let syntax = syntax(at: whole) { return syntax.summary }
    let next = paths.first { $0.path == whole }?.next ?? []
    return "Commands: \(next.joined(separator: ", "))."
  }
}
