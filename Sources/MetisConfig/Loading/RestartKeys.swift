import JSON

/// What is set of keys that a host reads only when it starts: those that are declared so. A change of
/// one of them needs a restart.
public struct RestartKeys: Sendable, Hashable {
  /// Values as JSON by their key paths, older spellings under the present ones.
  private var values: [String: String] = [:]

  /// Nothing is set.
  public init() {}

  /// Those in `root`, a merged and substituted tree of settings.
  init(_ root: ConfigValue) { collect(root, .root, path: "", isRestart: false) }

  /// The value at a key path, as JSON; nil where it is not set.
  public subscript(path: String) -> String? { values[path] }

  /// Forgets the value at `path` and all below it: something else decides there.
  public mutating func remove(_ path: String) {
    values = values.filter { $0.key != path && !$0.key.hasPrefix("\(path).") }
  }

  /// `server.port: 3000 → 3001` for each that differs in `now`, in the order of the paths. What is
  /// declared stands for what is not set; of secrets nothing is told but that they differ.
  public func differences(to now: RestartKeys) -> [String] {
    Set(values.keys).union(now.values.keys).sorted().compactMap { path in
      let fallback = (try? ConfigKeyPath(path)).flatMap { DeclaredKey($0.steps).key?.fallback }
      let (old, new) = (values[path] ?? fallback, now.values[path] ?? fallback)
      guard old != new else { return nil }
      if SecretRules.isSecret(path: path) { return "\(path): another value" }
      return "\(path): \(old ?? "not set") → \(new ?? "not set")"
    }
  }

  private mutating func collect(
    _ value: ConfigValue, _ table: TableDeclaration?, path: String, isRestart: Bool
  ) {
    for entry in value.table ?? [] {
      let declared = table?[entry.key]
      let isRestart = isRestart || declared?.effect == .restart
      let name = declared?.aliasOf ?? entry.key
      let key = ConfigKeyPath.text([.key(name)])
      let path = path.isEmpty ? key : "\(path).\(key)"
      if let entries = entry.value.table, !entries.isEmpty {
        let own: TableDeclaration? = if case .table(let own)? = declared?.kind { own } else { nil }
        guard own != nil || isRestart else { continue }
        collect(entry.value, own, path: path, isRestart: isRestart)
      } else if isRestart {
        values[path] = entry.value.toJSON().description
      }
    }
  }
}
