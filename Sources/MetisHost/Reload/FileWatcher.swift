import CLinux
import Glibc

/// Notices that files change, on a thread of its own that sleeps meanwhile.
///
/// Folders are watched by inotify(7), not files: editors replace files by renaming others, and
/// Kubernetes replaces a link. At the limits of inotify it looks at the same paths every second.
final class FileWatcher: @unchecked Sendable {
  /// How changes are noticed.
  enum Mode: String, Sendable {
    case inotify
    case polling
  }

  /// What is watched, for status documents.
  struct Status: Sendable, Hashable {
    var mode: Mode
    /// Single files of the set.
    var files: Int
    /// Real folders that are watched.
    var folders: Int
  }

  private let clock: any HostClock
  private let onChange: @Sendable (FileChanges) -> Void
  private let warn: @Sendable (String) -> Void
  /// Wakes the thread.
  private let bell: Int32
  private var thread: HostThread?

  /// What other threads ask for.
  private struct Wish {
    var set: WatchSet?
    var quiet: UInt64
    var isStopping = false
    /// A test's: events get lost.
    var hasOverflown = false
    var status: Status
  }
  private let wish: Locked<Wish>

  // The thread's own.
  private var inotify: Inotify?
  private var set = WatchSet()
  private var map = WatchMap(WatchSet())
  private var debounce: Debounce
  private var changes = FileChanges()
  private var poll: PollingState?

  /// How often files are looked at without inotify; ns.
  private static let pollInterval: UInt64 = 1_000_000_000

  /// Starts to watch nothing.
  /// - Parameters:
  ///   - quiet: nanoseconds without a change after which `onChange` is told.
  ///   - mode: `polling` does without inotify.
  ///   - warn: takes what an operator should know. [watch-thread]
  ///   - onChange: takes what changed, once a burst is over. [watch-thread]
  init(
    clock: any HostClock, quiet: UInt64, mode: Mode = .inotify,
    warn: @escaping @Sendable (String) -> Void,
    onChange: @escaping @Sendable (FileChanges) -> Void
  ) throws(ThreadError) {
    self.clock = clock
    self.onChange = onChange
    self.warn = warn
    debounce = Debounce(quiet: quiet)
    wish = Locked(Wish(quiet: quiet, status: Status(mode: mode, files: 0, folders: 0)))
    bell = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard bell >= 0 else { throw ThreadError(code: errno) }
    if mode == .inotify { openInotify() } else { poll = PollingState(due: clock.monotonic) }
    do {
      thread = try HostThread(name: "metis-watch") { [self] in run() }
    } catch {
      close(bell)
      throw error
    }
    clock.whenMoved { [weak self] in self?.wake() }
  }

  /// Watches `set` and nothing else from soon on. What changed before that moment and after the
  /// files were read is told as a precaution. [any-thread]
  func watch(_ set: WatchSet, quiet: UInt64) {
    wish.withLock {
      $0.set = set
      $0.quiet = quiet
    }
    wake()
  }

  /// What is watched. [any-thread]
  var status: Status { wish.withLock { $0.status } }

  /// Acts as if the kernel had lost events. [any-thread]
  func overflow() {
    wish.withLock { $0.hasOverflown = true }
    wake()
  }

  /// Ends the thread and waits for it. Once, and not from `onChange`.
  func stop() {
    wish.withLock { $0.isStopping = true }
    wake()
    thread?.join()
    thread = nil
    close(bell)
  }

  private func wake() { _ = eventfd_write(bell, 1) }

  // MARK: The thread

  private func run() {
    HostThread.stepBack()
    while true {
      var count: eventfd_t = 0
      _ = eventfd_read(bell, &count)
      let (next, quiet, isStopping, hasOverflown) = wish.withLock { wish in
        defer {
          wish.set = nil
          wish.hasOverflown = false
        }
        return (wish.set, wish.quiet, wish.isStopping, wish.hasOverflown)
      }
      if isStopping { return }
      debounce.quiet = quiet
      if let next, next != set { adopt(next) }
      if hasOverflown { lose() }
      readEvents()
      pollFiles()
      let now = clock.monotonic
      if debounce.take(at: now) {
        let taken = changes
        changes = FileChanges()
        onChange(taken)
      }
      sleep()
    }
  }

  /// Sleeps until there is something to do.
  private func sleep() {
    let now = clock.monotonic
    let due = min(debounce.due ?? .max, poll?.due ?? .max)
    var timeout: Int32 = -1
    if due != .max {
      // Rounded up: to wake too early would mean to turn around many times.
      timeout = Int32(clamping: due <= now ? 0 : (due - now + 999_999) / 1_000_000)
    }
    // With a clock that stands still the time would be up at once; it wakes by itself when moved.
    if timeout == 0, !(clock is SystemClock) { timeout = 1 }
    var files = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
    if let descriptor = inotify?.descriptor {
      files.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    }
    _ = Glibc.poll(&files, nfds_t(files.count), timeout)
  }

  private func adopt(_ next: WatchSet) {
    let before = set
    set = next
    let isMore =
      !next.files.subtracting(before.files).isEmpty
      || !next.folders.subtracting(before.folders).isEmpty
    _ = look()
    if isMore {
      if !debounce.isPending { changes.isPrecaution = true }
      debounce.note(at: clock.monotonic)
    }
    // What changed since the last look is still to be told.
    if let known = poll?.known {
      poll?.known = PollingState.look(at: map).merging(known.filter { !roots(of: $0.key).isEmpty })
      {
        $1
      }
    }
  }

