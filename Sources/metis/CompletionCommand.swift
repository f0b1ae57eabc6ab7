import MetisConfig
import MetisHost

extension Command {
  /// `metis completions`
  static var completions: Command {
    Command(
      "completions", summary: "Print completions of commands and options for a shell.",
      operands: [
        CommandSyntax.Operand(
          "SHELL", kind: .choice(["bash", "zsh", "fish"]), "bash, zsh or fish.")
      ],
      notes: """
        bash: put this into ~/.bashrc

            source <(metis completions bash)

        zsh: into a folder of $fpath

            metis completions zsh > ~/.zfunc/_metis

        fish:

            metis completions fish > ~/.config/fish/completions/metis.fish
        """
    ) { parsed throws(ToolError) in
      let programs = [Tool.program, Tool.hostProgram]
      let text =
        switch parsed.operands[0] {
        case "bash": ProgramSyntax.bashCompletion(programs)
        case "zsh": ProgramSyntax.zshCompletion(programs)
        default: ProgramSyntax.fishCompletion(programs)
        }
      Terminal.print(text, terminator: "")
      return .success
    }
  }

  /// `metis man`
  static var man: Command {
    Command(
      "man", summary: "Print a manual page, for man -l.",
      operands: [
        CommandSyntax.Operand(
          "PAGE", kind: .choice(["metis", "metis-host"]), isOptional: true,
          "metis (the default) or metis-host.")
      ],
      notes: "To read it: metis man | man -l -"
    ) { parsed throws(ToolError) in
      let isHost = parsed.operands.first == "metis-host"
      let page = (isHost ? Tool.hostProgram : Tool.program).manualPage(
        version: HostCommandLine.version, seeAlso: [isHost ? "metis(1)" : "metis-host(1)"])
      Terminal.print(page, terminator: "")
      return .success
    }
  }
}
