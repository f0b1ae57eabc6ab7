import Foundation
import Testing

@testable import MetisHost

/// A watcher on a folder of its own, and what it told.
final class Watching: @unchecked Sendable {
  let folder: TemporaryFolder
  let warnings = Locked<[String]>([])
  private let told = Locked<[FileChanges]>([])
  private(set) var watcher: FileWatcher!

  init(_ mode: FileWatcher.Mode = .inotify, quiet: UInt64 = 20_000_000) throws {
    folder = try TemporaryFolder()
    watcher = try FileWatcher(
      clock: SystemClock(), quiet: quiet, mode: mode,
      warn: { [warnings] text in warnings.withLock { $0.append(text) } },
      onChange: { [told] changes in told.withLock { $0.append(changes) } })
  }

  deinit { watcher.stop() }

  /// A path in the folder; links of the folder's own path are resolved.
  subscript(name: String) -> String { real + "/" + name }

  private var real: String {
    guard let path = realpath(folder.path, nil) else { return folder.path }
    defer { free(path) }
    return String(cString: path)
  }

  /// Watches, and waits until it does.
  func watch(files: [String] = [], folders: [String] = []) {
    watcher.watch(
      WatchSet(files: Set(files.map { self[$0] }), folders: Set(folders.map { self[$0] })),
      quiet: 20_000_000)
    #expect(eventually { told.withLock { $0.last?.isPrecaution == true } })
    _ = take()
  }

  func take() -> [FileChanges] {
    told.withLock { told in
      defer { told = [] }
      return told
    }
  }

  /// What changed, once something has.
  func next(_ seconds: Double = 5) -> FileChanges {
    var found = FileChanges()
    _ = eventually(seconds) {
      for changes in take() {
        found.roots.formUnion(changes.roots)
        found.paths.formUnion(changes.paths)
        found.isEverything = found.isEverything || changes.isEverything
      }
      return !found.roots.isEmpty
    }
    return found
  }

  /// Whether nothing is told for a while.
  var isSilent: Bool {
    usleep(150_000)
    return take().isEmpty
  }

  func write(_ name: String, _ text: String) throws {
    let file = try #require(fopen(self[name], "w"))
    fputs(text, file)
    fclose(file)
  }

  func make(_ name: String) throws { try #require(mkdir(self[name], 0o755) == 0) }

  func rename(_ from: String, _ to: String) throws {
    try #require(Foundation.rename(self[from], self[to]) == 0)
  }

  func link(_ name: String, to target: String) throws {
    try #require(symlink(target, self[name]) == 0)
  }
}

@Suite struct FileWatcherTests {
  @Test func writtenInPlace() throws {
    let it = try Watching()
    try it.write("a.toml", "1")
    it.watch(files: ["a.toml"])
    try it.write("a.toml", "2")
    let changes = it.next()
    #expect(changes.roots == [it["a.toml"]] && changes.paths == [it["a.toml"]])
    #expect(!changes.isPrecaution && !changes.isEverything)
    // Another file of the folder is none of ours.
    try it.write("b.toml", "2")
    #expect(it.isSilent)
  }

  @Test(arguments: ["vim", "emacs", "VS Code", "JetBrains"])
  func editorsThatRename(editor: String) throws {
    let it = try Watching()
    try it.write("a.toml", "1")
    it.watch(files: ["a.toml"])
    for round in 2...4 {
      switch editor {
      case "vim":
        try it.write("4913", "")
        unlink(it["4913"])
        try it.rename("a.toml", "a.toml~")
        try it.write("a.toml", "\(round)")
        unlink(it["a.toml~"])
      case "emacs":
        try it.link(".#a.toml", to: "me@here.1")
        try it.rename("a.toml", "a.toml~")
        try it.write("a.toml", "\(round)")
        unlink(it[".#a.toml"])
      case "VS Code":
        try it.write("a.toml.tmp", "\(round)")
        try it.rename("a.toml.tmp", "a.toml")
      default:
        try it.write("a.toml___jb_tmp___", "\(round)")
        try it.rename("a.toml", "a.toml___jb_old___")
        try it.rename("a.toml___jb_tmp___", "a.toml")
        unlink(it["a.toml___jb_old___"])
      }
      #expect(it.next().roots == [it["a.toml"]], "round \(round)")
      usleep(60_000)
      _ = it.take()
    }
  }

  @Test func goneAndBackAgain() throws {
    let it = try Watching()
    try it.make("conf")
    try it.write("conf/a.toml", "1")
    it.watch(files: ["conf/a.toml", "conf/local.toml", "later/b.toml"])
    unlink(it["conf/a.toml"])
    #expect(it.next().roots == [it["conf/a.toml"]])
    try it.write("conf/a.toml", "2")
    #expect(it.next().roots == [it["conf/a.toml"]])
    // An overlay that was not there before.
    try it.write("conf/local.toml", "3")
    #expect(it.next().roots == [it["conf/local.toml"]])
    // Even its folder comes later.
    try it.make("later")
    #expect(it.next().roots == [it["later/b.toml"]])
    usleep(60_000)
    _ = it.take()
    try it.write("later/b.toml", "4")
    #expect(it.next().roots == [it["later/b.toml"]])
    // The whole folder is replaced.
    try it.make("next")
    try it.write("next/a.toml", "5")
    try it.rename("conf", "old")
    try it.rename("next", "conf")
    #expect(it.next().roots.contains(it["conf/a.toml"]))
    usleep(60_000)
    _ = it.take()
    try it.write("conf/a.toml", "6")
    #expect(it.next().roots == [it["conf/a.toml"]])
    try it.write("old/a.toml", "7")
    #expect(it.isSilent)
  }

