import Glibc

/// Files that a configuration depends on beside its own: secrets that it names, what sections of
/// plugins name, the folders of `[reload] watch_directories`. Tells whether one of them changed.
/// Control thread only.
struct CompanionFiles {
  private var known: [String: (stamp: FileStamp, digest: String)] = [:]

  /// Of larger files only size and time are looked at; bytes.
  private static let greatestSize = 16 << 20

  init() {}

  /// What all of them hold, as one text: equal where nothing changed. A file that is only touched
  /// has not changed.
  mutating func digest(files: Set<String>, folders: Set<String>) -> String {
    let map = WatchMap(WatchSet(folders: folders))
    var paths = files
    for folder in map.whole.keys {
      for name in directoryNames(folder) ?? [] where !FileNames.isLeftOver(name) {
        paths.insert(FileNames.join(folder, name))
      }
    }
    var next: [String: (stamp: FileStamp, digest: String)] = [:]
    var lines: [String] = []
    for path in paths {
      guard let stamp = FileStamp(following: path) else { continue }
      let entry: (stamp: FileStamp, digest: String)
      if let before = known[path], before.stamp == stamp {
        entry = before
      } else if stamp.isFile, stamp.size <= Self.greatestSize,
        let bytes = try? PluginStore.read(path)
      {
        entry = (stamp, PluginStore.sha256(bytes))
      } else {
        entry = (stamp, stamp.isFile ? "\(stamp)" : "folder")
      }
      next[path] = entry
      lines.append("\(entry.digest) \(path)\n")
    }
    known = next
    return lines.sorted().joined()
  }
}
