extension CommandSyntax {
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
    if !operands.isEmpty {
      text += "\n" + Self.columns(operands.map { ($0.name, $0.help) }, width: Self.helpWidth)
    }
    text += "\nOptions:\n" + optionColumns
    if !notes.isEmpty { text += "\n\(notes)\n" }
    if !variables.isEmpty { text += "\nEnvironment:\n" + Self.columns(variables) }
    if !exitCodes.isEmpty { text += "\nExit codes:\n" + Self.columns(exitCodes) }
    return text
  }

  /// The options with `--help`, a line each.
  public var optionColumns: String {
    Self.columns(
      allOptions.map { option in
        let letter = option.letter.map { "-\($0), " } ?? "    "
        return (letter + option.name + option.valueText, option.help)
      }, width: Self.helpWidth)
  }

  /// How wide help is, in characters.
  static let helpWidth = 100

  /// Rows of two columns, indented by two. With a `width`, what is longer goes on below, aligned.
  public static func columns(_ rows: [(String, String)], width: Int? = nil) -> String {
    let longest = rows.map(\.0.count).max() ?? 0
    let column = width == nil ? longest : min(longest, 34)
    let indent = String(repeating: " ", count: column + 4)
    return rows.map { name, help in
      let gap = String(repeating: " ", count: max(0, column - name.count) + 2)
      let start = name.count > column ? "  \(name)\n\(indent)" : "  \(name)\(gap)"
      let lines = width.map { wrapped(help, width: $0 - column - 4) } ?? [help]
      return start + lines.joined(separator: "\n\(indent)") + "\n"
    }.joined()
  }

  /// The same of entries.
  public static func columns(_ entries: [Entry]) -> String {
    columns(entries.map { ($0.name, $0.meaning) }, width: helpWidth)
  }

  /// `text` in lines of at most `width` characters where its words allow.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines.count - 1
      if lines[last].isEmpty {
        lines[last] = String(word)
      } else if lines[last].count + 1 + word.count <= width {
        lines[last] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

extension CommandSyntax.Option {
  /// What follows the name in explanations: ` FILE`, ` http|stdio`, nothing.
  var valueText: String { value.map { " \($0)" } ?? "" }
}
