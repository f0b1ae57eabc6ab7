/// All layers and folders as one tree, for people to look at and to compare.
struct EffectiveTree {
  /// The tree, substituted; definitions stand in their arrays, those of folders last.
  private(set) var root: ConfigValue

  /// The definitions of folders, substituted, as their files have them.
  private(set) var inFolders: [DefinitionKind: [ConfigValue]] = [:]

  private let substitution: Substitution

  /// Puts `tree` and the folders that it names together. Errors go to `report`.
  init(
    _ tree: LayeredTree, in storage: ConfigStorage, variable: @escaping (String) -> String?,
    report: ConfigReport
  ) {
    substitution = Substitution(variable: variable, report: report)
    root = substitution.apply(
      to: tree.settings ?? ConfigValue(.table([]), at: ConfigPlace(file: "")), path: "")
    guard let reader = TableReader(root, path: "", report: report) else { return }
    var entries = root.table ?? []
    var arrays: [DefinitionKind: [ConfigValue]] = [:]
    for kind in DefinitionKind.allCases where kind.folderKey != nil {
      let folders = DefinitionFolders(kind, reader, layer: tree.folderLayers[kind])
      add(kind, folders, tree, storage, to: &arrays, report)
    }
    for kind in DefinitionKind.allCases {
      guard let elements = arrays[kind], let first = elements.first else { continue }
      let array = ConfigValue(.array(elements), at: first.place, isInline: false)
      entries.append(
        ConfigEntry(
          key: kind.key, at: first.place, value: substitution.apply(to: array, path: kind.key)))
    }
    root.content = .table(entries)
  }

  /// Adds the definitions of `kind`, and of what else its folders may hold: first those of the
  /// layers, then those of folders with what layers above say of them.
  private mutating func add(
    _ kind: DefinitionKind, _ folders: DefinitionFolders, _ tree: LayeredTree,
    _ storage: ConfigStorage, to arrays: inout [DefinitionKind: [ConfigValue]],
    _ report: ConfigReport
  ) {
    let layered = kind.inFolder.map { (kind: $0, definitions: tree.definitions[$0] ?? []) }
    let above = layered.flatMap(\.definitions).filter { definition in
      definition.isSetting || (!folders.folders.isEmpty && definition.layer > folders.layer)
    }
    let patches = DefinitionFile.Patches(above)
    var patched: Set<String> = []
    var found: [DefinitionKind: [ConfigValue]] = [:]
    var seen: Set<FileKey> = []
    for (folder, _) in folders.folders {
      guard let listing = try? storage.list(folder) else { continue }
      for file in listing.files where seen.insert(FileKey(file.path)).inserted {
        for (kind, value, _) in parts(of: file.path, kind, storage, report) {
          inFolders[kind, default: []].append(substitution.apply(to: value, path: kind.key))
          var value = value
          if let name = kind.identity(of: value), let patch = patches.values[name] {
            patched.insert(name)
            value = DefinitionFile.merge(value, patch, kind)
          }
          found[kind, default: []].append(value)
        }
      }
    }
    for (kind, definitions) in layered {
      let own = definitions.filter { definition in
        !definition.isSetting && !(definition.identity.map(patched.contains) ?? false)
      }
      arrays[kind] = own.map(\.value) + (found[kind] ?? [])
    }
  }

  private func parts(
    of file: String, _ kind: DefinitionKind, _ storage: ConfigStorage, _ report: ConfigReport
  ) -> [(DefinitionKind, ConfigValue, path: String)] {
    do throws(ConfigErrors) {
      try ConfigSource.refuseOtherFormats(file)
      let bytes = try storage.read(file, named: file, known: nil).source.bytes
      let root = try ConfigSource.parseAny(
        bytes, as: FilePath.fileExtension(of: file), file: file)
      return DefinitionFile.parts(of: root, in: kind, report: report)
    } catch {
      report.add(error)
      return []
    }
  }
}

extension ConfigValue {
  /// The value at `steps` below this one; nil where there is none.
  func value(at steps: some Sequence<ConfigKeyPath.Step>) -> ConfigValue? {
    var value = self
    for step in steps {
      let next: ConfigValue? =
        switch step {
        case .key(let key): value[key]
        case .index(let index):
          value.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        case .match(let key, let text): value.array?.first { $0[key]?.string == text }
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }
}
