/// Lays the settings of the command line over the files. What is wrong with one is an error at the
/// place that is called as the user gave it.
struct SettingLayers {
  let report: ConfigReport
  /// What relative paths in settings stand against.
  let directory: String

  func apply(_ settings: [ConfigInputs.Setting], to tree: inout LayeredTree) {
    for setting in settings {
      let place = self.place(of: setting)
      do throws(Failure) {
        let steps = try Self.steps(of: setting.key)
        try apply(Self.value(setting.value, of: steps, at: place), steps, to: &tree)
      } catch {
        report.error(error.message, at: place, path: setting.key, hint: error.hint)
      }
    }
  }

  /// Where messages say that a setting stands.
  func place(of setting: ConfigInputs.Setting) -> ConfigPlace {
    ConfigPlace(in: ConfigOrigin(setting.origin, directory: directory))
  }

  /// The tree of what `setting` says alone; nil where it cannot be said, or speaks of an element of
  /// an array by its index. `root`: the whole configuration, to know definitions by.
  func tree(of setting: ConfigInputs.Setting, over root: ConfigValue) -> ConfigValue? {
    let place = place(of: setting)
    let empty = ConfigValue(.table([]), at: place)
    guard let path = try? ConfigKeyPath(setting.key).steps else { return nil }
    let value = Self.value(setting.value, of: path, at: place)
    guard case .key(let first) = path[0], let kind = DefinitionKind(rawValue: first),
      path.count > 1
    else { return try? Self.set(value, in: empty, path[...], above: []) }
    let all = root[kind.key]?.array ?? []
    let found: ConfigValue? =
      switch path[1] {
      case .index(let index): all.indices.contains(index) ? all[index] : nil
      case .key(let name): all.first { kind.identity(of: $0) == name }
      case .match(let key, let text): all.first { $0[key]?.string == text }
      }
    guard let found, let key = kind.identityKeys.first(where: { found[$0]?.string != nil }),
      let identity = found[key]
    else { return nil }
    let named = ConfigValue(
      .table([ConfigEntry(key: key, at: identity.place, value: identity)]), at: place)
    guard let definition = try? Self.set(value, in: named, path.dropFirst(2), above: []) else {
      return nil
    }
    return ConfigValue(
      .table([
        ConfigEntry(
          key: kind.key, at: place, value: ConfigValue(.array([definition]), at: place))
      ]), at: place)
  }

  /// Whether `value` at the key path `key` is a secret, or a table with one, or names a password.
  static func holdsSecret(_ value: String, at key: String) -> Bool {
    guard let path = try? ConfigKeyPath(key).steps else { return SecretRules.isSecret(path: key) }
    let place = ConfigPlace(file: "")
    var tree = Self.value(value, of: path, at: place)
    for (index, step) in path.enumerated().reversed() {
      if case .key(let key) = step {
        // The second step to a definition may be its name.
        let isName =
          if index == 1, case .key(let first) = path[0] {
            DefinitionKind(rawValue: first) != nil
          } else {
            false
          }
        let table = ConfigValue(.table([ConfigEntry(key: key, at: place, value: tree)]), at: place)
        tree = isName ? ConfigValue(.array([tree]), at: place) : table
      } else {
        tree = ConfigValue(.array([tree]), at: place)
      }
    }
    return ConfigMasking.masked(tree).toJSON() != tree.toJSON()
  }

  /// What a setting cannot do.
  struct Failure: Error {
    var message: String
    var hint: String?
  }

  private static func steps(of key: String) throws(Failure) -> [ConfigKeyPath.Step] {
    do {
      return try ConfigKeyPath(key).steps
    } catch {
      throw Failure(
        message: "not a key path: \(error.message)",
        hint: "write it as server.port, tools[0].title, tools.NAME.title or server.\"a.b\"")
    }
  }

  private func apply(
    _ value: ConfigValue, _ path: [ConfigKeyPath.Step], to tree: inout LayeredTree
  ) throws(Failure) {
    if case .key(let first) = path[0], let kind = DefinitionKind(rawValue: first) {
      guard path.count > 1 else {
        throw Failure(
          message: "a setting cannot stand for all \(kind.key)",
          hint: "name one: \(kind.key).NAME.title=…")
      }
      return try apply(value, kind, path[1], Array(path.dropFirst(2)), to: &tree)
    }
    var failure: Failure?
    tree.changeSettings { root in
      do throws(Failure) {
        return try Self.set(value, in: root, path[...], above: [])
      } catch {
        failure = error
        return root
      }
    }
    if let failure { throw failure }
  }

