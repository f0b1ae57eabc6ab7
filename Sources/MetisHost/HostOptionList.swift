import MetisConfig

/// An option of the host: how it is written and explained, and what it does to ``HostOptions``.
struct HostOption: Sendable {
  /// How it is written.
  var syntax: CommandSyntax.Option

  /// The key of a configuration that it sets as well; nil for none.
  var key: String?

  /// Takes the value over; returns what is wrong with it. An empty value for an option without one.
  var apply: @Sendable (String, inout HostOptions) -> String?

  init(
    _ syntax: CommandSyntax.Option, key: String? = nil,
    _ apply: @escaping @Sendable (String, inout HostOptions) -> String?
  ) {
    self.syntax = syntax
    self.key = key
    self.apply = apply
  }
}

extension HostOption {
  /// All options but `--validate`, `--json`, `--version` and `--help`, in the order of the help.
  static let all: [HostOption] = [
    HostOption(
      .init(
        "--config", short: "c", value: "FILE", kind: .file, isRepeatable: true,
        "A configuration; several are laid over each other in their order.")
    ) { value, options in
      options.configurations.append(value)
      return nil
    },
    HostOption(
      .init(
        "--set", value: "KEY=VALUE", isRepeatable: true,
        "One setting over the files: server.port=3001. The value is TOML, else a text.")
    ) { value, options in
      guard let setting = setting(value) else {
        return "found \(value), expected KEY=VALUE: server.port=3001"
      }
      options.settings.append(setting)
      return nil
    },
    HostOption(
      .init("--host", short: "H", value: "HOST", "The address to listen on (127.0.0.1)."),
      key: "server.host"
    ) { value, options in
      options.host = value
      return nil
    },
    HostOption(
      .init(
        "--port", short: "p", value: "PORT", "The port to listen on (3000); 0 takes a free one."),
      key: "server.port"
    ) { value, options in
      guard let port = UInt16(value) else { return "found \(value), expected 0 to 65535" }
      options.port = port
      return nil
    },
    HostOption(
      .init(
        "--transport", short: "t", value: "TRANSPORT", kind: .choice(["http", "stdio"]),
        "How clients connect: http (the default) or stdio."),
      key: "server.transport.type"
    ) { value, options in
      options.transport = value
      return nil
    },
    HostOption(
      .init(
        "--log-level", short: "l", value: "LEVEL",
        kind: .choice(["trace", "debug", "info", "warn", "error"]),
        "What is logged at least: trace, debug, info (the default), warn or error."),
      key: "logging.level"
    ) { value, options in
      options.logLevel = LogLevel(name: value)
      return nil
    },
    HostOption(
      .init("--dev", short: "d", "Development: turns the table [development] on."),
      key: "development.enabled"
    ) { _, options in
      options.isDevelopment = true
      return nil
    },
    HostOption(
      .init(
        "--plugins", value: "DIR", kind: .directory, "The folder of plugin manifests (plugins.d).")
    ) { value, options in
      options.plugins = value
      return nil
    },
    HostOption(
      .init(
        "--admin", value: "ADDRESS",
        "The admin endpoint: HOST:PORT (127.0.0.1:9090), unix:PATH or none.")
    ) { value, options in
      options.isAdminExplicit = true
      options.admin = ListenAddress(value)
      guard options.admin != nil || value == "none" else {
        return "found \(value), expected HOST:PORT, unix:PATH or none"
      }
      return nil
    },
    HostOption(
      .init(
        "--admin-token-file", value: "FILE", kind: .file,
        "Its token; made where the file is missing.")
    ) { value, options in
      options.adminTokenFile = value
      return nil
    },
    HostOption(
      .init("--threads", value: "N", "Event loops, 1 to 64 (one a core)."),
      key: "server.performance.loops"
    ) { value, options in
      guard let threads = Int(value), (1...64).contains(threads) else {
        return "found \(value), expected 1 to 64"
      }
      options.threads = threads
      return nil
    },
    HostOption(
      .init("--seed", value: "N", "The seed of every random choice (a new one each start).")
    ) { value, options in
      guard let seed = UInt64(value) else { return "found \(value), expected a whole number" }
      options.seed = seed
      return nil
    },
    HostOption(
      .init(
        "--signatures", value: "POLICY", kind: .choice(["off", "warn", "require"]),
        "What is demanded of libraries: off (the default), warn or require.")
    ) { value, options in
      options.signatures = value
      return nil
    },
    HostOption(
      .init(
        "--trusted-key", value: "FILE", kind: .file, isRepeatable: true, "A public key of minisign."
      )
    ) { value, options in
      options.trustedKeys.append(value)
      return nil
    },
    HostOption(
      .init(
        "--library-path", value: "DIR", kind: .directory, isRepeatable: true,
        "Where libraries are searched after their manifest's folder.")
    ) { value, options in
      options.librarySearchPath.append(value)
      return nil
    },
    HostOption(
      .init(
        "--drain-limit", value: "SECONDS",
        "How long a shutdown waits for open requests, 0 to 3600 (10).")
    ) { value, options in
      guard let seconds = UInt64(value), seconds <= 3600 else {
        return "found \(value), expected 0 to 3600 seconds"
      }
      options.drainLimit = seconds * 1_000_000_000
      return nil
    },
  ]

  /// `KEY=VALUE` of `--set`; nil where there is no key.
  private static func setting(_ text: String) -> ConfigInputs.Setting? {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
    return ConfigInputs.Setting(
      key: String(text[..<equals]), value: String(text[text.index(after: equals)...]),
      origin: "--set \(text)")
  }
}
