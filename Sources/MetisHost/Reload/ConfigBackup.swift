import Glibc
import JSON
import MetisConfig

/// Writes the files of configurations that were replaced to a folder of backups.
///
/// A ``MetisConfig/ConfigSourceFile`` never changes, so the files are written after the replacement, on
/// a thread of their own: a reload does not wait for the disk. Files that the backup before holds
/// as well become hard links to it.
final class ConfigBackup: @unchecked Sendable {
  /// One backup.
  struct Job: Sendable {
    /// The number of the configuration.
    let number: Int
    /// When it was replaced, nanoseconds since 1970.
    let time: Int64
    let sources: [ConfigSourceFile]
    /// The first file of the configuration, absolute: it names the folder.
    let mainFile: String
    /// The folder of all backups.
    let folder: String
    /// How many are kept of this main file.
    let limit: Int
  }

  private struct State {
    var jobs: [Job] = []
    var isRunning = false
  }

  private let lock = Lock()
  private let idle = Condition()
  private var state = State()
  private let report: @Sendable (Result<String, BackupError>) -> Void
  /// The files of the backup before, by their paths. The writing thread's own.
  private var last: [String: (file: ConfigSourceFile, copy: String)] = [:]

  /// `report` takes the folder of each backup, or why there is none. [any-thread]
  init(report: @escaping @Sendable (Result<String, BackupError>) -> Void) { self.report = report }

  /// `$XDG_STATE_HOME/metis/backups`, else `~/.local/state/metis/backups`; nil without either.
  static func standardFolder(variable: (String) -> String?) -> String? {
    if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") {
      return state + "/metis/backups"
    }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.local/state/metis/backups"
  }

  /// Queues a backup; a failure is reported, and nothing else.
  func write(_ job: Job) {
    let starts = lock.withLock { () -> Bool in
      state.jobs.append(job)
      // Only so many are kept: those that would be removed at once need no writing.
      state.jobs.removeFirst(max(0, state.jobs.count - job.limit))
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard starts else { return }
    do {
      try HostThread.detach(name: "metis-backup") { [self] in
        HostThread.stepBack()
        run()
      }
    } catch {
      // Late is better than never, and a process without a thread to spare has other worries.
      run()
    }
  }

  /// Writes a backup before it returns, after those that are queued. By the thread that queues them.
  func writeNow(_ job: Job) throws(BackupError) {
    finish()
    let result = Result { () throws(BackupError) in try perform(job) }
    report(result)
    _ = try result.get()
  }

  /// Waits until everything is written. [any-thread]
  func finish() {
    lock.lock()
    while state.isRunning { idle.wait(lock) }
    lock.unlock()
  }

  private func run() {
    while true {
      let job = lock.withLock { () -> Job? in
        guard !state.jobs.isEmpty else {
          state.isRunning = false
          idle.broadcast()
          return nil
        }
        return state.jobs.removeFirst()
      }
      guard let job else { return }
      report(Result { () throws(BackupError) in try perform(job) })
    }
  }

  /// `metis.toml-1a2b3c4d`: the main file's name, and 8 digits of the digest of its path.
  static func folderName(of mainFile: String) -> String {
    let digest = PluginStore.sha256(Array(mainFile.utf8)).prefix(8)
    return "\(FileNames.last(of: mainFile))-\(digest)"
  }

  /// Where a file of the configuration stands in a backup: as beside the main file, or, from
  /// elsewhere or with a name that the backup needs itself, by its whole path below `outside`.
  static func relativePath(of file: String, mainFile: String) -> String {
    let folder = FileNames.folder(of: mainFile)
    let prefix = folder == "/" ? "/" : folder + "/"
    let parts = file.split(separator: "/")
    guard file.hasPrefix(prefix), !parts.contains("..") else {
      return "outside/" + parts.filter { $0 != ".." && $0 != "." }.joined(separator: "/")
    }
    let inside = String(file.dropFirst(prefix.count))
    let isTaken = inside == listName || inside.hasPrefix("outside/")
    return isTaken ? "outside/" + parts.joined(separator: "/") : inside
  }

  /// The file in each backup that says what stands in it.
  private static let listName = "backup.json"

  // MARK: Writing

  /// Writes one backup; its folder.
  private func perform(_ job: Job) throws(BackupError) -> String {
    let parent = FileNames.join(job.folder, Self.folderName(of: job.mainFile))
    try BackupFiles.makeFolder(parent)
    // Colons are no names on some file systems that backups are copied to.
    let stamp = TimeText.rfc3339(job.time).replacing(":", with: "").replacing(".", with: "")
    let name = "\(stamp)-\(job.number)"
    let unfinished = "\(parent)/.\(name).tmp"
    BackupFiles.remove(unfinished)
    try BackupFiles.makeFolder(unfinished)
    let target = "\(parent)/\(name)"
    var written: [String: (file: ConfigSourceFile, copy: String)] = [:]
    var list: [JSONValue] = []
    var folders: Set<String> = []
    do throws(BackupError) {
      for source in job.sources {
        let relative = Self.relativePath(of: source.path, mainFile: job.mainFile)
        let copy = "\(unfinished)/\(relative)"
        let folder = FileNames.folder(of: copy)
        if folders.insert(folder).inserted { try BackupFiles.makeFolder(folder) }
        let before = last[source.path]
        if before?.file !== source || link(before?.copy ?? "", copy) != 0 {
          try BackupFiles.write(source.bytes, to: copy)
        }
        written[source.path] = (source, "\(target)/\(relative)")
        list.append(["path": .string(source.path), "file": .string(relative)])
      }
      let about: JSONValue = [
        "number": JSONValue(job.number), "replaced": .string(TimeText.rfc3339(job.time)),
        "files": .array(list),
      ]
      try BackupFiles.write(about.jsonBytes() + [0x0a], to: "\(unfinished)/\(Self.listName)")
      guard rename(unfinished, target) == 0 else { throw BackupError("be named", target, errno) }
    } catch {
      BackupFiles.remove(unfinished)
      throw error
    }
    last = written
    prune(parent, keep: job.limit)
    return target
  }

  /// Removes all but the newest. The names begin with the time, so their order is that of time.
  private func prune(_ parent: String, keep: Int) {
    let names = (directoryNames(parent) ?? []).filter { !$0.hasPrefix(".") }
    for name in names.dropLast(max(1, keep)) { BackupFiles.remove("\(parent)/\(name)") }
  }
}