  /// A setting of one definition, which `step` names.
  private func apply(
    _ value: ConfigValue, _ kind: DefinitionKind, _ step: ConfigKeyPath.Step,
    _ rest: [ConfigKeyPath.Step], to tree: inout LayeredTree
  ) throws(Failure) {
    let list = tree.definitions[kind] ?? []
    let key: String
    let identity: String
    switch step {
    case .index(let index):
      guard list.indices.contains(index) else {
        throw Failure(
          message: "found \(list.count) \(kind.key) in the files, none with the index \(index)",
          hint: "definitions of folders have no index; name them: \(kind.key).NAME")
      }
      let changed = try Self.set(
        value, in: list[index].value, rest[...], above: [.key(kind.key), step])
      return tree.replace(kind, at: index, by: changed)
    case .key(let name): (key, identity) = (kind.identityKeys.last ?? "name", name)
    case .match(let name, let value): (key, identity) = (name, value)
    }
    if let index = list.firstIndex(where: { definition in
      if case .key = step { return definition.identity == identity }
      return definition.value[key]?.string == identity
    }) {
      let changed = try Self.set(
        value, in: list[index].value, rest[...], above: [.key(kind.key), step])
      return tree.replace(kind, at: index, by: changed)
    }
    guard kind.identityKeys.contains(key) else {
      throw Failure(message: "no \(kind.noun) of the files has \(key) = \"\(identity)\"")
    }
    // It may stand in a folder, which is read later.
    let name = ConfigEntry(
      key: key, at: value.place, value: ConfigValue(.string(identity), at: value.place))
    let patch = try Self.set(
      value, in: ConfigValue(.table([name]), at: value.place), rest[...],
      above: [.key(kind.key), step])
    tree.add(setting: patch, identity: identity, to: kind)
  }

  /// `root` with `value` at `path`: tables that are missing are made, a table is merged into a
  /// table, everything else is replaced.
  private static func set(
    _ value: ConfigValue, in root: ConfigValue, _ path: ArraySlice<ConfigKeyPath.Step>,
    above: [ConfigKeyPath.Step]
  ) throws(Failure) -> ConfigValue {
    guard let step = path.first else {
      return root.merged(with: value, arrays: .replaced)
    }
    let below = path.dropFirst()
    var root = root
    switch step {
    case .key(let key):
      guard var entries = root.table else {
        throw Failure(
          message: "\(ConfigKeyPath.text(above)) is \(root.kind), not a table: "
            + "it has no \(ConfigKeyPath.text([step]))")
      }
      if let index = entries.firstIndex(where: { $0.key == key }) {
        entries[index].value = try set(
          value, in: entries[index].value, below, above: above + [step])
        if below.isEmpty { entries[index].place = value.place }
      } else {
        let empty = ConfigValue(.table([]), at: value.place)
        let made = below.isEmpty ? value : try set(value, in: empty, below, above: above + [step])
        entries.append(ConfigEntry(key: key, at: value.place, value: made))
      }
      root.content = .table(entries)
    case .index, .match:
      guard var elements = root.array else {
        throw Failure(
          message: "\(ConfigKeyPath.text(above)) is "
            + (root.table?.isEmpty == true ? "not there" : root.kind) + ", not an array")
      }
      let index =
        switch step {
        case .match(let key, let text): elements.firstIndex { $0[key]?.string == text }
        case .index(let index) where index <= elements.count: Optional(index)
        default: Int?.none
        }
      guard let index else {
        throw Failure(
          message: "\(ConfigKeyPath.text(above)) has \(elements.count) elements, none is "
            + ConfigKeyPath.text([step]))
      }
      if index == elements.count {
        // One after the last.
        let empty = ConfigValue(.table([]), at: value.place)
        elements.append(
          below.isEmpty ? value : try set(value, in: empty, below, above: above + [step]))
      } else {
        elements[index] = try set(value, in: elements[index], below, above: above + [step])
      }
      root.content = .array(elements)
    }
    return root
  }

  /// The value that `text` is in TOML, else the string; always the string for a key at `steps` that
  /// is declared as one: a version 1.0, a name that is a number.
  static func value(
    _ text: String, of steps: [ConfigKeyPath.Step], at place: ConfigPlace
  ) -> ConfigValue {
    let value = value(text, at: place)
    var steps = steps
    if steps.count > 1, case .key(let name) = steps[1], case .key(let first) = steps[0],
      DefinitionKind(rawValue: first) != nil
    {
      steps[1] = .match(key: "name", value: name)
    }
    if value.string != nil { return value }
    switch DeclaredKey(steps).key?.kind {
    case .text, .anyText, .path, .choice: return ConfigValue(.string(text), at: place)
    default: return value
    }
  }

  /// The value that `text` is in TOML, else the string.
  static func value(_ text: String, at place: ConfigPlace) -> ConfigValue {
    let value = parsed("value = \(text)\n")
    // A comment is not meant here: inside brackets it would swallow the end.
    let isWhole = !text.contains("#") || parsed("value = [\(text)]\n") != nil
    guard let value, isWhole else { return ConfigValue(.string(text), at: place) }
    return value.placed(at: place)
  }

  private static func parsed(_ text: String) -> ConfigValue? {
    guard let root = try? ConfigSource.parseAny(Array(text.utf8), as: "toml", file: ""),
      let entries = root.table, entries.count == 1, entries[0].key == "value"
    else { return nil }
    return entries[0].value
  }
}

extension ConfigValue {
  /// The same value with `place` as that of everything in it.
  func placed(at place: ConfigPlace) -> ConfigValue {
    var value = self
    value.place = place
    switch content {
    case .array(let elements): value.content = .array(elements.map { $0.placed(at: place) })
    case .table(let entries):
      value.content = .table(
        entries.map { ConfigEntry(key: $0.key, at: place, value: $0.value.placed(at: place)) })
    default: break
    }
    return value
  }
}