  /// Looks where the set stands now and watches that. Returns the folders that are new.
  private func look() -> Set<String> {
    var added: Set<String> = []
    // What is made between the look and the watch is found by the next look.
    for _ in 0..<8 {
      let wasCut = map.isCut
      map = WatchMap(set)
      if map.isCut, !wasCut {
        warn(
          "more than \(WatchMap.greatestCount) folders are to be watched; changes in the rest are "
            + "not noticed: name fewer in [reload] watch_directories")
      }
      guard inotify != nil else { break }
      guard let fresh = inotify!.watch(map.folders) else {
        usePolling("the limit of watches is reached (fs.inotify.max_user_watches)")
        break
      }
      added.formUnion(fresh)
      if fresh.isEmpty { break }
    }
    wish.withLock { [set, map] in
      $0.status.files = set.files.count
      $0.status.folders = map.folders.count
    }
    return added
  }

  private func note(_ roots: Set<String>, _ path: String? = nil) {
    guard !roots.isEmpty else { return }
    changes.isPrecaution = false
    changes.roots.formUnion(roots)
    // A name for each is enough: who unpacks an archive needs no list of a thousand.
    if changes.paths.count < 100 {
      changes.paths.formUnion(roots.intersection(set.files))
      if let path, roots.contains(where: { set.folders.contains($0) }) {
        changes.paths.insert(path)
      }
    }
    debounce.note(at: clock.monotonic)
  }

  /// Events are lost: everything may have changed.
  private func lose() {
    changes.isEverything = true
    note(set.files.union(set.folders))
    _ = look()
  }

  private func readEvents() {
    guard inotify != nil else { return }
    guard let events = inotify!.read() else { return lose() }
    var isMoved = false
    for event in events {
      if event.isAboutFolder {
        note(map.roots(in: event.folder))
        isMoved = true
        continue
      }
      guard !event.name.isEmpty else { continue }
      let isFolder = event.mask & UInt32(IN_ISDIR) != 0
      let roots = map.roots(of: event.name, in: event.folder)
      guard !roots.isEmpty else { continue }
      let path = FileNames.join(event.folder, event.name)
      if event.isComingOrGoing {
        let isNamed = map.isNamed(event.name, in: event.folder)
        if isFolder || isNamed || isLink(path) { isMoved = true }
        // A file that is written from nothing counts when it is closed.
        if event.mask & UInt32(IN_CREATE) != 0, !isFolder, !isComplete(path) { continue }
      } else if isFolder {
        continue
      }
      note(roots, path)
    }
    guard isMoved else { return }
    for folder in look() { note(map.roots(in: folder)) }
  }

  /// A link, or a further name of a file: nobody has to close it.
  private func isComplete(_ path: String) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return true }
    return status.st_mode & S_IFMT != S_IFREG || status.st_nlink > 1
  }

  private func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  // MARK: Without inotify

  private func openInotify() {
    inotify = Inotify()
    if inotify == nil {
      usePolling("inotify is not to be had: \(String(cString: strerror(errno)))")
    }
  }

  private func usePolling(_ reason: String) {
    inotify = nil
    poll = PollingState(due: clock.monotonic + Self.pollInterval)
    poll?.known = PollingState.look(at: map)
    wish.withLock { $0.status.mode = .polling }
    warn("\(reason); files are looked at every second instead")
  }

  private func pollFiles() {
    let now = clock.monotonic
    guard let due = poll?.due, due <= now, let known = poll?.known else { return }
    map = WatchMap(set)
    let found = PollingState.look(at: map)
    for (path, stamp) in found where known[path] != stamp { notePolled(path) }
    for path in known.keys where found[path] == nil { notePolled(path) }
    poll?.known = found
    poll?.due = now + Self.pollInterval
  }

  private func notePolled(_ path: String) {
    note(roots(of: path), path)
  }

  private func roots(of path: String) -> Set<String> {
    map.roots(of: FileNames.last(of: path), in: FileNames.folder(of: path))
  }
}

/// What is known of files that are looked at again and again.
struct PollingState {
  /// When to look again, CLOCK_MONOTONIC ns.
  var due: UInt64
  var known: [String: FileStamp] = [:]

  init(due: UInt64) { self.due = due }

  /// Everything that counts, by its path.
  static func look(at map: WatchMap) -> [String: FileStamp] {
    var found: [String: FileStamp] = [:]
    for (folder, names) in map.names {
      for name in names.keys {
        let path = FileNames.join(folder, name)
        found[path] = FileStamp(path)
      }
    }
    for folder in map.whole.keys {
      for name in directoryNames(folder) ?? [] where !FileNames.isLeftOver(name) {
        let path = FileNames.join(folder, name)
        found[path] = FileStamp(path)
      }
    }
    return found
  }
}

/// What changes with a file.
struct FileStamp: Hashable {
  let isFile: Bool
  let size: Int
  private let device: dev_t
  private let inode: ino_t
  private let seconds: Int
  private let nanoseconds: Int
  // Moves also where a program sets the time of the contents back.
  private let changedSeconds: Int
  private let changedNanoseconds: Int

  /// Nil where there is no such file. Of a link, the link itself.
  init?(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Nil where there is no such file. Of a link, what it leads to.
  init?(following path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    isFile = status.st_mode & S_IFMT == S_IFREG
    device = status.st_dev
    inode = status.st_ino
    // A folder changes with its files, which are looked at themselves.
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    size = isFolder ? 0 : Int(status.st_size)
    seconds = isFolder ? 0 : status.st_mtim.tv_sec
    nanoseconds = isFolder ? 0 : status.st_mtim.tv_nsec
    changedSeconds = isFolder ? 0 : status.st_ctim.tv_sec
    changedNanoseconds = isFolder ? 0 : status.st_ctim.tv_nsec
  }
}