/// Why there is no backup.
struct BackupError: Error, Sendable, CustomStringConvertible {
  let description: String

  init(_ what: String, _ path: String, _ code: Int32) {
    description = "\(path) cannot \(what): \(String(cString: strerror(code)))"
  }
}

/// Files and folders that only their owner reads.
enum BackupFiles {
  /// Makes a folder and those above it that are missing, mode 0700 or `mode`.
  static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(BackupError) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, path != "/" else { throw BackupError("be made", path, errno) }
    try makeFolder(FileNames.folder(of: path), mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw BackupError("be made", path, errno)
    }
  }

  /// Makes a file of `bytes`, mode 0600 or `mode`.
  static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t = 0o600, isSynced: Bool = false
  ) throws(BackupError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw BackupError("be made", path, errno) }
    defer { close(descriptor) }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + sent, $0.count - sent)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw BackupError("be written", path, errno) }
      sent += count
    }
    // The mode of open(2) goes through the umask.
    guard fchmod(descriptor, mode) == 0 else { throw BackupError("be protected", path, errno) }
    if isSynced, fsync(descriptor) != 0 { throw BackupError("be written", path, errno) }
  }

  /// Puts `bytes` in the place of the file at `path`, at once: who reads sees the old or the new. A
  /// link stays; what it leads to is replaced. The mode stays.
  static func replace(_ path: String, with bytes: [UInt8]) throws(BackupError) {
    var target = path
    if let real = realpath(path, nil) {
      target = String(cString: real)
      free(real)
    }
    var status = stat()
    let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : 0o644
    let unfinished = FileNames.join(
      FileNames.folder(of: target), ".\(FileNames.last(of: target)).\(getpid()).tmp")
    do throws(BackupError) {
      unlink(unfinished)
      try write(bytes, to: unfinished, mode: mode, isSynced: true)
      guard rename(unfinished, target) == 0 else { throw BackupError("be replaced", target, errno) }
    } catch {
      unlink(unfinished)
      throw error
    }
  }

  /// Removes a file, or a folder with all in it. What cannot be removed stays.
  static func remove(_ path: String) {
    if unlink(path) == 0 || errno == ENOENT { return }
    for name in directoryNames(path) ?? [] { remove(FileNames.join(path, name)) }
    rmdir(path)
  }
}
