import MetisConfig

extension HostOptions {
  /// What a start with `configuration` would read that a reload does not, but for what the command
  /// line decides.
  func restartKeys(of configuration: Configuration) -> RestartKeys {
    var keys = configuration.restartKeys
    let decided: [(Bool, [String])] = [
      (transport != nil, ["server.transport.type"]), (host != nil, ["server.host"]),
      (port != nil, ["server.port", "server.transport.http_port"]),
      (threads != nil, ["server.performance.loops"]), (plugins != nil, ["plugins.directory"]),
      (!librarySearchPath.isEmpty, ["plugins.library_path"]),
      (signatures != nil, ["plugins.signatures"]), (!trustedKeys.isEmpty, ["plugins.trusted_keys"]),
    ]
    for path in decided.filter(\.0).flatMap(\.1) { keys.remove(path) }
    return keys
  }
}
