extension CommandSyntax {
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
      if word.hasPrefix("--") {
        try readName(word, &rest, &parsed)
      } else if word.hasPrefix("-"), word != "-" {
        try readLetters(word, &rest, &parsed)
      } else {
        parsed.operands.append(word)
      }
    }
    if !parsed.wantsHelp { try check(parsed.operands) }
    return parsed
  }

  /// `--name`, `--name value`, `--name=value`.
  private func readName(
    _ word: String, _ rest: inout ArraySlice<String>, _ parsed: inout ParsedCommand
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name }) else {
      throw error("unknown option \(name)\(suggestion(name, allOptions.map(\.name)))")
    }
    guard let valueName = option.value else {
      guard parts.count == 1 else { throw error("\(name) takes no value") }
      return try add("", of: option, as: name, &parsed)
    }
    if parts.count == 2 { return try add(String(parts[1]), of: option, as: name, &parsed) }
    guard let value = rest.popFirst() else {
      throw error("\(name) needs a value: \(name) \(valueName)")
    }
    try add(value, of: option, as: name, &parsed)
  }

  /// `-n`, `-n value`, `-nvalue`, and letters of options without values together.
  private func readLetters(
    _ word: String, _ rest: inout ArraySlice<String>, _ parsed: inout ParsedCommand
  ) throws(UsageError) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      let name = "-\(letter)"
      if letter == Self.helpOption.letter {
        parsed.wantsHelp = true
        continue
      }
      guard let option = options.first(where: { $0.letter == letter }) else {
        let place = word.count > 2 ? " in \(word)" : ""
        // Who writes -config means --config.
        throw error(
          "unknown option \(name)\(place)\(suggestion("-" + word, allOptions.map(\.name)))")
      }
      guard let valueName = option.value else {
        try add("", of: option, as: name, &parsed)
        continue
      }
      if letters.first == "=" { letters.removeFirst() }
      if !letters.isEmpty || word.last == "=" {
        return try add(String(letters), of: option, as: name, &parsed)
      }
      guard let value = rest.popFirst() else {
        throw error("\(name) needs a value: \(name) \(valueName)")
      }
      return try add(value, of: option, as: name, &parsed)
    }
  }

  private func add(
    _ value: String, of option: Option, as name: String, _ parsed: inout ParsedCommand
  ) throws(UsageError) {
    guard option.isRepeatable || parsed.values[option.name] == nil else {
      throw error("\(name) is given twice")
    }
    if option.value != nil {
      guard !value.isEmpty else { throw error("\(name) needs a value that is not empty") }
      try check(value, option.kind, name)
    }
    parsed.values[option.name, default: []].append(value)
  }

  private func check(_ value: String, _ kind: Kind, _ name: String) throws(UsageError) {
    guard case .choice(let choices) = kind, !choices.contains(value) else { return }
    let last = choices.last ?? ""
    let expected =
      choices.count < 2 ? last : choices.dropLast().joined(separator: ", ") + " or \(last)"
    throw error("\(name): found \(value), expected \(expected)\(suggestion(value, choices))")
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
    for (index, value) in given.enumerated() {
      let operand = operands[min(index, operands.count - 1)]
      try check(value, operand.kind, operand.name)
    }
  }

  private func suggestion(_ word: String, _ candidates: [String]) -> String {
    nearest(to: word, among: candidates).map { "; did you mean \($0)?" } ?? ""
  }

  /// The error of this command with `message`, and how to get help.
  public func error(_ message: String) -> UsageError {
    UsageError("\(command): \(message)\nTry: \(command) --help")
  }
}

/// What stood on the command line.
public struct ParsedCommand: Sendable {
  /// Whether help was asked for; all else is then not to be relied on.
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
