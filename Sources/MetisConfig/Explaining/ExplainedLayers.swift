import JSON

extension ConfigExplanation {
  /// Explains `key`: `server.port`, `tools.greet.timeout_ms`, `tools[2].mock.strategy`, `logging`.
  /// `isSecret` tells for a key path whether its value is to be masked. The configuration need not
  /// be right; it has to be readable. Throws what is not, and a key that nothing knows.
  public static func explain(
    key: String, inputs: ConfigInputs, variable: ((String) -> String?)? = nil,
    isSecret: @escaping (String) -> Bool = { _ in false }
  ) throws(ConfigErrors) -> ConfigExplanation {
    let layers = try ExplainedLayers(inputs, variable: variable ?? environmentVariable)
    return try layers.explain(key, isSecret: isSecret)
  }
}

/// The layers of a configuration, each by itself.
struct ExplainedLayers {
  /// A layer in which a key path of the whole configuration can be looked up.
  private struct Source {
    var origin: ConfigExplanation.Origin
    var name: String
    var root: ConfigValue
  }

  /// Settings, overlays and files, the highest first.
  private var sources: [Source] = []
  private let effective: EffectiveTree

  init(_ inputs: ConfigInputs, variable: @escaping (String) -> String?) throws(ConfigErrors) {
    let report = ConfigReport()
    let files = LayerFiles(inputs, in: .disk, report: report)
    let substitution = Substitution(variable: variable, report: ConfigReport())
    var stored: [StoredFile] = []
    for file in files.files {
      do throws(ConfigErrors) {
        try ConfigSource.refuseOtherFormats(file.name)
        stored.append(try ConfigStorage.disk.read(file.path, named: file.name, known: nil))
      } catch {
        report.add(error)
      }
    }
    guard report.isGood else { throw Self.errors(report) }
    let tree = LayeredTree(files.files, stored, settings: inputs.settings, report: report)
    effective = EffectiveTree(tree, in: .disk, variable: variable, report: report)
    guard report.isGood else { throw Self.errors(report) }
    let overlays = Set(files.overlays.map(FileKey.init))
    let given = Set(inputs.files.map { FileKey(FilePath.absolute($0)) })
    for (file, content) in zip(files.files, stored) {
      var single = LayeredTree([file], [content], settings: [], report: ConfigReport()).whole
      single = substitution.apply(to: single, path: "")
      let key = FileKey(file.path)
      let isOverlay = overlays.contains(key) && !given.contains(key)
      sources.insert(
        Source(origin: isOverlay ? .overlay : .file, name: file.name, root: single), at: 0)
    }
    let settings = SettingLayers(
      report: report, directory: FilePath.absolute(FilePath.workingDirectory()))
    for setting in inputs.settings {
      guard let value = settings.tree(of: setting, over: effective.root) else { continue }
      sources.insert(
        Source(
          origin: .setting, name: setting.origin, root: substitution.apply(to: value, path: "")),
        at: 0)
    }
  }

  private static func errors(_ report: ConfigReport) -> ConfigErrors {
    ConfigErrors(errors: report.errors(in: []), warnings: report.warnings(in: []))
  }

  /// What a key path leads to.
  private struct Target {
    /// The steps, definitions by what tells them apart.
    var steps: [ConfigKeyPath.Step]
    /// The kind of the definition that it leads into, with its effective table.
    var definition: (kind: DefinitionKind, value: ConfigValue)?

    /// The steps inside the definition.
    var inside: ArraySlice<ConfigKeyPath.Step> { steps.dropFirst(2) }
  }

  func explain(
    _ key: String, isSecret: @escaping (String) -> Bool
  ) throws(ConfigErrors) -> ConfigExplanation {
    let steps: [ConfigKeyPath.Step]
    do {
      steps = try ConfigKeyPath(key).steps
    } catch {
      throw Self.error(key, "not a key path: \(error.message)", hint: nil)
    }
    let target = try target(steps, key)
    let declared = DeclaredKey(target.steps)
    let path = ConfigKeyPath.text(target.steps)
    let inForce = effective.root.value(at: target.steps)
    let shown = { (value: ConfigValue) in
      Self.masked(value, path, isSecret).toJSON().description
    }
    var layers = found(target, shown)
    if layers.isEmpty, declared.key == nil, !declared.isOpen {
      throw Self.error(key, declared.fault ?? "nothing knows this key", hint: declared.hint)
    }
    let strategy = target.definition?.value["mock"]?["strategy"]?.string
    let others = OtherSpellings(of: target.steps, strategy: strategy).paths.compactMap { steps in
      effective.root.value(at: steps).map { value in
        let path = ConfigKeyPath.text(steps)
        return ConfigExplanation.Other(
          key: path, place: value.place,
          value: Self.masked(value, path, isSecret).toJSON().description)
      }
    }
    if let fallback = declared.key?.fallback {
      layers.append(
        ConfigExplanation.Layer(
          origin: .declaration, name: "default", place: nil, text: fallback,
          isInForce: layers.isEmpty && others.isEmpty))
    }
    let isTable = inForce?.table != nil
    for index in layers.indices where layers[index].origin != .declaration {
      layers[index].isInForce = index == 0 || isTable
    }
    let nearest = layers.first { $0.isInForce }
    return ConfigExplanation(
      key: path, summary: declared.key?.summary, expectation: declared.key?.kind.expectation,
      effect: declared.key?.effect, value: inForce.map(shown) ?? nearest?.text, layers: layers,
      others: others)
  }

