/// The folders of definitions of one kind, as the settings name them.
struct DefinitionFolders {
  let kind: DefinitionKind
  /// The folders, absolute, with the places of their names.
  var folders: [(path: String, place: ConfigPlace)]
  /// The layer that names them.
  var layer: Int

  /// The folders that `reader`, the top of the substituted settings, names for `kind`: one, or an
  /// array of them.
  init(_ kind: DefinitionKind, _ reader: TableReader, layer: Int?) {
    self.kind = kind
    self.layer = layer ?? 0
    folders = []
    guard let key = kind.folderKey, let value = reader.value(key) else { return }
    let values = value.array == nil ? [value] : reader.strings(key) ?? []
    if value.array == nil, reader.name(key) == nil { return }
    for value in values {
      guard let text = value.string else { continue }
      let path = FilePath.normalized(FilePath.resolve(text, in: value.place.directory))
      folders.append((path, value.place))
    }
  }
}

extension WatchedPaths {
  /// Watches for a folder that is not there: for the first one on the way to it that is missing.
  mutating func insert(missing folder: String) {
    var missing = folder
    while let slash = missing.utf8.lastIndex(of: UInt8(ascii: "/")), slash != missing.startIndex {
      let above = String(missing[..<slash])
      if FileIdentity(of: above) != nil { break }
      missing = above
    }
    files.insert(missing)
  }
}
