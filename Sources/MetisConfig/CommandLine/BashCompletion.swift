extension ProgramSyntax {
  /// Completions for bash 4.4 or newer: to be sourced.
  public static func bashCompletion(_ programs: [ProgramSyntax]) -> String {
    var text =
      "# bash completion for \(programs.map(\.name).joined(separator: " and ")); generated.\n"
    for program in programs { text += "\n" + program.bashFunction }
    return text
  }

  private var functionName: String { "_" + name.replacing("-", with: "_") }

  private var bashFunction: String {
    let function = functionName
    let paths = paths.map(\.path).filter { !$0.isEmpty }
    let walk =
      paths.isEmpty
      ? ""
      : """
      for ((at = 1; at < COMP_CWORD; at++)); do
          case "${path:+$path }${COMP_WORDS[at]}" in
          \(paths.map { "'\($0)'" }.joined(separator: " | "))) path="${path:+$path }${COMP_WORDS[at]}" ;;
          *) break ;;
          esac
        done
      """
    return """
      \(function)() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev= path= options= valued= operands= kind= at=1 nth=0
        COMPREPLY=()
        ((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD - 1]}
        # --name=value comes in three words.
        if [[ $cur == = ]]; then
          cur=
        elif [[ $prev == = ]]; then
          prev=${COMP_WORDS[COMP_CWORD - 2]}
        fi
        \(walk)
        case $path in
      \(self.paths.map { bashCase($0.path, $0.next) }.joined())  esac
        case "$path $prev" in
      \(bashValues)  esac
        if [[ -z $kind && $cur == -* ]]; then
          mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
          return
        fi
        if [[ -z $kind ]]; then
          for ((; at < COMP_CWORD; at++)); do
            case ${COMP_WORDS[at]} in
            -*) [[ " $valued " == *" ${COMP_WORDS[at]} "* ]] && ((at++)); [[ ${COMP_WORDS[at]} == = ]] && ((at++)) ;;
            *) ((nth++)) ;;
            esac
          done
          for kind in $operands; do
            ((nth-- == 0)) && break
            [[ $kind == *+ ]] && break
            kind=
          done
        fi
        case ${kind%+} in
        file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        directory) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
        words:*) kind=${kind%+}; mapfile -t COMPREPLY < <(compgen -W "$(tr , ' ' <<<"${kind#words:}")" -- "$cur") ;;
        esac
      }
      complete -F \(function) \(name)

      """
  }

  /// What there is behind one path: options, those with values, kinds of operands.
  private func bashCase(_ path: String, _ next: [String]) -> String {
    let syntax = syntax(at: path)
    let options = syntax?.allOptions ?? [CommandSyntax.helpOption]
    let valued = options.filter { $0.value != nil }
    var operands = (syntax?.operands ?? []).map { Self.bashKind($0.kind, $0.isRepeatable) }
    if !next.isEmpty { operands = [Self.bashKind(.choice(next), false)] }
    let list = { (options: [CommandSyntax.Option]) in
      options.flatMap(\.spellings).joined(separator: " ")
    }
    return """
        '\(path)')
          options='\(list(options))'
          valued='\(list(valued))'
          operands='\(operands.joined(separator: " "))'
          ;;

      """
  }

  /// What may follow an option that takes a value.
  private var bashValues: String {
    var text = ""
    for (path, _) in paths {
      for option in syntax(at: path)?.options ?? [] where option.value != nil {
        let patterns = option.spellings.map { "'\(path) \($0)'" }.joined(separator: " | ")
        text += "  \(patterns)) kind='\(Self.bashKind(option.kind, false))' ;;\n"
      }
    }
    return text
  }

  private static func bashKind(_ kind: CommandSyntax.Kind, _ isRepeatable: Bool) -> String {
    let name =
      switch kind {
      case .text: "text"
      case .file: "file"
      case .directory: "directory"
      case .choice(let words): "words:" + words.joined(separator: ",")
      }
    return name + (isRepeatable ? "+" : "")
  }
}
