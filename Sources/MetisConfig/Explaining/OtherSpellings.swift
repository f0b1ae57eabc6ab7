/// Other key paths that say what one says, or decide in its place.
struct OtherSpellings {
  /// The other paths, each once.
  private(set) var paths: [[ConfigKeyPath.Step]] = []

  /// Those of `steps`. `strategy`: what answers the definition that they lead into; nil where they
  /// lead into none, or nothing is said.
  init(of steps: [ConfigKeyPath.Step], strategy: String?) {
    var all = [steps]
    let add = { (path: [ConfigKeyPath.Step]) in if !all.contains(path) { all.append(path) } }
    if case .key(let first)? = steps.first, DefinitionKind(rawValue: first) != nil {
      Self.besideMock(steps, strategy).forEach(add)
    }
    for path in all { Self.renamed(path).forEach(add) }
    paths = Array(all.dropFirst())
  }

  /// What a definition may say beside its mock or in it, and a mock beside the strategy's own table
  /// or in it.
  private static func besideMock(
    _ steps: [ConfigKeyPath.Step], _ strategy: String?
  ) -> [[ConfigKeyPath.Step]] {
    let (definition, inside) = (Array(steps.prefix(2)), Array(steps.dropFirst(2)))
    guard let first = inside.first else { return [] }
    let common: [ConfigKeyPath.Step] = [.key("behavior"), .key("seed"), .key("timeout_ms")]
    if common.contains(first) { return [definition + [.key("mock")] + inside] }
    guard first == .key("mock"), inside.count > 1 else { return [] }
    let below = inside.dropFirst()
    if common.contains(inside[1]) { return [definition + below] }
    guard let strategy, inside[1] != .key("strategy") else { return [] }
    if inside[1] == .key(strategy) {
      return below.count > 1 ? [definition + [first] + below.dropFirst()] : []
    }
    return [definition + [first, .key(strategy)] + below]
  }

  /// The same path by older or shorter names of its keys; a rate of successes for one of errors.
  private static func renamed(_ steps: [ConfigKeyPath.Step]) -> [[ConfigKeyPath.Step]] {
    var found: [[ConfigKeyPath.Step]] = []
    var cursor = DeclarationCursor(.root)
    for (index, step) in steps.enumerated() {
      guard case .key(let name) = step else {
        cursor = cursor.element
        continue
      }
      for table in cursor.tables {
        let main = table[name]?.aliasOf ?? name
        var names = table.keys.filter { $0.name == main || $0.aliasOf == main }.map(\.name)
        let rates = ["success_rate", "error_rate"]
        if rates.contains(name), rates.allSatisfy({ table[$0] != nil }) { names += rates }
        for other in names where other != name {
          var path = steps
          path[index] = .key(other)
          found.append(path)
        }
      }
      cursor = cursor.entry(name)
    }
    return found
  }
}
