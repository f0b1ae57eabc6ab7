extension ProgramSyntax {
  /// The manual page of the program in section 1, in the macros of man(7).
  ///
  /// - Parameters:
  ///   - version: of the program, for the footer.
  ///   - seeAlso: pages to look at: `metis-host(1)`.
  public func manualPage(version: String, seeAlso: [String]) -> String {
    var page = """
      .\\" Generated from the program's own description of its command line.
      .TH \(Self.roff(name).uppercased()) 1 "" "Metis \(version)" "Metis"
      .SH NAME
      \(Self.roff(name)) \\- \(Self.roff(summary))
      .SH SYNOPSIS

      """
    if let syntax { page += Self.synopsis(name, syntax) }
    if !commands.isEmpty {
      page += ".br\n.B \(Self.roff(name))\n.I COMMAND\n[\\fIOPTIONS\\fR] ...\n"
    }
    if let syntax {
      page += ".SH DESCRIPTION\n" + Self.paragraphs(syntax.summary, syntax.notes)
      page += ".SH OPTIONS\n" + Self.options(syntax)
    }
    if !commands.isEmpty {
      page += ".SH COMMANDS\n"
      for command in commands {
        // The spelled-out name of what the program does by itself.
        let isSame = command.options.map(\.name) == syntax?.options.map(\.name)
        page += Self.section(command, withOptions: !isSame || command.options.isEmpty)
      }
    }
    let variables = ([syntax].compactMap { $0 } + commands).flatMap(\.variables)
    page += Self.entries("ENVIRONMENT", variables)
    page += Self.entries("EXIT STATUS", syntax?.exitCodes ?? [])
    if let codes = commands.first?.exitCodes, !codes.isEmpty {
      if syntax != nil { page += ".PP\nOf commands:\n" }
      page += Self.tagged(codes)
    }
    if !seeAlso.isEmpty {
      let pages = seeAlso.map { page -> String in
        let parts = page.split(separator: "(")
        return ".BR \(Self.roff(String(parts[0]))) (\(parts[1])"
      }
      page += ".SH SEE ALSO\n" + pages.joined(separator: " ,\n") + "\n"
    }
    return page
  }

  private static func synopsis(_ name: String, _ syntax: CommandSyntax) -> String {
    var line = ".B \(roff(name))\n[\\fIOPTIONS\\fR]"
    for operand in syntax.operands {
      let name = "\\fI\(roff(operand.name))\\fR" + (operand.isRepeatable ? "..." : "")
      line += operand.isOptional ? " [\(name)]" : " \(name)"
    }
    return line + "\n"
  }

  private static func section(_ command: CommandSyntax, withOptions: Bool) -> String {
    var text = ".SS \"\(roff(command.usage))\"\n" + paragraphs(command.summary, command.notes)
    text += tagged(command.operands.map { .init($0.name, $0.help) })
    return text + (withOptions ? options(command, withHelp: false) : "")
  }

  private static func options(_ syntax: CommandSyntax, withHelp: Bool = true) -> String {
    (withHelp ? syntax.allOptions : syntax.options).map { option in
      let names = option.spellings.map { "\\fB\(roff($0))\\fR" }.joined(separator: ", ")
      let value = option.value.map { " \\fI\(roff($0))\\fR" } ?? ""
      let again = option.isRepeatable ? " May be given more than once." : ""
      return ".TP\n\(names)\(value)\n\(line(option.help + again))\n"
    }.joined()
  }

  private static func entries(_ title: String, _ entries: [CommandSyntax.Entry]) -> String {
    var seen: Set<CommandSyntax.Entry> = []
    let unique = entries.filter { seen.insert($0).inserted }
    return unique.isEmpty ? "" : ".SH \"\(title)\"\n" + tagged(unique)
  }

  private static func tagged(_ entries: [CommandSyntax.Entry]) -> String {
    entries.map { ".TP\n\\fB\(roff($0.name))\\fR\n\(line($0.meaning))\n" }.joined()
  }

  /// Paragraphs between empty lines; lines that are indented stay as they are.
  private static func paragraphs(_ texts: String...) -> String {
    var out = ""
    for text in texts where !text.isEmpty {
      var isVerbatim = false
      out += ".PP\n"
      for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if part.hasPrefix("  ") != isVerbatim, !part.isEmpty {
          out += isVerbatim ? ".EE\n.PP\n" : ".PP\n.EX\n"
          isVerbatim.toggle()
        }
        if !part.isEmpty {
          out += line(String(part)) + "\n"
        } else if !isVerbatim, !out.hasSuffix(".PP\n") {
          out += ".PP\n"
        }
      }
      if isVerbatim { out += ".EE\n" }
    }
    return out.replacing(".PP\n.PP\n", with: ".PP\n")
  }

  /// A line of text: one that begins with a dot or an apostrophe would be a request.
  private static func line(_ text: String) -> String {
    let escaped = roff(text)
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }

  private static func roff(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
      .replacing("…", with: "...")
  }
}
