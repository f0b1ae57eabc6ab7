/// What holds for definitions that say nothing themselves, from the farthest to the nearest:
/// `[defaults]`, `[defaults.<kind>]`, `[groups.<name>]`. Values keep the places they come from.
public struct DefinitionDefaults {
  /// A kind of definitions.
  public enum Kind: String, Sendable, CaseIterable {
    case tool
    /// Resources and templates of them.
    case resource
    case prompt

    /// `tools`, `resources`, `prompts`.
    var plural: String { "\(rawValue)s" }

    /// What `[defaults.<kind>]` may hold.
    var declaration: TableDeclaration {
      switch self {
      case .tool: .toolDefaults
      case .resource: .resourceDefaults
      case .prompt: .promptDefaults
      }
    }
  }

  private var report: ConfigReport
  /// All layers of a kind in one, without a group.
  private var plain: [Kind: ConfigValue] = [:]
  /// The same with each group.
  private var grouped: [Kind: [String: ConfigValue]] = [:]
  private let groups: [String]

  /// The defaults of the configuration `root`. Checks what declarations do not say about them.
  init(_ root: ConfigValue, report: ConfigReport) {
    self.report = report
    groups = root["groups"]?.table?.map(\.key) ?? []
    guard root["defaults"] != nil || !groups.isEmpty else { return }
    for kind in Kind.allCases {
      let own = root["defaults"]?[kind.plural]?["group"]
      if let own { checkGroup(own, path: "defaults.\(kind.plural).group") }
      plain[kind] = Self.combined(Self.layers(for: kind, group: nil, root: root), kind)
      for group in groups {
        grouped[kind, default: [:]][group] = Self.combined(
          Self.layers(for: kind, group: group, root: root), kind)
      }
    }
    checkBehaviors(root)
  }

  /// The same, with what is wrong with definitions reported to `report`.
  func reporting(to report: ConfigReport) -> DefinitionDefaults {
    var defaults = self
    defaults.report = report
    return defaults
  }

  /// What holds for a definition of `kind` with `group = "<group>"`, the farthest first, each with
  /// the name of its table and what of it the kind has. `group` nil: that of `[defaults.<kind>]`.
  /// `root`: a merged configuration.
  public static func layers(
    for kind: Kind, group: String?, root: ConfigValue
  ) -> [(name: String, value: ConfigValue)] {
    let own = root["defaults"]?[kind.plural]
    var layers: [(name: String, value: ConfigValue)] = []
    let add = { (name: String, value: ConfigValue?) in
      guard let value, let part = part(of: value, kind.declaration) else { return }
      layers.append((name, part))
    }
    add("defaults", root["defaults"])
    add("defaults.\(kind.plural)", own)
    if let group = group ?? own?["group"]?.string {
      add("groups.\(group)", root["groups"]?[group])
    }
    return layers
  }

  /// `definition` with what holds where it says nothing. `path` is its key path.
  func apply(to definition: ConfigValue, _ kind: Kind, path: String) -> ConfigValue {
    guard definition.table != nil else { return definition }
    refuseTwoBehaviors(definition, path: path)
    var defaults = plain[kind]
    if let group = definition["group"] {
      checkGroup(group, path: path.isEmpty ? "group" : "\(path).group")
      defaults = group.string.flatMap { grouped[kind]?[$0] } ?? defaults
    }
    guard let defaults else { return definition }
    return Self.lay(definition, over: defaults, kind.declaration)
  }

  /// `nearer` over `farther`, both of them tables that `declaration` describes: of each key the
  /// nearer counts, tables with known keys are laid over each other key by key.
  static func lay(
    _ nearer: ConfigValue, over farther: ConfigValue, _ declaration: TableDeclaration
  ) -> ConfigValue {
    guard var entries = nearer.table, let others = farther.table else { return nearer }
    for other in others {
      let slot = slot(of: other.key, declaration)
      guard let index = entries.firstIndex(where: { Self.slot(of: $0.key, declaration) == slot })
      else {
        entries.append(other)
        continue
      }
      if case .table(let own)? = declaration[other.key]?.kind {
        entries[index].value = lay(entries[index].value, over: other.value, own)
      }
    }
    var result = nearer
    result.content = .table(entries)
    return result
  }

  /// The name that stands for all spellings of a key. A rate of successes is one of errors, said
  /// the other way round.
  private static func slot(of key: String, _ declaration: TableDeclaration) -> String {
    if key == "success_rate" { return "error_rate" }
    return declaration[key]?.aliasOf ?? key
  }

  private static func combined(
    _ layers: [(name: String, value: ConfigValue)], _ kind: Kind
  ) -> ConfigValue? {
    guard let first = layers.first else { return nil }
    return layers.dropFirst().reduce(first.value) { lay($1.value, over: $0, kind.declaration) }
  }

  /// The keys of `value` that `declaration` has, also in the tables below; nil where there is none.
  private static func part(
    of value: ConfigValue, _ declaration: TableDeclaration
  ) -> ConfigValue? {
    guard let entries = value.table else { return nil }
    let own = entries.compactMap { entry -> ConfigEntry? in
      guard let key = declaration[entry.key] else { return nil }
      guard case .table(let below) = key.kind else { return entry }
      var entry = entry
      guard let part = Self.part(of: entry.value, below) else { return nil }
      entry.value = part
      return entry
    }
    if own.isEmpty { return nil }
    var part = value
    part.content = .table(own)
    return part
  }

  /// What is wrong with a behaviour of defaults is told where it stands, once.
  private func checkBehaviors(_ root: ConfigValue) {
    var tables: [(String, ConfigValue?)] = [("defaults", root["defaults"])]
    tables += Kind.allCases.map { ("defaults.\($0.plural)", root["defaults"]?[$0.plural]) }
    tables += groups.map { ("groups.\($0)", root["groups"]?[$0]) }
    for (name, table) in tables {
      guard let behavior = table?["behavior"] else { continue }
      let reader = TableReader(behavior, path: "\(name).behavior", .behavior, report: report)
      _ = reader.map(BehaviorSettings.decode)
    }
  }

  private func checkGroup(_ value: ConfigValue, path: String) {
    guard let name = value.string, !name.isEmpty, !groups.contains(name) else { return }
    let near = value.isSubstituted ? nil : nearest(to: name, among: groups)
    let known =
      groups.isEmpty ? "there is no table [groups.<name>]" : groups.joined(separator: ", ")
    report.error(
      "unknown group", at: value.place, path: path,
      hint: near.map { "did you mean \"\($0)\"?" } ?? "known here: \(known)")
  }

  private func refuseTwoBehaviors(_ definition: ConfigValue, path: String) {
    guard let beside = definition["behavior"]?.table, let own = definition["mock"]?["behavior"]
    else { return }
    for entry in beside where own[entry.key] != nil {
      report.error(
        "found here and in mock.behavior", at: entry.place,
        path: (path.isEmpty ? "" : path + ".") + "behavior.\(entry.key)",
        hint: "keep one of the two")
    }
  }
}