  /// Where `steps` lead: definitions are found by index, name or URI.
  private func target(
    _ steps: [ConfigKeyPath.Step], _ key: String
  ) throws(ConfigErrors) -> Target {
    guard case .key(let first) = steps[0], let kind = DefinitionKind(rawValue: first),
      steps.count > 1
    else { return Target(steps: steps) }
    let all = effective.root[kind.key]?.array ?? []
    let found: ConfigValue? =
      switch steps[1] {
      case .index(let index): all.indices.contains(index) ? all[index] : nil
      case .key(let name): all.first { kind.identity(of: $0) == name }
      case .match(let key, let text): all.first { $0[key]?.string == text }
      }
    guard let found else {
      let names = all.compactMap(kind.identity)
      var hint = names.isEmpty ? nil : "known here: \(names.prefix(20).joined(separator: ", "))"
      if case .key(let name) = steps[1], let near = nearest(to: name, among: names) {
        hint = "did you mean \"\(near)\"?"
      }
      throw Self.error(
        key, "no \(kind.noun) is \(ConfigKeyPath.text([steps[1]])): there are \(all.count)",
        hint: hint)
    }
    var named = steps
    let identityKey = kind.identityKeys.first { found[$0]?.string != nil }
    if let identityKey, let identity = found[identityKey]?.string {
      named[1] = .match(key: identityKey, value: identity)
    }
    return Target(steps: named, definition: (kind, found))
  }

  /// The layers that have a value for `target`, the highest first.
  private func found(
    _ target: Target, _ shown: @escaping (ConfigValue) -> String
  ) -> [ConfigExplanation.Layer] {
    var layers: [ConfigExplanation.Layer] = []
    let add = { (origin: ConfigExplanation.Origin, name: String, value: ConfigValue?) in
      guard let value else { return }
      layers.append(
        ConfigExplanation.Layer(
          origin: origin, name: name, place: value.place, text: shown(value), isInForce: false))
    }
    let outside = target.definition == nil ? target.steps[...] : target.inside
    let hasIndex = outside.contains { if case .index = $0 { true } else { false } }
    if hasIndex {
      // Arrays of several layers are one: an index counts in all of them together.
      let value = effective.root.value(at: target.steps)
      let source = sources.first { $0.name == value?.place.file }
      add(source?.origin ?? .definition, value?.place.file ?? "", value)
    } else {
      for source in sources {
        add(source.origin, source.name, source.root.value(at: target.steps))
      }
      if let (kind, definition) = target.definition {
        let same = (effective.inFolders[kind] ?? []).first {
          kind.identity(of: $0) == kind.identity(of: definition)
        }
        if let same { add(.definition, same.place.file, same.value(at: target.inside)) }
      }
    }
    guard let (kind, definition) = target.definition, !target.inside.isEmpty else { return layers }
    let defaults = DefinitionDefaults.layers(
      for: kind.defaults, group: definition["group"]?.string, root: effective.root)
    for (name, value) in defaults.reversed() {
      let origin: ConfigExplanation.Origin = name.hasPrefix("groups.") ? .group : .defaults
      add(origin, "[\(name)]", value.value(at: target.inside))
    }
    return layers
  }

  /// `value` with every secret in it replaced.
  private static func masked(
    _ value: ConfigValue, _ path: String, _ isSecret: (String) -> Bool
  ) -> ConfigValue {
    var value = value.replacingParts { entry in
      masked(entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)", isSecret)
    } element: { index, element in
      masked(element, "\(path)[\(index)]", isSecret)
    }
    switch value.content {
    case .null, .table, .array: break
    case .string(let text) where !isSecret(path):
      value.content = .string(SecretText.withoutPasswords(text))
    default: if isSecret(path) { value.content = .string(SecretText.stars) }
    }
    return value
  }

  private static func error(_ key: String, _ message: String, hint: String?) -> ConfigErrors {
    ConfigErrors(errors: [
      ConfigError(at: ConfigPlace(file: key), message: message, hint: hint)
    ])
  }
}
