import JSON
import MetisConfig

/// Settings that a host reads only when it starts, as text by their keys.
struct RestartKeys: Sendable, Hashable {
  private var values: [String: String] = [:]

  /// Those of a configuration, but for what the command line decides.
  init(_ configuration: Configuration, _ options: HostOptions) {
    let section = configuration.transport.section
    add(section.path, section.value)
    values["server.transport.type"] = configuration.transport.type
    values["server.port"] = "\(configuration.listenPort)"
    values["server.host"] = configuration.server.host
    values["server.performance.loops"] = configuration.performance.loops.map { "\($0)" } ?? "auto"
    values["server.performance.worker_threads"] =
      configuration.performance.workerThreads.map { "\($0)" } ?? "auto"
    values["logging.output"] = "\(configuration.logging.output)"
    add("plugins", configuration.plugins, options)
    if options.transport != nil { values["server.transport.type"] = nil }
    if options.host != nil { values["server.host"] = nil }
    if options.port != nil { values["server.port"] = nil }
    if options.threads != nil { values["server.performance.loops"] = nil }
  }

  private mutating func add(
    _ path: String, _ plugins: PluginSettings, _ options: HostOptions
  ) {
    let text = { (list: [String]) in list.isEmpty ? nil : list.joined(separator: ", ") }
    if options.plugins == nil { values["\(path).directory"] = plugins.directory }
    values["\(path).library_path"] = text(plugins.libraryPath)
    values["\(path).signatures"] = plugins.signatures?.rawValue
    values["\(path).trusted_keys"] = text(plugins.trustedKeys)
  }

  /// Every single value below `path`.
  private mutating func add(_ path: String, _ value: ConfigValue) {
    guard let entries = value.table else {
      values[path] = String(decoding: value.toJSON().jsonBytes(), as: UTF8.self)
      return
    }
    for entry in entries {
      let key = "\(path).\(entry.key)"
      if SecretRules.isSecretName(entry.key) {
        values[key] = "***"
      } else {
        add(key, entry.value)
      }
    }
  }

  /// `server.port: 3000 → 3001` for each that differs, in the order of the keys.
  func differences(to now: RestartKeys) -> [String] {
    Set(values.keys).union(now.values.keys).sorted().compactMap { key in
      let (old, new) = (values[key], now.values[key])
      return old == new ? nil : "\(key): \(old ?? "not set") → \(new ?? "not set")"
    }
  }
}
