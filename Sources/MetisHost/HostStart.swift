import Glibc
import MetisConfig

/// The pieces of starting a ``Host`` that decide nothing about serving.
extension Host {
  /// Cores that this process may use.
  static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  static func makeLog(
    _ options: HostOptions, _ configuration: Configuration, _ clock: any HostClock
  ) throws(StartError) -> Log {
    let settings = configuration.logging
    let level = options.logLevel ?? LogLevel(name: settings.level.rawValue) ?? .info
    let format = LogFormat(rawValue: settings.format.rawValue) ?? .pretty
    switch settings.output {
    case .file(let path):
      do {
        return Log(
          level: level, format: format, sink: try DescriptorLogSink(path: path), clock: clock)
      } catch {
        throw StartError(2, "\(error)")
      }
    case .stderr, .stdout:
      return Log(level: level, format: format, sink: DescriptorLogSink(), clock: clock)
    }
  }

  /// Discovers and loads; a failure stays with its plugin.
  static func loadPlugins(_ registry: PluginRegistry, from directory: String?, _ log: Log) {
    registry.report = { notice in
      switch notice {
      case .signature(let id, let file, let state):
        log.warn("signature of \(id) (\(file)): \(state)")
      case .drainLimit(let id, let number, let calls, let seconds):
        log.warn(
          "generation \(number) of \(id) still holds \(calls) calls after \(seconds) s of draining")
      case .retired(let id, let number, let isMapped):
        log.debug(
          "generation \(number) of \(id) is retired\(isMapped ? "; its image stays mapped" : "")")
      case .failure(let error): log.error(error.description)
      }
    }
    guard let directory else { return }
    do {
      try registry.discover(directory)
    } catch {
      log.error(error.description)
    }
    registry.loadAll()
    for record in registry.records {
      if let failure = record.failure {
        log.error(failure.description)
      } else if let current = record.current {
        log.debug("loaded \(current.id) \(current.descriptor.version)")
      }
    }
  }
}

extension HostServices: PluginContextProvider {
  func makeContext(
    id: String, grants: Set<String>, secrets: [String: String]
  ) -> any PluginContextHandle {
    PluginContext(id: id, grants: grants, secrets: secrets, services: self)
  }
}

extension PluginContext: PluginContextHandle {}

extension Host {
  /// A variable of the process's environment.
  static func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// `path` against the working directory.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    guard let folder = getcwd(nil, 0) else { return "/" + path }
    defer { free(folder) }
    return FileNames.join(String(cString: folder), path)
  }
}
