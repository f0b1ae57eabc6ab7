import Glibc

/// Where to look for changes of a ``WatchSet``: real folders, and the names in them that count.
///
/// A file is reached through links (Kubernetes: `metis.toml` → `..data/metis.toml`, `..data` →
/// `..2026_01_02`): each link on its way counts, where it stands. Of what does not exist yet the
/// first missing name counts.
struct WatchMap: Equatable {
  /// By folder and name: what of the set is reached through it.
  private(set) var names: [String: [String: Set<String>]] = [:]
  /// Folders in which every name counts: for which folders of the set.
  private(set) var whole: [String: Set<String>] = [:]
  /// Whether there are more folders than are watched.
  private(set) var isCut = false

  /// How many folders are watched at most.
  static let greatestCount = 8192
  /// How many links a path may have (Linux has the same limit).
  private static let greatestLinks = 40

  /// Looks at the file system.
  init(_ set: WatchSet) {
    for file in set.files { _ = follow(file, for: file) }
    for folder in set.folders {
      if let real = follow(folder, for: folder) { scan(real, for: folder) }
    }
  }

  /// Every folder to watch.
  var folders: Set<String> { Set(names.keys).union(whole.keys) }

  /// What of the set changes with `name` in `folder`.
  func roots(of name: String, in folder: String) -> Set<String> {
    let single = names[folder]?[name] ?? []
    guard let all = whole[folder], !FileNames.isLeftOver(name) else { return single }
    return single.union(all)
  }

  /// What of the set is reached through `folder`.
  func roots(in folder: String) -> Set<String> {
    (names[folder] ?? [:]).values.reduce(whole[folder] ?? []) { $0.union($1) }
  }

  /// Whether `name` in `folder` leads on: a link, or something that is missing.
  func isNamed(_ name: String, in folder: String) -> Bool { names[folder]?[name] != nil }

  /// Walks to `path`; where it ends, without links. Nil where it does not exist.
  private mutating func follow(_ path: String, for root: String) -> String? {
    var rest = path.split(separator: "/").map(String.init)[...]
    var folder = "/"
    var links = 0
    while let name = rest.popFirst() {
      if name == "." { continue }
      if name == ".." {
        folder = FileNames.folder(of: folder)
        continue
      }
      let here = FileNames.join(folder, name)
      var status = stat()
      guard lstat(here, &status) == 0 else {
        names[folder, default: [:]][name, default: []].insert(root)
        return nil
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        names[folder, default: [:]][name, default: []].insert(root)
        links += 1
        guard links <= Self.greatestLinks, let target = FileNames.target(ofLink: here) else {
          return nil
        }
        if target.hasPrefix("/") { folder = "/" }
        rest = (target.split(separator: "/").map(String.init) + rest)[...]
      case S_IFDIR: folder = here
      default:
        names[folder, default: [:]][name, default: []].insert(root)
        return rest.isEmpty ? here : nil
      }
    }
    return folder
  }

  /// Adds the folder at `path` and those below it.
  private mutating func scan(_ path: String, for root: String) {
    var waiting = [path]
    while let folder = waiting.popLast() {
      guard whole[folder]?.contains(root) != true else { continue }
      guard whole.count < Self.greatestCount else {
        isCut = true
        return
      }
      guard let stream = opendir(folder) else { continue }
      whole[folder, default: []].insert(root)
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = FileNames.name(of: entry)
        guard !FileNames.isLeftOver(name) else { continue }
        let here = FileNames.join(folder, name)
        switch FileNames.kind(of: entry, at: here) {
        case S_IFDIR: waiting.append(here)
        case S_IFLNK:
          var status = stat()
          if let real = follow(here, for: root), stat(real, &status) == 0,
            status.st_mode & S_IFMT == S_IFDIR
          {
            waiting.append(real)
          }
        default: break
        }
      }
    }
  }
}

/// Names and paths of files as text, and the little that the file system says of them.
enum FileNames {
  /// Whether a name in a watched folder stands for nothing that an operator wrote: hidden files, and
  /// what editors keep beside a file while they write it.
  static func isLeftOver(_ name: String) -> Bool {
    if name.hasPrefix(".") || name.hasSuffix("~") || name == "4913" { return true }
    if name.hasPrefix("#"), name.hasSuffix("#") { return true }
    if name.hasSuffix("___jb_tmp___") || name.hasSuffix("___jb_old___") { return true }
    return [".swp", ".swo", ".swx", ".tmp", ".part", ".bak", ".orig"].contains {
      name.hasSuffix($0)
    }
  }

  /// `name` in `folder`.
  static func join(_ folder: String, _ name: String) -> String {
    folder == "/" ? "/" + name : folder + "/" + name
  }

  /// The folder of an absolute path; that of `/` is `/`.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// The last name of a path.
  static func last(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// What a symbolic link says; nil where it cannot be read.
  static func target(ofLink path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      let count = readlink(path, buffer.baseAddress!, buffer.count)
      guard count > 0, count < buffer.count else { return nil }
      return String(
        decoding: UnsafeRawBufferPointer(start: buffer.baseAddress, count: count), as: UTF8.self)
    }
  }

  /// The name of an entry of a folder.
  static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
  }

  /// S_IFDIR, S_IFLNK or another kind; asks the file only where its folder does not tell.
  static func kind(of entry: UnsafeMutablePointer<dirent>, at path: String) -> mode_t {
    switch Int(entry.pointee.d_type) {
    case Int(DT_DIR): return S_IFDIR
    case Int(DT_LNK): return S_IFLNK
    case Int(DT_UNKNOWN):
      var status = stat()
      return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
    default: return S_IFREG
    }
  }
}
