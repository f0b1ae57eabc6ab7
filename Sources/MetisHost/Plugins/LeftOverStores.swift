import Glibc

/// Directories of private copies whose process was killed before it could remove them.
enum LeftOverStores {
  /// How the name of such a directory begins; the process id and a random suffix follow.
  static let prefix = "metis-"

  /// Removes those of `parent` that belong to this user and that no process has locked.
  ///
  /// A lock and not the process id tells whether it is in use: ids are used again, and a
  /// container that shares the directory has ids of its own.
  static func remove(in parent: String) {
    for name in directoryNames(parent) ?? [] where name.hasPrefix(prefix) {
      let path = "\(parent)/\(name)"
      let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
      guard directory >= 0 else { continue }
      defer { close(directory) }
      var status = stat()
      guard fstat(directory, &status) == 0, status.st_uid == geteuid(),
        status.st_mode & 0o777 == 0o700, flock(directory, LOCK_EX | LOCK_NB) == 0
      else { continue }
      let contents = directoryNames(path) ?? []
      // Only what a store makes; anything else means that the directory is another's.
      guard contents.allSatisfy({ isCopy($0) }) else { continue }
      for copy in contents { unlinkat(directory, copy, 0) }
      rmdir(path)
    }
  }

  /// `<sha256>-<serial>.so`.
  private static func isCopy(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: 0x2d, maxSplits: 1)
    return parts.count == 2 && parts[0].count == 64 && name.hasSuffix(".so")
      && parts[0].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
