import MCP
public import MetisConfig

/// What a host would find wrong with its inputs before it serves.
public struct HostValidation: Sendable {
  /// What refuses the configuration, file by file from top to bottom.
  public var errors: [ConfigError] = []

  /// What has no effect, or probably not the one that was meant.
  public var warnings: [ConfigError] = []

  /// Plugins that do not load, and why. A host starts without them.
  public var pluginFailures: [PluginError] = []

  /// What else keeps a host from starting: a key of signatures that cannot be read, a filter that
  /// refuses its manifest.
  public var failure: StartError?

  /// Whether a host starts with these inputs, its addresses aside.
  public var isValid: Bool { errors.isEmpty && failure == nil }

  /// What was checked; nil where it could not be read.
  public var configuration: Configuration?

  /// Nothing found so far.
  public init() {}
}

extension Host {
  /// Does what a start does up to the composition, and takes it down again: reads the configuration,
  /// loads the plugins, checks all sections, makes the instances of strategies and authentications.
  /// Opens no socket; writes no file but the copies of libraries that every load makes, which are
  /// gone when this returns. [any-thread]
  public static func validate(_ options: HostOptions) -> HostValidation {
    var validation = HostValidation()
    let clock = SystemClock()
    let control: ControlThread
    do {
      control = try ControlThread(clock: clock)
    } catch {
      validation.failure = StartError(70, "the control thread does not start: \(error)")
      return validation
    }
    defer { control.stop() }
    return control.sync {
      let inputs = ConfigInputs(
        options.configurations, environment: options.environment, settings: options.settings)
      do throws(ConfigErrors) {
        validation.configuration = try ConfigLoader(inputs).load()
      } catch {
        validation.errors = error.errors
        validation.warnings = error.warnings
      }
      do throws(StartError) {
        try validation.compose(options, clock)
      } catch {
        validation.failure = error
      }
      return validation
    }
  }
}

extension HostValidation {
  /// Loads the plugins and composes; nothing of it is left. [main-thread]
  fileprivate mutating func compose(
    _ options: HostOptions, _ clock: any HostClock
  ) throws(StartError) {
    // What plugins log while they are tried is for nobody.
    let log = Log(level: .error, sink: DiscardedLines(), clock: clock)
    let services = HostServices(log: log, clock: clock)
    // Of a configuration that cannot be read nothing is known: then what was found counts.
    let places = PluginPlaces(options, configuration?.plugins ?? PluginSettings())
    let registryOptions = try places.registryOptions()
    let registry: PluginRegistry
    do {
      registry = try PluginRegistry(options: registryOptions, contexts: services)
    } catch {
      throw StartError(70, error.description)
    }
    defer { registry.shutDown() }
    if let directory = places.directory {
      do {
        try registry.discover(directory)
      } catch {
        pluginFailures.append(error)
      }
      registry.loadAll()
      pluginFailures += registry.records.compactMap(\.failure)
    }
    guard let configuration else { return }
    warnings += configuration.warnings
    checkTransport(options, configuration, registry.active)
    do {
      let composition = try Composition(
        configuration, active: registry.active, before: nil,
        context: Composition.Context(
          seed: options.seed ?? 0, inlineThreads: 1, workers: 1, number: 1))
      warnings = (warnings + composition.issues).inOrder(of: configuration)
      composition.abandon()
    } catch {
      switch error {
      case .configuration(let found): errors += found
      case .plugin(let problem): failure = StartError(2, problem.description)
      }
    }
    errors = errors.inOrder(of: configuration)
  }

  /// A host without its transport does not start.
  private mutating func checkTransport(
    _ options: HostOptions, _ configuration: Configuration, _ active: [PluginGeneration]
  ) {
    let name = options.transport ?? configuration.transport.type
    let transports = active.filter { $0.transport != nil }.flatMap(\.descriptor.provides).sorted()
    guard !transports.contains(name) else { return }
    let near = nearest(to: name, among: transports).map { "did you mean \"\($0)\"?" }
    errors.append(
      ConfigError(
        at: options.transport == nil
          ? configuration.transport.section(of: name).value.place
          : ConfigPlace(file: "--transport"),
        keyPath: options.transport == nil ? "server.transport.type" : "",
        message: "no active plugin provides the transport \"\(name)\"",
        hint: near
          ?? (transports.isEmpty
            ? "no plugin provides a transport; look at --plugins or [plugins]"
            : "installed: \(transports.joined(separator: ", "))")))
  }
}

/// Takes lines and forgets them.
private final class DiscardedLines: LogSink {
  func write(_ line: UnsafeRawBufferPointer) -> Bool { true }
  func reopen() throws(LogSinkError) {}
  var isTerminal: Bool { false }
}
