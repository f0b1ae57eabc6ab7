import JSON

extension Configuration {
  /// The values in `root`, a merged and substituted tree of settings, that a host reads only when it
  /// starts: what ``restartKeys`` holds.
  static func restartKeys(of root: ConfigValue) -> [String: String] {
    var keys: [String: String] = [:]
    collect(root, .root, path: "", isRestart: false, into: &keys)
    return keys
  }

  private static func collect(
    _ value: ConfigValue, _ table: TableDeclaration, path: String, isRestart: Bool,
    into keys: inout [String: String]
  ) {
    for entry in value.table ?? [] {
      let path = path.isEmpty ? entry.key : "\(path).\(entry.key)"
      guard let declared = table[entry.key] else {
        if isRestart { keys[path] = entry.value.toJSON().description }
        continue
      }
      let isRestart = isRestart || declared.effect == .restart
      if case .table(let own) = declared.kind, entry.value.table != nil {
        collect(entry.value, own, path: path, isRestart: isRestart, into: &keys)
      } else if isRestart {
        keys[path] = entry.value.toJSON().description
      }
    }
  }
}
