/// What may stand on the command line behind a command, and how it is explained.
///
/// Options are `--name`, `--name value` or `--name=value`; `--` ends them. Pure: reads no
/// environment, prints nothing.
public struct CommandSyntax: Sendable {
  /// An option.
  public struct Option: Sendable {
    /// Its name with both dashes.
    public var name: String

    /// What its value is called, in capitals; nil for an option without one.
    public var value: String?

    /// What it does, in a sentence.
    public var help: String

    /// Whether it may be given more than once.
    public var isRepeatable: Bool

    /// An option.
    public init(_ name: String, value: String? = nil, isRepeatable: Bool = false, _ help: String) {
      self.name = name
      self.value = value
      self.isRepeatable = isRepeatable
      self.help = help
    }
  }

  /// What stands without a name.
  public struct Operand: Sendable {
    /// What it is called, in capitals.
    public var name: String

    /// What it is, in a sentence.
    public var help: String

    /// Whether it may be left out.
    public var isOptional: Bool

    /// Whether several may follow. Only the last operand.
    public var isRepeatable: Bool

    /// An operand.
    public init(
      _ name: String, isOptional: Bool = false, isRepeatable: Bool = false, _ help: String
    ) {
      self.name = name
      self.help = help
      self.isOptional = isOptional
      self.isRepeatable = isRepeatable
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

  /// More to say at the end of the help: examples, exit codes.
  public var notes: String

  /// A syntax; `--help` is added to the options.
  public init(
    command: String, summary: String, operands: [Operand] = [], options: [Option] = [],
    notes: String = ""
  ) {
    self.command = command
    self.summary = summary
    self.operands = operands
    self.options = options
    self.notes = notes
  }

  /// Reads the words behind the command. After `--help` nothing else is checked.
  public func parse(_ words: [String]) throws(UsageError) -> ParsedCommand {
    if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return ParsedCommand(wantsHelp: true)
    }
    var parsed = ParsedCommand()
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        parsed.operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        parsed.operands.append(word)
        continue
      }
      try readOption(word, &rest, &parsed)
    }
    try check(parsed.operands)
    return parsed
  }

  private func readOption(
    _ word: String, _ rest: inout ArraySlice<String>, _ parsed: inout ParsedCommand
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name }) else {
      let near = nearest(to: name, among: options.map(\.name) + ["--help"])
      throw error("unknown option \(name)" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
    guard option.isRepeatable || parsed.values[name] == nil else {
      throw error("\(name) is given twice")
    }
    guard let valueName = option.value else {
      guard parts.count == 1 else { throw error("\(name) takes no value") }
      parsed.values[name] = [""]
      return
    }
    let value: String
    if parts.count == 2 {
      value = String(parts[1])
    } else if let next = rest.popFirst() {
      value = next
    } else {
      throw error("\(name) needs a value: \(name) \(valueName)")
    }
    guard !value.isEmpty else { throw error("\(name) needs a value that is not empty") }
    parsed.values[name, default: []].append(value)
  }

  private func check(_ given: [String]) throws(UsageError) {
    let needed = operands.filter { !$0.isOptional }
    if given.count < needed.count {
      let missing = needed[given.count]
      throw error("\(missing.name) is missing: \(missing.help)")
    }
    if given.count > operands.count, operands.last?.isRepeatable != true {
      throw error("unexpected \"\(given[operands.count])\"")
    }
  }

  private func error(_ message: String) -> UsageError {
    UsageError("\(command): \(message)\nTry: \(command) --help")
  }

  /// The command with its operands, in one line.
  public var usage: String {
    var words = [command]
    if !options.isEmpty { words.append("[OPTIONS]") }
    for operand in operands {
      let name = operand.name + (operand.isRepeatable ? "..." : "")
      words.append(operand.isOptional ? "[\(name)]" : name)
    }
    return words.joined(separator: " ")
  }

  /// What `--help` prints.
  public var help: String {
    var text = "\(summary)\n\nUsage: \(usage)\n"
    let rows = operands.map { ($0.name, $0.help) }
    if !rows.isEmpty { text += "\n" + Self.columns(rows) }
    let options =
      options.map { (name: $0.name + ($0.value.map { " \($0)" } ?? ""), help: $0.help) }
      + [(name: "--help", help: "Print this.")]
    text += "\nOptions:\n" + Self.columns(options.map { ($0.name, $0.help) })
    if !notes.isEmpty { text += "\n\(notes)\n" }
    return text
  }

  /// Rows of two columns, indented by two.
  public static func columns(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, help in
      "  " + name + String(repeating: " ", count: width - name.count + 2) + help + "\n"
    }.joined()
  }
}

/// What stood on the command line.
public struct ParsedCommand: Sendable {
  /// Whether help was asked for; all else is then empty.
  public var wantsHelp = false

  /// What stood without a name, in order.
  public var operands: [String] = []

  /// Values by the name of their option; an empty one for an option without values.
  var values: [String: [String]] = [:]

  init(wantsHelp: Bool = false) { self.wantsHelp = wantsHelp }

  /// Whether the option `name` is there.
  public func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of the option `name`; the last one of several.
  public func value(_ name: String) -> String? { values[name]?.last }

  /// All values of the option `name`, in order.
  public func values(_ name: String) -> [String] { values[name] ?? [] }
}

/// A command line that cannot be understood.
public struct UsageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found, and how to get help.
  public var message: String

  /// The message.
  public var description: String { message }

  /// An error with this text.
  public init(_ message: String) { self.message = message }
}
