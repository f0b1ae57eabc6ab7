import MetisConfig

/// Settings that a host reads only when it starts, as text by their keys.
struct RestartKeys: Sendable, Hashable {
  private let values: [String: String]

  /// Those of a configuration, but for what the command line decides.
  init(_ configuration: Configuration, _ options: HostOptions) {
    var values: [String: String] = [:]
    if options.transport == nil { values["server.transport.type"] = configuration.transport.type }
    if options.host == nil { values["server.host"] = configuration.server.host }
    if options.port == nil { values["server.port"] = "\(configuration.listenPort)" }
    if options.threads == nil {
      values["server.performance.loops"] = configuration.performance.loops.map { "\($0)" } ?? "auto"
    }
    values["server.performance.worker_threads"] =
      configuration.performance.workerThreads.map { "\($0)" } ?? "auto"
    self.values = values
  }

  /// `server.port: 3000 → 3001` for each that differs, in the order of the keys.
  func differences(to now: RestartKeys) -> [String] {
    Set(values.keys).union(now.values.keys).sorted().compactMap { key in
      let (old, new) = (values[key], now.values[key])
      return old == new ? nil : "\(key): \(old ?? "not set") → \(new ?? "not set")"
    }
  }
}
