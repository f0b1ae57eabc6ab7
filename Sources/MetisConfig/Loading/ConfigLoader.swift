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
    let configuration = try Configuration.load(inputs.files, environment: variable)
    watched.files = Set(configuration.files)
    return configuration
  }
}
