import JSON
import MetisConfig

/// Going back to a configuration of the history. Control thread only.
extension Host {
  /// Brings the configuration of `number` into force as it was read then; the files on disk stay, or
  /// are written back with `isWriting`.
  func rollback(to number: Int, isWriting: Bool) throws(Problem) -> JSONValue {
    guard let entry = reloads.history[number] else {
      let kept = reloads.history.entries.map { "\($0.number)" }.joined(separator: ", ")
      throw Problem(.notFound, "no configuration of number \(number) is kept; there are: \(kept)")
    }
    guard entry.failure == nil else {
      throw Problem(.conflict, "configuration \(number) was refused when it was read")
    }
    let attempt: ReloadAttempt
    do {
      attempt = try reload(.rollback(number)) { [reloads] () throws(ConfigErrors) in
        try reloads.loader.load(frozen: entry.sources)
      }
    } catch {
      throw error.problem
    }
    var object = answer(attempt).object ?? JSONObject()
    if isWriting { object["written"] = try writeBack(entry) }
    object["pinned_to"] = reloads.pinned.map { JSONValue($0) } ?? .null
    return .object(object)
  }

  /// Writes the files of `entry` where they stood; what stands there now is kept as a backup before.
  private func writeBack(_ entry: HistoryEntry) throws(Problem) -> JSONValue {
    var stale: [ConfigSourceFile] = []
    for file in entry.sources {
      let now = try? PluginStore.read(file.path)
      if now != file.bytes { stale.append(file) }
    }
    let present = entry.sources.compactMap { file -> ConfigSourceFile? in
      (try? PluginStore.read(file.path)).map { ConfigSourceFile(path: file.path, bytes: $0) }
    }
    if !stale.isEmpty {
      do {
        try keepNow(
          present, number: reloads.history.current.number, by: composition.configuration.reload)
      } catch {
        throw Problem(
          .failed,
          "the configuration is in force, but its files were not written back, since those that "
            + "stand there now cannot be kept before: \(error); set [reload] backup_dir, or "
            + "backup = false")
      }
    }
    for file in stale {
      do {
        // A folder may have gone with what stood in it.
        try BackupFiles.makeFolder(FileNames.folder(of: file.path), mode: 0o755)
        try BackupFiles.replace(file.path, with: file.bytes)
      } catch {
        throw Problem(
          .failed,
          "the configuration is in force, but its files were not all written back: \(error)")
      }
    }
    // Definitions that came since stand in their folders still: then the files say something else.
    if let disk = try? reloads.loader.load(), reloads.digest(disk) == entry.digest {
      reloads.pinned = nil
    }
    watchFiles()
    return .array(stale.map { .string($0.path) })
  }
}
