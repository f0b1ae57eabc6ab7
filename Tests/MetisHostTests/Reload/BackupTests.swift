import Foundation
import JSON
import MetisConfig
import Testing

@testable import MetisHost

@Suite struct BackupTests {
  private final class Written: @unchecked Sendable {
    let folder: TemporaryFolder
    let results = Locked<[Result<String, BackupError>]>([])
    let backup: ConfigBackup

    init() throws {
      folder = try TemporaryFolder()
      backup = ConfigBackup { [results] result in results.withLock { $0.append(result) } }
    }

    func write(_ number: Int, _ sources: [ConfigSourceFile], limit: Int = 10) {
      backup.write(
        ConfigBackup.Job(
          number: number, time: Int64(number) * 1_000_000_000, sources: sources,
          mainFile: "/etc/metis/metis.toml", folder: folder.path + "/state/backups", limit: limit))
      backup.finish()
    }

    var names: [String] {
      let parent =
        folder.path + "/state/backups/" + ConfigBackup.folderName(of: "/etc/metis/metis.toml")
      return directoryNames(parent) ?? []
    }
  }

  private func file(_ path: String, _ text: String) -> ConfigSourceFile {
    ConfigSourceFile(path: path, bytes: Array(text.utf8))
  }

  private func status(_ path: String) throws -> stat {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status
  }

  @Test func whereFilesGo() {
    let main = "/etc/metis/metis.toml"
    for (file, expected) in [
      (main, "metis.toml"), ("/etc/metis/tools/a.toml", "tools/a.toml"),
      ("/etc/other/b.toml", "outside/etc/other/b.toml"),
      ("/etc/metisx/b.toml", "outside/etc/metisx/b.toml"),
      ("/etc/metis/../../x.toml", "outside/etc/metis/x.toml"),
      ("/etc/metis/backup.json", "outside/etc/metis/backup.json"),
      ("/etc/metis/outside/a.toml", "outside/etc/metis/outside/a.toml"),
    ] {
      #expect(ConfigBackup.relativePath(of: file, mainFile: main) == expected)
    }
    #expect(ConfigBackup.relativePath(of: "/a/b.toml", mainFile: "/m.toml") == "a/b.toml")
    let name = ConfigBackup.folderName(of: main)
    #expect(name.hasPrefix("metis.toml-") && name.count == "metis.toml-".count + 8)
    #expect(name != ConfigBackup.folderName(of: "/etc/other/metis.toml"))
  }

  @Test func standardPlaces() {
    #expect(
      ConfigBackup.standardFolder { ["XDG_STATE_HOME": "/s", "HOME": "/h"][$0] }
        == "/s/metis/backups")
    #expect(
      ConfigBackup.standardFolder { ["XDG_STATE_HOME": "rel", "HOME": "/h"][$0] }
        == "/h/.local/state/metis/backups")
    #expect(ConfigBackup.standardFolder { _ in nil } == nil)
  }

  @Test func filesAndModes() throws {
    let it = try Written()
    let main = file("/etc/metis/metis.toml", "a = 1")
    it.write(1, [main, file("/etc/metis/tools/a.toml", "b"), file("/srv/c.toml", "c")])
    let folder = try it.results.withLock { try #require($0.first).get() }
    #expect(folder.hasSuffix("/1970-01-01T000001000Z-1"))
    #expect(try PluginStore.read(folder + "/metis.toml") == main.bytes)
    #expect(try PluginStore.read(folder + "/tools/a.toml") == Array("b".utf8))
    #expect(try PluginStore.read(folder + "/outside/srv/c.toml") == Array("c".utf8))
    #expect(try status(folder).st_mode & 0o777 == 0o700)
    #expect(try status(folder + "/tools").st_mode & 0o777 == 0o700)
    #expect(try status(folder + "/metis.toml").st_mode & 0o777 == 0o600)
    let about = try JSONValue(jsonBytes: try PluginStore.read(folder + "/backup.json"))
    #expect(about["number"] == 1)
    #expect(about["files"]?.array?.last == ["path": "/srv/c.toml", "file": "outside/srv/c.toml"])
  }

  @Test func unchangedFilesAreShared() throws {
    let it = try Written()
    let (same, one, two) = (
      file("/etc/metis/same.toml", "s"), file("/etc/metis/metis.toml", "1"),
      file("/etc/metis/metis.toml", "2")
    )
    it.write(1, [one, same])
    it.write(2, [two, same])
    let folders = try it.results.withLock { try $0.map { try $0.get() } }
    #expect(
      try status(folders[0] + "/same.toml").st_ino == status(folders[1] + "/same.toml").st_ino)
    #expect(
      try status(folders[0] + "/metis.toml").st_ino != status(folders[1] + "/metis.toml").st_ino)
    #expect(try PluginStore.read(folders[1] + "/metis.toml") == [0x32])
    // Someone removed the backup before: the file is written anew.
    BackupFiles.remove(folders[1])
    it.write(3, [two, same])
    let third = try it.results.withLock { try #require($0.last).get() }
    #expect(try PluginStore.read(third + "/same.toml") == same.bytes)
  }

  @Test func onlyTheLastAreKept() throws {
    let it = try Written()
    for number in 1...12 {
      it.write(number, [file("/etc/metis/metis.toml", "\(number)")], limit: 3)
    }
    #expect(it.names.map { String($0.suffix(3)) } == ["-10", "-11", "-12"])
  }

  @Test func aFailureIsReported() throws {
    let it = try Written()
    try it.folder.write("state", "a file where the folder should be")
    it.write(1, [file("/etc/metis/metis.toml", "1")])
    guard case .failure(let error)? = it.results.withLock({ $0.first }) else {
      Issue.record("the backup succeeded")
      return
    }
    #expect("\(error)".contains("/state/backups"))
  }

  @Test func filesAreReplacedAtOnce() throws {
    let folder = try TemporaryFolder()
    let real = try folder.write("real.toml", "old")
    chmod(real, 0o640)
    let link = folder.path + "/link.toml"
    try #require(symlink("real.toml", link) == 0)
    try BackupFiles.replace(link, with: Array("new".utf8))
    #expect(try PluginStore.read(real) == Array("new".utf8))
    #expect(try status(real).st_mode & 0o777 == 0o640)
    var own = stat()
    #expect(lstat(link, &own) == 0 && own.st_mode & S_IFMT == S_IFLNK)
    #expect(directoryNames(folder.path) == ["link.toml", "real.toml"])
    #expect(throws: BackupError.self) {
      try BackupFiles.replace(folder.path + "/none/x.toml", with: [1])
    }
  }

  /// A thousand files: what a reload waits for is the hand-over, not the disk.
  @Test func manyFiles() throws {
    let it = try Written()
    let sources = (0..<1000).map {
      file("/etc/metis/tools/\($0).toml", String(repeating: "x", count: 500))
    }
    let began = SystemClock().monotonic
    it.backup.write(
      ConfigBackup.Job(
        number: 1, time: 0, sources: sources, mainFile: "/etc/metis/metis.toml",
        folder: it.folder.path + "/b", limit: 2))
    #expect(SystemClock().monotonic - began < 50_000_000)
    it.backup.finish()
    let took = SystemClock().monotonic - began
    #expect(try it.results.withLock { try $0.map { try $0.get() } }.count == 1)
    print("a backup of 1000 files: \(took / 1_000_000) ms beside the reload")
  }
}
