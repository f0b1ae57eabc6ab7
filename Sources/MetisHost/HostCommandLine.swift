/// The options of `metis-host`.
public enum HostCommandLine {
  /// What the command line asks for.
  public enum Outcome {
    case run(HostOptions)
    /// Help or version: to standard output, exit code 0.
    case print(String)
    /// To standard error, exit code 2.
    case failure(String)
  }

  /// The version of the host.
  public static let version = "0.1.0"

  /// What `--help` shows.
  public static let help = """
    metis-host: serves mock MCP servers from plugins.

    Usage: metis-host [OPTIONS]

      --plugins DIR            the directory of plugin manifests (plugins.d)
      --config FILE            a configuration; several are merged in their order
      --transport http|stdio   how clients connect (http)
      --host H                 the address to listen on (127.0.0.1)
      --port N                 the port to listen on (3000); 0 takes a free one
      --admin HOST:PORT        the admin endpoint (127.0.0.1:9090), or unix:PATH, or none
      --admin-token-file FILE  its token; made where it is missing
      --threads N              event loops (one a core)
      --log-level L            trace, debug, info, warn or error (info)
      --seed N                 the seed of every random choice
      --signatures POLICY      off, warn or require (off)
      --trusted-key FILE       a public key of minisign; may be repeated
      --library-path DIR       where libraries are searched after their manifest's; may be repeated
      --drain-limit SECONDS    how long a shutdown waits for open requests (10)
      --help, --version

    Without --plugins and --config it looks for plugins.d and metis.toml here, then for those that
    it was installed with: the quickstart.

    Exit codes: 0 ended in order; 2 usage or configuration; 3 no usable plugin or transport;
    4 an address is in use; 70 internal. SIGTERM and SIGINT drain, SIGHUP reloads.
    """

  /// Parses the arguments after the program's name. Both `--key value` and `--key=value` are taken.
  public static func parse(_ arguments: [String]) -> Outcome {
    var options = HostOptions()
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      if name == "--help" || name == "-h" { return .print(help) }
      if name == "--version" || name == "-V" { return .print("metis-host \(version)") }
      guard known.contains(name) else {
        return .failure("metis-host: unknown option \(argument); --help lists the options")
      }
      guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
        return .failure("metis-host: \(name) needs a value; --help shows which")
      }
      if let problem = set(name, value, &options) {
        return .failure("metis-host: \(name): \(problem)")
      }
    }
    return .run(options)
  }

  private static let known: Set<String> = [
    "--plugins", "--config", "--transport", "--host", "--port", "--admin", "--admin-token-file",
    "--threads", "--log-level", "--seed", "--signatures", "--trusted-key", "--library-path",
    "--drain-limit",
  ]

  /// Sets one option; returns what is wrong with its value.
  private static func set(
    _ name: String, _ value: String, _ options: inout HostOptions
  ) -> String? {
    switch name {
    case "--plugins": options.plugins = value
    case "--config": options.configurations.append(value)
    case "--transport":
      guard ["http", "stdio"].contains(value) else {
        return "found \(value), expected http or stdio"
      }
      options.transport = value
    case "--host": options.host = value
    case "--port":
      guard let port = UInt16(value) else { return "found \(value), expected 0 to 65535" }
      options.port = port
    case "--admin":
      options.isAdminExplicit = true
      if value == "none" {
        options.admin = nil
      } else {
        guard let address = ListenAddress(value) else {
          return "found \(value), expected HOST:PORT, unix:PATH or none"
        }
        options.admin = address
      }
    case "--admin-token-file": options.adminTokenFile = value
    case "--threads":
      guard let threads = Int(value), (1...64).contains(threads) else {
        return "found \(value), expected 1 to 64"
      }
      options.threads = threads
    case "--log-level":
      guard let level = LogLevel(name: value) else {
        return "found \(value), expected trace, debug, info, warn or error"
      }
      options.logLevel = level
    case "--seed":
      guard let seed = UInt64(value) else { return "found \(value), expected a whole number" }
      options.seed = seed
    case "--signatures":
      guard ["off", "warn", "require"].contains(value) else {
        return "found \(value), expected off, warn or require"
      }
      options.signatures = value
    case "--trusted-key": options.trustedKeys.append(value)
    case "--library-path": options.librarySearchPath.append(value)
    case "--drain-limit":
      guard let seconds = UInt64(value), seconds <= 3600 else {
        return "found \(value), expected 0 to 3600 seconds"
      }
      options.drainLimit = seconds * 1_000_000_000
    default: return "is not known"
    }
    return nil
  }
}
