import JSON
import MetisConfig
import MetisHost

/// The options by which commands find a running host, and the asking.
enum HostAccess {
  /// Options of every command that asks a host.
  static let options: [CommandSyntax.Option] = [
    CommandSyntax.Option(
      "--admin", value: "ADDRESS",
      "Where the host's admin endpoint is: HOST:PORT or unix:PATH "
        + "(METIS_ADMIN, else \(AdminAddress.standard))."),
    CommandSyntax.Option(
      "--admin-token-file", value: "FILE", kind: .file,
      "The file with the admin token (METIS_ADMIN_TOKEN_FILE, else "
        + "$XDG_STATE_HOME/metis/admin-token)."),
    json,
  ]

  /// For programs.
  static let json = CommandSyntax.Option("--json", "Print JSON instead of a table.")

  /// Asks the host; throws where there is none or where it refuses.
  static func ask(
    _ parsed: ParsedCommand, _ verb: String, _ path: String, body: JSONValue? = nil
  ) throws(ToolError) -> JSONValue {
    let client = try client(parsed)
    let answer: AdminAnswer
    do {
      answer = try client.send(verb, path, body: body)
    } catch {
      throw ToolError(.unreachable, error.message)
    }
    guard answer.isSuccess else {
      throw ToolError(.failure, Terminal.safe(answer.problem))
    }
    guard let json = answer.json else {
      throw ToolError(.failure, "the host's answer is not JSON: is this an admin address?")
    }
    return json
  }

  private static func client(_ parsed: ParsedCommand) throws(ToolError) -> AdminClient {
    let text = parsed.value("--admin") ?? Files.variable("METIS_ADMIN")
    let address = text.map(AdminAddress.init) ?? AdminAddress.standard
    guard let address else {
      throw .usage("\"\(text ?? "")\" is no address; expected HOST:PORT or unix:PATH")
    }
    let path = parsed.value("--admin-token-file") ?? Files.variable("METIS_ADMIN_TOKEN_FILE")
    let file = path.map { AdminTokenFile(path: $0) } ?? AdminTokenFile(variable: Files.variable)
    guard let file else {
      throw .usage("neither XDG_STATE_HOME nor HOME is set; name the token by --admin-token-file")
    }
    do {
      return AdminClient(address: address, token: try file.read())
    } catch {
      throw ToolError(.failure, error.message)
    }
  }
}