  /// Kubernetes mounts a ConfigMap so: a swap replaces `..data` alone.
  @Test func linksThatAreSwapped() throws {
    let it = try Watching()
    try it.make("mount")
    for version in ["..1", "..2", "..3"] {
      try it.make("mount/" + version)
      try it.write("mount/\(version)/a.toml", version)
      try it.write("mount/\(version)/tool.toml", version)
    }
    try it.link("mount/..data", to: "..1")
    try it.link("mount/a.toml", to: "..data/a.toml")
    try it.link("mount/tool.toml", to: "..data/tool.toml")
    it.watch(files: ["mount/a.toml"], folders: ["mount"])
    for version in ["..2", "..3"] {
      try it.link("mount/..data_tmp", to: version)
      try it.rename("mount/..data_tmp", "mount/..data")
      #expect(it.next().roots == [it["mount/a.toml"], it["mount"]])
      usleep(60_000)
      _ = it.take()
      // The target is followed as well.
      try it.write("mount/\(version)/a.toml", "changed")
      #expect(it.next().roots.contains(it["mount/a.toml"]))
    }
    try it.write("mount/..1/a.toml", "nobody reads it")
    #expect(it.isSilent)
  }

  @Test func foldersWithAllBelowThem() throws {
    let it = try Watching()
    try it.make("tools")
    try it.make("tools/deep")
    it.watch(folders: ["tools"])
    try it.write("tools/deep/a.toml", "1")
    var changes = it.next()
    #expect(changes.roots == [it["tools"]] && changes.paths == [it["tools/deep/a.toml"]])
    // A folder that comes with files in it, made before anybody could watch it.
    try it.make("tools/new")
    try it.make("tools/new/er")
    try it.write("tools/new/er/b.toml", "1")
    changes = it.next()
    #expect(changes.roots == [it["tools"]])
    usleep(60_000)
    _ = it.take()
    try it.write("tools/new/er/b.toml", "2")
    #expect(it.next().paths == [it["tools/new/er/b.toml"]])
    // What editors leave, and hidden files, are nothing.
    for name in [".a.toml.swp", "a.toml~", "#a.toml#", "a.toml.tmp", ".git", "4913"] {
      try it.write("tools/" + name, "x")
    }
    try it.make("tools/.cache")
    try it.write("tools/.cache/c.toml", "x")
    #expect(it.isSilent)
    unlink(it["tools/deep/a.toml"])
    #expect(it.next().roots == [it["tools"]])
    #expect(it.watcher.status.folders >= 4)
  }

  @Test func lostEvents() throws {
    let it = try Watching()
    try it.make("tools")
    try it.write("a.toml", "1")
    it.watch(files: ["a.toml"], folders: ["tools"])
    it.watcher.overflow()
    let changes = it.next()
    #expect(changes.isEverything && changes.roots == [it["a.toml"], it["tools"]])
    try it.write("a.toml", "2")
    #expect(it.next().roots == [it["a.toml"]])
  }

  @Test func withoutInotify() throws {
    let it = try Watching(.polling)
    try it.make("tools")
    try it.write("a.toml", "1")
    it.watch(files: ["a.toml"], folders: ["tools"])
    #expect(it.watcher.status.mode == .polling)
    try it.write("a.toml", "22")
    #expect(it.next().roots == [it["a.toml"]])
    try it.write("tools/new.toml", "1")
    #expect(it.next().roots == [it["tools"]])
    unlink(it["tools/new.toml"])
    #expect(it.next().roots == [it["tools"]])
    try it.write("tools/.new.toml.swp", "1")
    usleep(1_300_000)
    #expect(it.take().isEmpty)
  }

  /// What changed before the set did, and was not looked at yet.
  @Test func withoutInotifyNothingIsLostWithTheSet() throws {
    let it = try Watching(.polling)
    try it.write("a.toml", "1")
    try it.write("b.toml", "1")
    it.watch(files: ["a.toml", "b.toml"])
    try it.write("a.toml", "22")
    it.watcher.watch(WatchSet(files: [it["a.toml"]]), quiet: 20_000_000)
    #expect(it.next().roots == [it["a.toml"]])
  }

  @Test func aBurstIsToldOnce() throws {
    let it = try Watching()
    try it.make("tools")
    it.watch(folders: ["tools"])
    for number in 0..<300 { try it.write("tools/\(number).toml", "x") }
    #expect(eventually { !it.take().isEmpty })
    usleep(200_000)
    #expect(it.take().count <= 3)
  }

  /// Time that is moved by hand: nothing is told before it has passed.
  @Test func injectedTime() throws {
    let clock = ManualClock()
    let told = Locked<[FileChanges]>([])
    let folder = try TemporaryFolder()
    let file = try folder.write("a.toml", "1")
    let watcher = try FileWatcher(
      clock: clock, quiet: 500_000_000, warn: { _ in },
      onChange: { changes in told.withLock { $0.append(changes) } })
    defer { watcher.stop() }
    watcher.watch(WatchSet(files: [file]), quiet: 500_000_000)
    #expect(eventually { watcher.status.folders > 0 })
    clock.advance(499_999_999)
    usleep(50_000)
    #expect(told.withLock { $0.isEmpty })
    clock.advance(1)
    #expect(eventually { told.withLock { $0.count } == 1 })
    #expect(told.withLock { $0[0].isPrecaution })
  }

  @Test func whatEditorsLeave() {
    for name in [".x", "x~", "#x#", "x.swp", "x.swx", "x.tmp", "4913", "x.bak", ".#x"] {
      #expect(FileNames.isLeftOver(name), "\(name)")
    }
    for name in ["x.toml", "x", "tmp", "x.tmpl", "#x", "49130"] {
      #expect(!FileNames.isLeftOver(name), "\(name)")
    }
  }
}
