import Glibc

/// The files of definitions in a folder and in those below it.
struct FolderListing {
  /// A file.
  struct File {
    /// Its absolute path.
    let path: String
    /// What it is now; nil for files that do not come from the disk.
    let identity: FileIdentity?
  }

  /// The files, sorted by the bytes of their paths.
  private(set) var files: [File] = []

  /// The folders that were read, absolute, with the folder itself.
  private(set) var folders: [String] = []

  /// Folders below that were left out: why, and their paths.
  private(set) var issues: [(path: String, message: String)] = []

  /// The extensions of files that hold definitions; others are no definitions and no error.
  static let extensions = ["toml", "yaml", "yml", "json"]

  /// How many folders stand inside each other at most.
  static let greatestDepth = 32

  /// How many folders are read at most: `tools_dir = "/"` is a slip of the hand.
  static let greatestCount = 10_000

  private var isFull = false

  /// Lists `folder`; throws where it cannot be read itself.
  init(of folder: String) throws(FileContents.Failure) {
    guard let identity = FileIdentity(of: folder) else { throw .system }
    try read(folder, chain: [identity])
    sort()
  }

  /// The listing of a folder in which nothing stands.
  init(empty folder: String) { folders = [folder] }

  /// Lists what `files`, as they once were, hold for `folder`; nil where none stands in it.
  init?(of folder: String, among files: some Sequence<String>) {
    let prefix = folder == "/" ? "/" : folder + "/"
    var seen: Set<String> = [folder]
    for path in files where path.hasPrefix(prefix) {
      let parts = path.dropFirst(prefix.count).split(separator: "/").map(String.init)
      guard let name = parts.last, Self.isDefinition(name),
        !parts.dropLast().contains(where: Self.isLeftOut)
      else { continue }
      self.files.append(File(path: path, identity: nil))
      var above = folder
      for part in parts.dropLast() {
        above = FilePath.resolve(part, in: above)
        seen.insert(above)
      }
    }
    guard !self.files.isEmpty else { return nil }
    folders = seen.sorted()
    sort()
  }

  private mutating func sort() {
    files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// `chain` are the folders above and this one: a link may lead back to one of them.
  private mutating func read(
    _ folder: String, chain: [FileIdentity]
  ) throws(FileContents.Failure) {
    guard let stream = opendir(folder) else { throw .system }
    defer { closedir(stream) }
    folders.append(folder)
    let descriptor = dirfd(stream)
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      // Files that are no definitions need no look.
      let type = Int(entry.pointee.d_type)
      guard !Self.isLeftOut(name), type != Int(DT_REG) || Self.isDefinition(name) else { continue }
      let path = FilePath.resolve(name, in: folder)
      var status = stat()
      guard fstatat(descriptor, &entry.pointee.d_name.0, &status, 0) == 0 else {
        if Self.isDefinition(name) { files.append(File(path: path, identity: nil)) }
        continue
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        readBelow(path, FileIdentity(status), chain)
      } else if Self.isDefinition(name) {
        files.append(File(path: path, identity: FileIdentity(status)))
      }
    }
  }

  private mutating func readBelow(_ path: String, _ identity: FileIdentity, _ chain: [FileIdentity])
  {
    if chain.contains(where: { $0.device == identity.device && $0.inode == identity.inode }) {
      issues.append((path, "the folder leads back to one above it; it is left out"))
    } else if chain.count >= Self.greatestDepth {
      issues.append((path, "the folder stands too deep; it is left out"))
    } else if folders.count >= Self.greatestCount {
      if !isFull {
        issues.append(
          (path, "it is left out with all that follow: the limit is \(Self.greatestCount) folders"))
      }
      isFull = true
    } else {
      do {
        try read(path, chain: chain + [identity])
      } catch {
        issues.append((path, "the folder cannot be read: \(error.message)"))
      }
    }
  }

  /// Hidden files and what editors leave behind.
  static func isLeftOut(_ name: String) -> Bool {
    let bytes = name.utf8
    if bytes.first == UInt8(ascii: ".") || bytes.last == UInt8(ascii: "~") { return true }
    if bytes.first == UInt8(ascii: "#"), bytes.last == UInt8(ascii: "#") { return true }
    return [".swp", ".tmp", ".bak"].contains(where: name.hasSuffix)
  }

  static func isDefinition(_ name: String) -> Bool {
    !isLeftOut(name) && extensions.contains(FilePath.fileExtension(of: name))
  }
}
