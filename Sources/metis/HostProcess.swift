import Glibc
import MetisConfig
import MetisHost

extension Command {
  /// `metis run`; ``Tool`` becomes the host before it parses anything of it.
  static var run: Command {
    var command = Command(
      "run", summary: "Serve: what metis does without a command."
    ) { _ throws(ToolError) in
      throw HostProcess.become([])
    }
    command.syntax.options = HostCommandLine.syntax.options
    command.syntax.exitCodes = HostCommandLine.syntax.exitCodes
    command.syntax.notes = "The command line is that of metis-host."
    return command
  }
}

/// Turns this process into the host.
enum HostProcess {
  /// The program that serves.
  static let name = "metis-host"

  /// Becomes the host with these arguments; returns only where it cannot.
  static func become(_ arguments: [String]) -> ToolError {
    let folders = [Installation.executableFolder].compactMap { $0 } + searchPath
    let candidates: [String] = folders.map { "\($0)/\(name)" }
    guard let program = candidates.first(where: { access($0, X_OK) == 0 })
    else {
      let beside = folders.first.map { "in \($0) nor " } ?? ""
      return ToolError(
        .failure,
        "there is no \(name), neither \(beside)on PATH; install it beside metis"
      )
    }
    let words = [name] + arguments
    var pointers: [UnsafeMutablePointer<CChar>?] = []
    for word in words { pointers.append(strdup(word)) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    execv(program, &pointers)
    return ToolError(
      .failure, "\(program) cannot be executed: \(String(cString: strerror(errno)))")
  }

  private static var searchPath: [String] {
    (Files.variable("PATH") ?? "").split(separator: ":").map(String.init)
  }
}
