/// The layers of a configuration laid over each other, before substitution: settings as one tree,
/// definitions by themselves.
struct LayeredTree {
  /// All that is no definition.
  private(set) var settings: ConfigValue?

  /// The definitions in the order in which the layers first speak of them.
  private(set) var definitions: [DefinitionKind: [LayeredDefinition]] = [:]

  /// The layer whose folder key counts.
  private(set) var folderLayers: [DefinitionKind: Int] = [:]

  /// How many layers there are.
  private(set) var count = 0

  /// Lays the tree of a file over all that is there. A definition that a lower layer has, by its
  /// name or URI, is merged over that one, entry by entry, its arrays replaced; one that stands
  /// twice in this layer stays twice, which is an error later.
  mutating func add(_ root: ConfigValue) {
    let layer = count
    count += 1
    guard let entries = root.table else { return }
    var rest: [ConfigEntry] = []
    for entry in entries {
      if let kind = DefinitionKind(rawValue: entry.key), let elements = entry.value.array {
        add(elements, to: kind, layer: layer)
        // What remains tells that the key was there, and where.
        continue
      }
      if let kind = DefinitionKind.allCases.first(where: { $0.folderKey == entry.key }) {
        folderLayers[kind] = layer
      }
      rest.append(entry)
    }
    var own = root
    own.content = .table(rest)
    settings = settings?.merged(with: own) ?? own
  }

  private mutating func add(_ elements: [ConfigValue], to kind: DefinitionKind, layer: Int) {
    var list = definitions[kind, default: []]
    var below = Dictionary(
      list.enumerated().compactMap { index, definition in definition.identity.map { ($0, index) } }
    ) { first, _ in first }
    for element in elements {
      let identity = kind.identity(of: element)
      // Taken out: a second one of this layer finds none to be merged over.
      if let identity, let index = below.removeValue(forKey: identity) {
        list[index].value = list[index].value.merged(with: element, arrays: .replaced)
      } else {
        list.append(LayeredDefinition(value: element, identity: identity, layer: layer))
      }
    }
    definitions[kind] = list
  }

  /// All layers as one tree, without folders.
  var whole: ConfigValue {
    var root = settings ?? ConfigValue(.table([]), at: ConfigPlace(file: ""))
    var entries = root.table ?? []
    for kind in DefinitionKind.allCases {
      guard let list = definitions[kind], let first = list.first else { continue }
      let array = ConfigValue(.array(list.map(\.value)), at: first.value.place, isInline: false)
      entries.append(ConfigEntry(key: kind.key, at: first.value.place, value: array))
    }
    root.content = .table(entries)
    return root
  }

  /// Changes the settings' tree, as one more layer.
  mutating func changeSettings(_ change: (ConfigValue) -> ConfigValue) {
    settings = change(settings ?? ConfigValue(.table([]), at: ConfigPlace(file: "")))
  }

  /// Lays `patch` over the definition at `index`.
  mutating func merge(_ patch: ConfigValue, into kind: DefinitionKind, at index: Int) {
    let value = definitions[kind]?[index].value
    definitions[kind]?[index].value = value?.merged(with: patch, arrays: .replaced) ?? patch
  }

  /// Replaces the definition at `index`.
  mutating func replace(_ kind: DefinitionKind, at index: Int, by value: ConfigValue) {
    definitions[kind]?[index].value = value
    definitions[kind]?[index].identity = kind.identity(of: value)
  }

  /// Adds what a setting says of a definition that no file above the folders has.
  mutating func add(setting value: ConfigValue, identity: String, to kind: DefinitionKind) {
    definitions[kind, default: []].append(
      LayeredDefinition(value: value, identity: identity, layer: count, isSetting: true))
  }
}
