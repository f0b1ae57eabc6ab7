/// What the declarations say of a key path.
struct DeclaredKey {
  /// The key's declaration; nil where it has none.
  private(set) var key: KeyDeclaration?

  /// Whether keys without a declaration may stand there: they belong to a plugin, or to anybody.
  private(set) var isOpen = false

  /// Why the path leads nowhere, and what was probably meant.
  private(set) var fault: String?
  private(set) var hint: String?

  /// Follows `steps` from the top.
  init(_ steps: some Collection<ConfigKeyPath.Step>) {
    var kind = KeyDeclaration.Kind.table(.root)
    for step in steps {
      key = nil
      guard let next = follow(step, in: kind) else { return }
      kind = next
    }
  }

  /// The kind of what `step` leads to; nil where it is not known.
  private mutating func follow(
    _ step: ConfigKeyPath.Step, in kind: KeyDeclaration.Kind
  ) -> KeyDeclaration.Kind? {
    switch (kind, step) {
    case (.oneOf(let kinds), _):
      for kind in kinds {
        if let next = follow(step, in: kind) { return next }
        if isOpen { return nil }
      }
      return nil
    case (.table(let table), .key(let name)): return enter(table, name)
    case (.tables(let table), .index), (.tables(let table), .match): return .table(table)
    case (.array(let kind), .index), (.array(let kind), .match), (.map(let kind), .key):
      return kind
    case (.section, _), (.any, _):
      isOpen = true
      return nil
    default:
      fault = "\(ConfigKeyPath.text([step])) leads into a value without keys"
      return nil
    }
  }

  private mutating func enter(_ table: TableDeclaration, _ name: String) -> KeyDeclaration.Kind? {
    if let declared = table[name] {
      key = declared
      fault = nil
      return declared.kind
    }
    switch table.others {
    case .plugin:
      isOpen = true
      return nil
    case .each(let kind): return kind
    case .refused:
      let names = table.keys.map(\.name)
      fault = "unknown key \(name)"
      hint =
        nearest(to: name, among: names).map { "did you mean \"\($0)\"?" }
        ?? "known here: \(names.sorted().joined(separator: ", "))"
      return nil
    }
  }
}
