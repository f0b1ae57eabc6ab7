extension ProgramSyntax {
  /// Completions for fish 3: a file in `~/.config/fish/completions`, or sourced.
  public static func fishCompletion(_ programs: [ProgramSyntax]) -> String {
    let names = programs.map(\.name).joined(separator: " and ")
    var text = "# fish completion for \(names); generated.\n"
    for program in programs { text += "\n" + program.fishText }
    return text
  }

  private var fishText: String {
    let function = "__\(name.replacing("-", with: "_"))_at"
    let known = paths.map(\.path).filter { !$0.isEmpty }
    var text = """
      # Whether the commands so far are those of the argument.
      function \(function)
        set -l path ''
        for word in (commandline -opc)[2..]
          contains -- "$path$word"\(known.map { " '\($0)'" }.joined())
          or break
          set path "$path$word "
        end
        test "$path" = "$argv "
        or test -z "$path$argv"
      end
      complete -c \(name) -f

      """
    for (path, next) in paths {
      let start = "complete -c \(name) -n \(Self.quoted("\(function) \(path)"))"
      for word in next {
        text += "\(start) -a \(word) -d \(Self.quoted(summary(of: word, at: path)))\n"
      }
      let syntax = syntax(at: path)
      for option in syntax?.allOptions ?? [CommandSyntax.helpOption] {
        let letter = option.letter.map { " -s \($0)" } ?? ""
        let value = option.value == nil ? "" : " -r" + Self.action(option.kind)
        text +=
          "\(start)\(letter) -l \(option.name.dropFirst(2))\(value) -d \(Self.quoted(option.help))\n"
      }
      for operand in syntax?.operands ?? [] where operand.kind != .text {
        text += "\(start)\(Self.action(operand.kind))\n"
      }
    }
    return text
  }

  private static func action(_ kind: CommandSyntax.Kind) -> String {
    switch kind {
    case .text: " -f"
    case .file: " -F"
    case .directory: " -f -a '(__fish_complete_directories)'"
    case .choice(let words): " -f -a '\(words.joined(separator: " "))'"
    }
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
