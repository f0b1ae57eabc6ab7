/// Reads a configuration again and again. Keeps what it read of files that did not change, so that
/// a reload costs what changed. One thread at a time.
public final class ConfigLoader {
  /// Where the configuration comes from.
  public let inputs: ConfigInputs

  /// What to watch: of the last ``load()``, also of one that failed.
  public private(set) var watched = WatchedPaths()

  private let variable: ((String) -> String?)?

  /// A loader; `variable` looks up the environment, nil for the process's own.
  public init(_ inputs: ConfigInputs, variable: ((String) -> String?)? = nil) {
    self.inputs = inputs
    self.variable = variable
  }

  /// Reads all that changed since the last time. Throws every error that was found.
  public func load() throws(ConfigErrors) -> Configuration {
    watched.files = Set(inputs.files)
    var configuration = try Configuration.load(inputs.files, environment: variable)
    watched.files = Set(configuration.files)
    configuration.sources = configuration.files.map { file in
      ConfigSourceFile(path: file, bytes: (try? FilePath.read(file, limit: 1 << 24)) ?? [])
    }
    return configuration
  }

  /// Reads the files as they were.
  public func load(frozen: [ConfigSourceFile]) throws(ConfigErrors) -> Configuration {
    FilePath.frozen = Dictionary(uniqueKeysWithValues: frozen.map { ($0.path, $0.bytes) })
    defer { FilePath.frozen = nil }
    var configuration = try Configuration.load(inputs.files, environment: variable)
    configuration.sources = frozen
    return configuration
  }

  /// The merged tree.
  public func effective(frozen: [ConfigSourceFile]? = nil) throws(ConfigErrors) -> ConfigValue {
    FilePath.frozen = frozen.map {
      Dictionary(uniqueKeysWithValues: $0.map { ($0.path, $0.bytes) })
    }
    defer { FilePath.frozen = nil }
    var merged = ConfigValue(.table([]), at: ConfigPlace(file: ""))
    for file in inputs.files { merged = merged.merged(with: try ConfigSource.read(file)) }
    return merged
  }
}
