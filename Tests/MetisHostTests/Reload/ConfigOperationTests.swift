import Foundation
import JSON
import MetisConfig
import Testing

@testable import MetisHost

/// What the admin endpoint says of configurations, and going back.
@Suite struct ConfigOperationTests {
  /// A host whose tool `s` stands in a folder and holds a secret that only its plugin's schema tells.
  private func host(_ more: String = "") throws -> TestHost {
    let host = try TestHost(
      plugins: ["puppet", "sectioned"], more: "[reload]\nenabled = false\nbackup = false\n")
    try #require(mkdir(host.folder.path + "/tools", 0o755) == 0)
    try host.folder.write(
      "tools/s.toml",
      "name = \"s\"\n[mock]\nstrategy = \"sectioned\"\nkey = \"hunter22\"\n\(more)")
    let main = try String(contentsOfFile: host.folder.path + "/metis.toml", encoding: .utf8)
    try host.folder.write("metis.toml", "tools_dir = \"tools\"\n" + main)
    try host.host.control.sync { _ = try host.host.reloadAll() }
    return host
  }

  private func ask(_ host: TestHost, _ request: ConfigRequest) throws -> String {
    try host.host.control.sync { try host.host.config(request) }.description
  }

  @Test func secretsInFoldersAreMasked() throws {
    let host = try host()
    defer { host.stop() }
    let tree = try ask(host, .effective)
    #expect(tree.contains("sectioned") && !tree.contains("hunter22"))
    let difference = try ask(host, .difference(from: .number(1), to: .inForce))
    #expect(difference.contains("sectioned") && !difference.contains("hunter22"))
  }

  @Test func aComparisonChangesNothingOfWhatIsWatched() throws {
    let host = try host()
    defer { host.stop() }
    let before = host.host.control.sync { host.host.reloads.loader.watched.folders }
    #expect(before == [host.folder.path + "/tools"])
    _ = try ask(host, .difference(from: .number(1), to: .disk))
    #expect(host.host.control.sync { host.host.reloads.loader.watched.folders } == before)
  }

  @Test func nothingIsOverwrittenThatCannotBeKept() throws {
    let host = try host()
    defer { host.stop() }
    let main = host.folder.path + "/metis.toml"
    let text = try String(contentsOfFile: main, encoding: .utf8)
    try host.folder.write("blocked", "a file")
    let blocked = text.replacing(
      "backup = false", with: "backup_dir = \"\(host.folder.path)/blocked\"")
    try host.folder.write("metis.toml", blocked)
    try host.host.control.sync { _ = try host.host.reloadAll() }
    try host.folder.write("metis.toml", blocked + "\n# work of an hour\n")
    let number = try host.host.control.sync {
      _ = try host.host.reloadAll()
      return host.host.reloads.history.current.number - 1
    }
    let problem = #expect(throws: Problem.self) {
      try ask(host, .rollback(to: number, isWriting: true))
    }
    #expect(problem?.detail.contains("cannot be kept before") == true)
    #expect(try String(contentsOfFile: main, encoding: .utf8).contains("work of an hour"))
  }

  @Test func goingBackWritesFoldersThatAreGone() throws {
    let host = try host()
    defer { host.stop() }
    let file = host.folder.path + "/tools/s.toml"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try FileManager.default.removeItem(atPath: host.folder.path + "/tools")
    let number = try host.host.control.sync {
      _ = try host.host.reloadAll()
      return host.host.reloads.history.current.number - 1
    }
    _ = try ask(host, .rollback(to: number, isWriting: true))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    #expect(host.host.control.sync { host.host.reloads.pinned } == nil)
  }

  /// A file that is touched says nothing new: who went back stays there until one says more.
  @Test func goingBackHoldsUntilTheFilesSaySomethingElse() throws {
    let host = try host()
    defer { host.stop() }
    let main = host.folder.path + "/metis.toml"
    let text = try String(contentsOfFile: main, encoding: .utf8)
      .replacing("enabled = false", with: "enabled = true\ndebounce_ms = 60000")
    try host.folder.write("metis.toml", text)
    try host.folder.write("tools/t.toml", "name = \"t\"\nmock.strategy = \"good\"\n")
    var touch = FileChanges()
    touch.roots = [main]
    touch.paths = [main]
    let changes = touch
    let inner = host.host
    try inner.control.sync {
      _ = try inner.reloadAll()
      let number = inner.reloads.history.current.number
      try host.folder.write("metis.toml", text + "\n# the next\n")
      _ = try inner.reloadAll()
      _ = try inner.config(.rollback(to: number, isWriting: false))
      #expect(inner.reloads.pinned == number)
      utimes(main, nil)
      inner.follow(changes)
      #expect(inner.reloads.pinned == number && inner.reloads.last?.outcome == .unchanged)
      // One that is wrong changes nothing either.
      try host.folder.write("metis.toml", "[")
      inner.follow(changes)
      #expect(inner.reloads.pinned == number && inner.reloads.last?.outcome == .failed)
      try host.folder.write("metis.toml", text + "\n# another\n")
      inner.follow(changes)
      #expect(inner.reloads.pinned == nil && inner.reloads.last?.outcome == .active)
    }
  }
}
