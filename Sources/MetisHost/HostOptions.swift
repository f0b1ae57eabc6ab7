public import MetisConfig

/// What the command line says; everything else is the configuration's.
public struct HostOptions: Sendable {
  /// The directory of manifests; nil: the configuration's, else ``installedPlugins``.
  public var plugins: String?
  /// The directory of manifests where nobody names one; nil: none.
  public var installedPlugins: String?
  /// Configuration files, merged in order.
  public var configurations: [String] = []
  /// `METIS_ENV`: which overlays are laid over them; nil: none.
  public var environment: String?
  /// `--set KEY=VALUE` in their order, then what other options set.
  public var settings: [ConfigInputs.Setting] = []
  /// Whether `[development]` is on, whatever the configuration says.
  public var isDevelopment = false
  /// `http` or `stdio`; nil: the configuration's.
  public var transport: String?
  /// The address to listen on; nil: the configuration's.
  public var host: String?
  /// The port to listen on, 0 for a free one; nil: the configuration's.
  public var port: UInt16?
  /// Where the admin endpoint listens; nil: nowhere.
  public var admin: ListenAddress? = .tcp(host: "127.0.0.1", port: 9090)
  /// Whether `admin` was asked for: then a place in use is an error, else a warning.
  public var isAdminExplicit = false
  /// The admin token's file; nil: the default place.
  public var adminTokenFile: String?
  /// Event loops; nil: the configuration's, else one a core.
  public var threads: Int?
  /// What is logged; nil: the configuration's.
  public var logLevel: LogLevel?
  /// Of every random choice; nil: a new one each start.
  public var seed: UInt64?
  /// Directories in which libraries are searched after their manifest's; empty: the configuration's.
  public var librarySearchPath: [String] = []
  /// Directories in which libraries are searched after all others.
  public var installedLibraries: [String] = []
  /// How long a shutdown waits for open requests; ns.
  public var drainLimit: UInt64 = 10_000_000_000
  /// What is demanded of signatures: `off`, `warn` or `require`; nil: the configuration's, else off.
  public var signatures: String?
  /// Files with trusted public keys (minisign); empty: the configuration's.
  public var trustedKeys: [String] = []

  /// The defaults.
  public init() {}
}

/// Why a host does not start, with the exit code of the process.
public struct StartError: Error, CustomStringConvertible, Sendable {
  /// 2: usage or configuration; 3: no usable plugin or transport; 4: an address in use; 70: internal.
  public let exitCode: Int32
  /// What was found, what was expected, what to do.
  public let description: String
  /// What is wrong with the configuration, located; empty where it is something else.
  public let diagnostics: [ConfigError]

  init(_ exitCode: Int32, _ description: String, diagnostics: [ConfigError] = []) {
    self.exitCode = exitCode
    self.description = description
    self.diagnostics = diagnostics
  }
}
