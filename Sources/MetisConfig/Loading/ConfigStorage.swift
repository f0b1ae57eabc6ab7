/// Where the files of a configuration come from. Files that `${file:…}` names are like the
/// environment: they always come from the disk.
enum ConfigStorage {
  /// As they are now.
  case disk
  /// As they once were, by their absolute paths.
  case frozen([FileKey: ConfigSourceFile])

  /// Files as they once were.
  init(frozen files: [ConfigSourceFile]) {
    self = .frozen(
      Dictionary(files.map { (FileKey($0.path), $0) }) { first, _ in first })
  }

  /// Whether something stands at `path`.
  func exists(_ path: String) -> Bool {
    switch self {
    case .disk: FileIdentity(of: path) != nil
    case .frozen(let files): files[FileKey(path)] != nil
    }
  }

  /// What stands in `folder` and below it; throws where it cannot be read.
  func list(_ folder: String) throws(FileContents.Failure) -> FolderListing {
    switch self {
    case .disk: return try FolderListing(of: folder)
    case .frozen(let files):
      // A folder that was empty is not told from one that was not there: it is, where it is now.
      if let listing = FolderListing(of: folder, among: files.keys.map(\.path)) { return listing }
      if let reason = FilePath.absence(of: folder) { throw FileContents.Failure(reason) }
      return FolderListing(empty: folder)
    }
  }

  /// What `path` holds. `known` is what it held: the same object comes back where nothing changed.
  /// `identity` is that of a listing, where there is one.
  func read(
    _ path: String, named name: String, known: StoredFile?, identity: FileIdentity? = nil
  ) throws(ConfigErrors) -> StoredFile {
    switch self {
    case .frozen(let files):
      guard let source = files[FileKey(path)] else {
        throw ConfigErrors(errors: [
          ConfigError(
            at: ConfigPlace(file: name), message: "the file is not among those that were kept")
        ])
      }
      if let known, known.source === source { return known }
      // Nothing is known about what stands on the disk now.
      if let known, known.source.bytes == source.bytes {
        return StoredFile(source: known.source, identity: nil)
      }
      return StoredFile(source: source, identity: nil)
    case .disk:
      if let known, let before = known.identity, let now = identity ?? FileIdentity(of: path),
        before == now
      {
        return known
      }
      let contents = try ConfigSource.contents(path, named: name)
      if let known, known.source.bytes == contents.bytes {
        return StoredFile(source: known.source, identity: contents.identity)
      }
      return StoredFile(
        source: ConfigSourceFile(path: path, bytes: contents.bytes), identity: contents.identity)
    }
  }
}

/// A file that was read.
struct StoredFile {
  let source: ConfigSourceFile
  /// What it was on the disk; nil where the next version may look the same.
  let identity: FileIdentity?
}

/// A path as the key of a table: by its bytes. Two names that only look the same are two files.
struct FileKey: Hashable {
  let path: String

  init(_ path: String) { self.path = path }

  static func == (left: FileKey, right: FileKey) -> Bool {
    left.path.utf8.elementsEqual(right.path.utf8)
  }

  func hash(into hasher: inout Hasher) { path.hashBytes(into: &hasher) }
}
