extension ProgramSyntax {
  /// Completions for zsh: a file `_metis` in `$fpath`, or sourced after `compinit`.
  public static func zshCompletion(_ programs: [ProgramSyntax]) -> String {
    let names = programs.map(\.name).joined(separator: " ")
    var text = "#compdef \(names)\n# zsh completion for \(names); generated.\n"
    for program in programs { text += "\n" + program.zshFunction }
    let cases = programs.map { "  \($0.name)) \($0.zshName) \"$@\" ;;\n" }.joined()
    let registrations = programs.map { "  compdef \($0.zshName) \($0.name)\n" }.joined()
    return text + """

      # As a file of $fpath this is the body of the first function; sourced, it registers them.
      if [[ ${funcstack[1]} == _* ]]; then
        case $service in
      \(cases)  esac
      else
      \(registrations)fi

      """
  }

  private var zshName: String { "_" + name.replacing("-", with: "_") + "_command" }

  private var zshFunction: String {
    let known = paths.map(\.path).filter { !$0.isEmpty }
    let walk =
      known.isEmpty
      ? ""
      : """

      while ((at < CURRENT)); do
          case "${at_path:+$at_path }${words[at]}" in
          \(known.map { "'\($0)'" }.joined(separator: "|"))) at_path="${at_path:+$at_path }${words[at]}" ;;
          *) break ;;
          esac
          ((at++))
        done
        words=("${words[1]}" "${(@)words[at,-1]}")
        ((CURRENT -= at - 2))
      """
    return """
      \(zshName)() {
        local at_path= at=2\(walk)
        case $at_path in
      \(paths.map { zshCase($0.path, $0.next) }.joined())  esac
      }

      """
  }

  private func zshCase(_ path: String, _ next: [String]) -> String {
    let syntax = syntax(at: path)
    var specs = (syntax?.allOptions ?? [CommandSyntax.helpOption]).flatMap(Self.zshOption)
    if next.isEmpty {
      specs += (syntax?.operands ?? []).enumerated().map { index, operand in
        let start = operand.isRepeatable ? "*" : "\(index + 1)"
        let colon = operand.isOptional && !operand.isRepeatable ? "::" : ":"
        return "\(start)\(colon)\(Self.plain(operand.name)):\(Self.zshAction(operand.kind))"
      }
    } else {
      let words = next.map { "\($0)\\:\"\(Self.plain(summary(of: $0, at: path)))\"" }
      specs.append("1:command:((\(words.joined(separator: " "))))")
      specs.append("*::")
    }
    let lines = specs.map { "      \(Self.quoted($0))" }.joined(separator: " \\\n")
    return "  \(Self.quoted(path)))\n    _arguments -s -S : \\\n\(lines)\n    ;;\n"
  }

  private static func zshOption(_ option: CommandSyntax.Option) -> [String] {
    option.spellings.map { spelling in
      let start = option.isRepeatable ? "*" : "(\(option.spellings.joined(separator: " ")))"
      let value = option.value.map { ":\(plain($0)):\(zshAction(option.kind))" } ?? ""
      // -cVALUE and -c VALUE; --name=VALUE and --name VALUE.
      let join = option.value == nil ? "" : spelling.hasPrefix("--") ? "=" : "+"
      return "\(start)\(spelling)\(join)[\(plain(option.help))]\(value)"
    }
  }

  private static func zshAction(_ kind: CommandSyntax.Kind) -> String {
    switch kind {
    case .text: " "
    case .file: "_files"
    case .directory: "_files -/"
    case .choice(let words): "(\(words.joined(separator: " ")))"
    }
  }

  /// `text` without what has a meaning in a spec of `_arguments`.
  private static func plain(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "[": out += "("
      case "]": out += ")"
      case ":": out += "\\:"
      case "\"", "`", "$", "\\": out += "\\\(character)"
      default: out.append(character)
      }
    }
    return out
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
