import Foundation
import Testing

@testable import MetisConfig

@Suite struct LoadingTests {
  private func tool(_ name: String, _ more: String = "") -> String {
    "[[tools]]\nname = \"\(name)\"\nmock.strategy = \"echo\"\n\(more)\n"
  }

  /// Time for a further change to show in a file's identity.
  private func settle() { usleep(60_000) }

  private func stamps(_ configuration: Configuration) -> [String: UInt64] {
    Dictionary(configuration.tools.map { ($0.name, $0.stamp) }) { first, _ in first }
  }

  @Test func whatDidNotChangeKeepsItsStamp() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"tools\"\n" + tool("a"))
    _ = try folder.write("tools/x.toml", tool("b") + tool("c"))
    _ = try folder.write("tools/y.toml", tool("d"))
    settle()
    let loader = ConfigLoader(ConfigInputs([main]))
    let first = try loader.load()
    #expect(Set(stamps(first).values).count == 4 && !stamps(first).values.contains(0))
    let again = try loader.load()
    #expect(stamps(again) == stamps(first))
    #expect(zip(again.sources, first.sources).allSatisfy { $0 === $1 })
    #expect(again.sources.map(\.path) == again.files)

    // Only what says something else is another one, wherever it stands.
    _ = try folder.write("tools/x.toml", "# a note\n" + tool("b") + tool("c", "title = \"T\""))
    let next = try loader.load()
    #expect(stamps(next)["b"] == stamps(first)["b"])
    #expect(stamps(next)["c"] != stamps(first)["c"])
    #expect(stamps(next)["d"] == stamps(first)["d"])
    #expect(next.tools[1].place.line == 3)
    _ = try folder.write("metis.toml", "tools_dir = \"tools\"\n" + tool("e") + tool("a"))
    #expect(stamps(try loader.load())["a"] == stamps(first)["a"])
  }

  @Test func theSameBytesAgainChangeNothing() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"tools\"\n")
    let file = try folder.write("tools/x.toml", tool("b"))
    let loader = ConfigLoader(ConfigInputs([main]))
    let first = try loader.load()
    try FileManager.default.removeItem(atPath: file)
    _ = try folder.write("tools/x.toml", tool("b"))
    let next = try loader.load()
    #expect(stamps(next) == stamps(first))
    #expect(next.sources[1] === first.sources[1])
  }

  /// Two writes within one tick of the clock, of the same size.
  @Test func aSecondChangeAtOnceIsSeen() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", tool("a"))
    let loader = ConfigLoader(ConfigInputs([main]))
    for name in ["b", "c", "d", "e", "f"] {
      _ = try folder.write("metis.toml", tool(name))
      #expect(try loader.load().tools.map(\.name) == [name])
    }
  }

  @Test func variablesAndDefaultsCount() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml", "tools_dir = \"tools\"\n[defaults]\ntimeout_ms = 5\n")
    _ = try folder.write("tools/x.toml", tool("b", "title = \"${T:-none}\"") + tool("c"))
    settle()
    let variables = Variables()
    let loader = ConfigLoader(ConfigInputs([main])) { variables[$0] }
    let first = try loader.load()
    #expect(first.tools[0].title == "none")
    variables["T"] = "t"
    let second = try loader.load()
    #expect(second.tools[0].title == "t")
    #expect(stamps(second)["b"] != stamps(first)["b"])
    #expect(stamps(second)["c"] == stamps(first)["c"])
    _ = try folder.write("metis.toml", "tools_dir = \"tools\"\n[defaults]\ntimeout_ms = 6\n")
    let third = try loader.load()
    #expect(third.tools[1].mock.timeout == .milliseconds(6))
    #expect(stamps(third)["c"] != stamps(first)["c"])
  }

  @Test func filesOfSeveralDefinitions() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml", "tools_dir = [\"tools\", \"more\", \"tools/sub\"]\nresources_dir = \"res\"\n")
    _ = try folder.write("tools/b.toml", "name = \"one\"\nmock.strategy = \"echo\"\n")
    _ = try folder.write("tools/sub/a.toml", tool("two") + tool("three"))
    _ = try folder.write(
      "tools/a.json", #"[{"name":"four","mock":{"strategy":"echo"}}]"#)
    _ = try folder.write(
      "more/x.json", #"{"tools":[{"name":"five","mock":{"strategy":"echo"}}]}"#)
    for left in [
      ".hidden.toml", "b.toml~", ".#b.toml", "#b.toml#", "b.swp", "b.tmp", "b.bak", "README",
    ] {
      _ = try folder.write("tools/\(left)", "not a definition")
    }
    _ = try folder.write("tools/.git/x.toml", "not a definition")
    _ = try folder.write(
      "res/r.toml",
      "[[resource_templates]]\nuri_template = \"a://{x}\"\nmock.strategy = \"s\"\n"
        + "[[resources]]\nuri = \"a://b\"\nmock.strategy = \"s\"\n")
    let configuration = try loadLayers(ConfigInputs([main]), in: folder)
    #expect(configuration.tools.map(\.name) == ["four", "one", "two", "three", "five"])
    #expect(configuration.resources.map(\.isTemplate) == [false, true])
    #expect(configuration.warnings.isEmpty)
  }

  @Test func wrongFilesOfSeveralDefinitions() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"tools\"\n")
    _ = try folder.write("tools/a.toml", "x = 1\n" + tool("a"))
    _ = try folder.write("tools/b.toml", "[[prompts]]\nname = \"a\"\nmock.strategy = \"s\"\n")
    _ = try folder.write("tools/c.json", #"[{"title":"c"},3]"#)
    let found = layerErrors(ConfigInputs([main]), in: folder)
    #expect(found.count == 4, "\(found)")
    #expect(found.first?.hasPrefix("tools/a.toml:1:1: error: x: found beside [[tools]]") == true)
    #expect(found.contains { $0.contains("found prompts in a folder of tools") })
    #expect(found.contains { $0.hasPrefix("tools/c.json:1:2: error: [0]") })
    #expect(found.contains { $0.hasPrefix("tools/c.json:1:16: error: [1]") })
  }

  @Test func tooManyFoldersAreLeftOut() throws {
    let folder = try Folder()
    for index in 0...FolderListing.greatestCount {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(index)", withIntermediateDirectories: true)
    }
    let listing = try FolderListing(of: folder.path)
    #expect(listing.folders.count == FolderListing.greatestCount)
    #expect(listing.issues.count == 1)
    #expect(listing.issues.first?.message.contains("the limit is 10000 folders") == true)
  }

  @Test func frozenFilesAreReadInPlaceOfTheDisk() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"tools\"\n" + tool("a"))
    _ = try folder.write("metis.x.toml", "[server]\nport = 5\n")
    let file = try folder.write("tools/sub/x.toml", tool("b"))
    settle()
    let loader = ConfigLoader(ConfigInputs([main], environment: "x"))
    let first = try loader.load()
    _ = try folder.write("metis.toml", tool("z"))
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.removeItem(atPath: folder.path + "/metis.x.toml")
    #expect(try loader.load().tools.map(\.name) == ["z"])
    let back = try loader.load(frozen: first.sources)
    #expect(back.tools.map(\.name) == ["a", "b"])
    #expect(back.server.port == 5)
    #expect(back.files == first.files)
    #expect(back.sources.map(\.bytes) == first.sources.map(\.bytes))
    // The disk counts again afterwards.
    #expect(try loader.load().tools.map(\.name) == ["z"])
    let none = ConfigLoader(ConfigInputs([main]))
    #expect(throws: ConfigErrors.self) { try none.load(frozen: []) }
  }

  @Test func failedLoadsSayWhatToWatchAndLeaveTheRestAlone() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml", "tools_dir = \"tools\"\nprompts_dir = \"none/below\"\n")
    _ = try folder.write("tools/x.toml", tool("b"))
    settle()
    let loader = ConfigLoader(ConfigInputs([main], environment: "e"))
    let first = try loader.load()
    #expect(first.warnings.count == 2)
    #expect(loader.watched.folders == [folder.path + "/tools"])
    #expect(loader.watched.files.contains(folder.path + "/none"))
    _ = try folder.write("tools/x.toml", "name = ")
    _ = try folder.write("tools/y.toml", "name = 1\n")
    do {
      _ = try loader.load()
      Issue.record("loaded")
    } catch {
      #expect(error.errors.contains { $0.file.hasSuffix("x.toml") })
      #expect(error.errors.contains { $0.file.hasSuffix("y.toml") })
    }
    #expect(loader.watched.folders == [folder.path + "/tools"])
    #expect(loader.watched.files.contains(main))
    #expect(loader.watched.files.contains(folder.path + "/metis.e.json"))
    _ = try folder.write("tools/x.toml", tool("b"))
    _ = try folder.write("tools/y.toml", tool("y"))
    let next = try loader.load()
    #expect(stamps(next)["b"] == stamps(first)["b"])
    try FileManager.default.removeItem(atPath: main)
    #expect(throws: ConfigErrors.self) { try loader.load() }
    #expect(loader.watched.files.contains(main))
  }

  @Test func linksAndLoops() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"tools\"\n")
    _ = try folder.write("elsewhere/x.toml", tool("x"))
    _ = try folder.write("elsewhere/d/y.toml", tool("y"))
    _ = try folder.write("tools/a.toml", tool("a"))
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: folder.path + "/tools/b.toml", withDestinationPath: "../elsewhere/x.toml")
    try files.createSymbolicLink(
      atPath: folder.path + "/tools/d", withDestinationPath: "../elsewhere/d")
    try files.createSymbolicLink(atPath: folder.path + "/tools/loop", withDestinationPath: ".")
    let loader = ConfigLoader(ConfigInputs([main]))
    let configuration = try loader.load()
    #expect(configuration.tools.map(\.name) == ["a", "x", "y"])
    #expect(configuration.warnings.count == 1)
    #expect(configuration.warnings.first?.message.contains("leads back") == true)
    #expect(loader.watched.folders.contains(folder.path + "/tools/d"))
    settle()
    _ = try loader.load()
    _ = try folder.write("elsewhere/x.toml", tool("z"))
    #expect(try loader.load().tools.map(\.name) == ["a", "z", "y"])
    try files.createSymbolicLink(
      atPath: folder.path + "/tools/none.toml", withDestinationPath: "/nowhere/at/all")
    #expect(layerErrors(ConfigInputs([main]), in: folder).first?.contains("No such file") == true)
  }

  @Test func namesInAnyScript() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"werkzeuge-ä-工具\"\n")
    let names = ["\u{e9}", "e\u{301}", "🛠", "с пробелом"]
    for (index, name) in names.enumerated() {
      // Foundation would write both forms of é to one file.
      try FileManager.default.createDirectory(
        atPath: folder.path + "/werkzeuge-ä-工具", withIntermediateDirectories: true)
      let file = fopen(folder.path + "/werkzeuge-ä-工具/\(name).toml", "w")
      fputs(tool("t\(index)"), file)
      fclose(file)
    }
    let loader = ConfigLoader(ConfigInputs([main]))
    let first = try loader.load()
    #expect(Set(first.tools.map(\.name)) == ["t0", "t1", "t2", "t3"])
    settle()
    _ = try loader.load()
    #expect(stamps(try loader.load()) == stamps(first))
  }

  @Test func unreadableFilesAreErrorsWithTheirReason() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"tools\"\n")
    _ = try folder.write("tools/x.toml", tool("x"))
    mkfifo(folder.path + "/tools/pipe.toml", 0o600)
    let found = layerErrors(ConfigInputs([main]), in: folder)
    #expect(
      found == [
        "tools/pipe.toml: error: the file cannot be read: not a regular file"
      ])
    #expect(
      layerErrors(ConfigInputs([folder.path + "/tools"]), in: folder).first?
        .contains("unknown format") == true)
  }

  @Test func aFileThatIsWrittenMeanwhileIsReadWhole() throws {
    let folder = try Folder()
    let path = folder.path + "/big.toml"
    let texts = [String(repeating: "a", count: 300_000), String(repeating: "b", count: 300_000)]
    try texts[0].write(toFile: path, atomically: true, encoding: .utf8)
    let stop = Flag()
    let writer = Thread {
      var round = 0
      while !stop.isSet {
        round += 1
        try? texts[round % 2].write(toFile: path, atomically: true, encoding: .utf8)
      }
      stop.end()
    }
    writer.start()
    for _ in 0..<200 {
      let contents = try FileContents(of: path, limit: 1 << 20)
      #expect(contents.bytes.count == 300_000)
      #expect(contents.bytes.allSatisfy { $0 == contents.bytes[0] })
    }
    stop.set()
    stop.wait()
  }

  @Test func manyLoadsOfChangingFilesKeepMemoryFlat() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"tools\"\n")
    for file in 0..<20 {
      _ = try folder.write(
        "tools/t\(file).toml", (0..<20).map { tool("t\(file)_\($0)") }.joined())
    }
    let loader = ConfigLoader(ConfigInputs([main]))
    func change(_ round: Int) throws {
      _ = try folder.write(
        "tools/t3.toml", (0..<20).map { tool("t3_\($0)", "title = \"\(round)\"") }.joined())
      #expect(try loader.load().tools.count == 400)
    }
    for round in 0..<50 { try change(round) }
    let before = residentBytes()
    for round in 50..<250 { try change(round) }
    #expect(residentBytes() - before < 16 << 20)
  }

  private func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
  }

  @Test func keysThatNeedARestart() throws {
    let configuration = try load("[plugins]\nlibrary_path = [\"/\"]\n[server]\nname = \"x\"\n")
    #expect(configuration.restartKeys["plugins.library_path"] == "[\"/\"]")
    #expect(configuration.restartKeys["server.name"] == nil)
    let other = try load(
      """
      [server]
      port = 3000
      input.key = "0123456789abcdef"
      performance.threads = 3
      [server.transport.http]
      idle_timeout_ms = 5
      """)
    #expect(
      configuration.restartKeys.differences(to: other.restartKeys) == [
        "plugins.library_path: [\"/\"] → not set", "server.input.key: another value",
        "server.performance.loops: one a core → 3",
        "server.transport.http.idle_timeout_ms: not set → 5",
      ])
    var keys = other.restartKeys
    keys.remove("server.input")
    keys.remove("server.transport.http")
    #expect(keys.differences(to: RestartKeys()) == ["server.performance.loops: 3 → one a core"])
  }

  @Test func reloadSettings() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml",
      "[reload]\ndebounce_ms = 9\nwatch_directories = [\"a\"]\nbackup_dir = \"b\"\n[development]\nenabled = true\n"
    )
    _ = try folder.write("a/x", "")
    let configuration = try loadLayers(ConfigInputs([main]), in: folder)
    #expect(configuration.reload.debounceMs == 9)
    #expect(configuration.reload.watchedFolders == [folder.path + "/a"])
    #expect(configuration.reload.backupFolder == folder.path + "/b")
    #expect(configuration.development.isEnabled)
  }
}

/// A changing environment, used by one thread.
private final class Variables {
  private var values: [String: String] = [:]
  subscript(name: String) -> String? {
    get { values[name] }
    set { values[name] = newValue }
  }
}

/// Ends a thread and waits for its end.
private final class Flag: @unchecked Sendable {
  private let condition = NSCondition()
  private var value = false
  private var ended = false
  var isSet: Bool { condition.withLock { value } }
  func set() { condition.withLock { value = true } }
  func end() {
    condition.withLock {
      ended = true
      condition.broadcast()
    }
  }
  func wait() { condition.withLock { while !ended { condition.wait() } } }
}
