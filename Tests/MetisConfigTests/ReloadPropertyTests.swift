import Foundation
import Testing

@testable import MetisConfig

/// A loader that reads again and again gives what one gives that reads for the first time.
@Suite struct ReloadPropertyTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func readingAgainGivesWhatReadingGives(
    seed: UInt64
  ) throws {
    let edits = try RandomEdits(seed: seed)
    let settings =
      seed.isMultiple(of: 2)
      ? [ConfigInputs.Setting(key: "tools.t1.title", value: "S", origin: "--set tools.t1.title=S")]
      : []
    let inputs = ConfigInputs([edits.main], environment: "dev", settings: settings)
    let loader = ConfigLoader(inputs) { edits.variables[$0] }
    var (good, bad) = (0, 0)
    for step in 0..<150 {
      let edit = try edits.next()
      // Half of the time a file's identity tells everything, half of the time it must not.
      if edits.random.next().isMultiple(of: 2) { usleep(55_000) }
      if edits.random.next().isMultiple(of: 8) { _ = try? loader.effective() }
      let again = outcome(of: loader)
      let anew = outcome(of: ConfigLoader(inputs) { edits.variables[$0] })
      if again.isGood { good += 1 } else { bad += 1 }
      guard again.lines != anew.lines else { continue }
      let missing = Set(anew.lines).subtracting(again.lines).prefix(3)
      let extra = Set(again.lines).subtracting(anew.lines).prefix(3)
      Issue.record(
        "step \(step), after \(edit): read again has \(Array(extra)), anew \(Array(missing))")
      return
    }
    #expect(
      good > (settings.isEmpty ? 20 : 3) && bad > 5,
      "\(good) of the configurations were good, \(bad) were not")
  }

  private func outcome(of loader: ConfigLoader) -> (lines: [String], isGood: Bool) {
    var lines: [String] = []
    var isGood = true
    do {
      var configuration = try loader.load()
      for source in configuration.sources {
        lines.append("source \(source.path) \(String(decoding: source.bytes, as: UTF8.self))")
      }
      configuration.sources = []
      for index in configuration.tools.indices { configuration.tools[index].stamp = 0 }
      for index in configuration.resources.indices { configuration.resources[index].stamp = 0 }
      for index in configuration.prompts.indices { configuration.prompts[index].stamp = 0 }
      lines += Mirror(reflecting: configuration).children.flatMap { child in
        let name = child.label ?? ""
        guard let definitions = child.value as? [ToolDefinition] else {
          return ["\(name) \(text(of: child.value))"]
        }
        return definitions.map { "tool \(text(of: $0))" }
      }
    } catch {
      isGood = false
      lines += error.errors.map { "error \($0)" }
      lines += error.warnings.map { "warning \($0)" }
    }
    lines += loader.watched.files.sorted().map { "watched \($0)" }
    lines += loader.watched.folders.sorted().map { "watched \($0)/" }
    return (lines, isGood)
  }

  /// All that is in `value`; sets and dictionaries in a fixed order.
  private func text(of value: Any) -> String {
    if let place = value as? ConfigPlace { return "@\(place)" }
    if let text = value as? String { return "\"\(text)\"" }
    let mirror = Mirror(reflecting: value)
    guard !mirror.children.isEmpty else { return "\(value)" }
    let parts = mirror.children.map { "\($0.label.map { $0 + ":" } ?? "")\(text(of: $0.value))" }
    let isOrdered = mirror.displayStyle != .dictionary && mirror.displayStyle != .set
    return "(" + (isOrdered ? parts : parts.sorted()).joined(separator: " ") + ")"
  }
}

/// What a loader watches and keeps where things come and go.
@Suite struct ReloadSourceTests {
  private let tool = "[[tools]]\nname = \"a\"\nmock.strategy = \"echo\"\n"

  @Test func filesOfReferencesAreWatchedFromTheFirstReading() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml", "tools_dir = \"tools\"\n[server]\nname = \"${file:name.txt}\"\n")
    _ = try folder.write("tools/a.toml", "")
    _ = try folder.write("title.txt", "T")
    let overlay = try folder.write("metis.dev.toml", tool + "title = \"${file:title.txt}\"\n")
    try FileManager.default.removeItem(atPath: folder.path + "/tools/a.toml")
    let loader = ConfigLoader(ConfigInputs([main, overlay]))
    // One that is missing may appear.
    #expect(throws: ConfigErrors.self) { try loader.load() }
    #expect(loader.watched.files.contains(folder.path + "/name.txt"))
    _ = try folder.write("name.txt", "n")
    #expect(try loader.load().server.name == "n")
    // One of a definition above the folders.
    #expect(loader.watched.files.contains(folder.path + "/title.txt"))
  }

  @Test func aWarningOfAMissingFolderGoesWithIt() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "[reload]\nwatch_directories = [\"templates\"]\n")
    usleep(60_000)
    let loader = ConfigLoader(ConfigInputs([main]))
    #expect(try loader.load().warnings.count == 1)
    _ = try folder.write("templates/a.txt", "")
    #expect(try loader.load().warnings.isEmpty)
    try FileManager.default.removeItem(atPath: folder.path + "/templates")
    #expect(try loader.load().warnings.count == 1)
  }

  @Test func aFolderThatWasEmptyIsWatchedAfterGoingBack() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"tools\"\n")
    _ = try folder.write("secret.txt", "s\n")
    _ = try folder.write("tools/readme", "")
    let loader = ConfigLoader(ConfigInputs([main]))
    let empty = try loader.load()
    _ = try folder.write("tools/a.toml", tool)
    #expect(try loader.load().tools.count == 1)
    let before = try loader.load(frozen: empty.sources)
    #expect(before.tools.isEmpty && before.warnings.isEmpty)
    #expect(loader.watched.folders == [folder.path + "/tools"])
  }

  @Test func overlappingFoldersStandOnceInTheTree() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = [\"tools\", \"tools/sub\"]\n")
    _ = try folder.write("tools/sub/a.toml", tool)
    let loader = ConfigLoader(ConfigInputs([main]))
    #expect(try loader.load().tools.count == 1)
    #expect(try loader.effective()["tools"]?.array?.count == 1)
  }

  @Test func backupsAmongDefinitionsAreRefused() throws {
    let text = "tools_dir = \"tools\"\n[reload]\nbackup_dir = \"tools/old\"\n"
    let found = try errors(text)
    #expect(found.count == 1 && found[0].contains("metis.toml:3:14: error: reload.backup_dir"))
    #expect(try errors(text + "backup = false\n").isEmpty)
    #expect(try errors(text.replacing("tools/old", with: "tools-old")).isEmpty)
  }

  @Test func aSettingOfASecretIsNotQuoted() throws {
    let setting = { ConfigInputs.Setting(key: $0, value: $1, origin: "--set \($0)=\($1)") }
    #expect(
      setting("auth.api_key.valid_keys", "a").origin == "--set auth.api_key.valid_keys=***")
    #expect(setting("auth.api_key", "{ valid_keys = [\"k\"] }").origin == "--set auth.api_key=***")
    #expect(setting("x.url", "http://u:pw@h/").origin == "--set x.url=***")
    #expect(setting("server.port", "3001").origin == "--set server.port=3001")
  }

  /// A relative path that moves from one layer's folder to another's is another path.
  @Test func aStampTellsFoldersApart() throws {
    let folder = try Folder()
    let path = "mock = { strategy = \"s\", file = \"x.csv\" }\n"
    let plain = "[[tools]]\nname = \"a\"\n"
    let low = try folder.write("low/metis.toml", plain + path)
    let high = try folder.write("high/metis.toml", plain)
    let loader = ConfigLoader(ConfigInputs([low, high]))
    let first = try loader.load().tools[0].stamp
    _ = try folder.write("low/metis.toml", plain + "mock.strategy = \"s\"\n")
    _ = try folder.write("high/metis.toml", plain + "mock.file = \"x.csv\"\n")
    #expect(try loader.load().tools[0].stamp != first)
  }

  @Test func endlessKeyPathsAreRefused() throws {
    let key = String(repeating: "a.", count: 50_000) + "a"
    #expect(throws: ConfigKeyPath.Failure.self) { try ConfigKeyPath(key) }
  }
}

/// A folder of a configuration in which something is changed again and again, the same for the same
/// seed.
private final class RandomEdits {
  let folder: Folder
  let main: String
  var random: SplitMix
  var variables: [String: String] = ["T": "t"]

  init(seed: UInt64) throws {
    folder = try Folder()
    random = SplitMix(state: seed)
    main = try folder.write("metis.toml", "tools_dir = \"tools\"\n")
    _ = try folder.write("secret.txt", "s\n")
  }

  /// Changes something and says what.
  func next() throws -> String {
    switch random.below(16) {
    case 0...3: return try write("metis.toml", mainText)
    case 4...5: return try write("metis.dev.toml", overlayText)
    case 6...9:
      let file = random.below(files.count)
      // Mostly of its own name: two of a name are an error.
      let text = tools(random.below(6) == 0 ? nil : file)
      return try write(files[file], random.below(12) == 0 ? "[[tools]" : text)
    case 10: return try write("secret.txt", "s\(random.below(3))\n")
    case 11:
      variables["T"] = random.below(5) == 0 ? nil : "v\(random.below(3))"
      return "T=\(variables["T"] ?? "")"
    case 12:
      let name = ["metis.dev.toml", "secret.txt", "templates", definitionFile, definitionFile][
        random.below(5)]
      try? FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
      return "remove \(name)"
    case 13:
      let names = ["tools", "more", "tools/sub", "gone"]
      let (from, to) = (names[random.below(4)], names[random.below(4)])
      rename("\(folder.path)/\(from)", "\(folder.path)/\(to)")
      return "rename \(from) \(to)"
    case 14:
      mkdir("\(folder.path)/templates", 0o700)
      return "make templates"
    default: return try replaceKeepingTimes()
    }
  }

  private func write(_ name: String, _ text: String) throws -> String {
    _ = try folder.write(name, text)
    return "write \(name): \(text)"
  }

  /// Other contents of the same size, with the time of the file before.
  private func replaceKeepingTimes() throws -> String {
    let path = "\(folder.path)/secret.txt"
    var status = stat()
    guard stat(path, &status) == 0 else { return "nothing" }
    let text = try write("secret.txt", "r\(random.below(3))\n")
    var times = [status.st_atim, status.st_mtim]
    utimensat(AT_FDCWD, path, &times, 0)
    return text
  }

  private func pick(_ texts: String...) -> String { texts[random.below(texts.count)] }

  private var mainText: String {
    if random.below(12) == 0 { return "tools_dir = [\n" }
    var text = pick("", "\n", "# a note\n")
    text += pick(
      "", "tools_dir = \"tools\"\n", "tools_dir = [\"tools\", \"more\"]\n",
      "tools_dir = [\"tools\", \"tools/sub\"]\n")
    text += pick("", "resources_dir = \"gone/res\"\n")
    text += pick("", "[reload]\nwatch_directories = [\"templates\"]\n")
    text += pick("", "\n\n")
    text += pick("", "[defaults]\ntimeout_ms = 5\n", "[defaults]\n\ntimeout_ms = 5\n")
    text += pick("", "", "[defaults.tools]\ngroup = \"g\"\n")
    text += pick(
      random.below(4) == 0 ? "" : "[groups.g]\ntimeout_ms = 3\n",
      "[groups.g]\nbehavior = { latency_ms = 3 }\n", "[groups.g]\n\nbehavior.latency_ms = 4\n")
    if random.below(6) == 0 { text += tools() }
    return text
  }

  private var overlayText: String {
    if random.below(12) == 0 { return "[x" }
    if random.below(3) == 0 { return "" }
    return pick("", "\n") + pick("", "[server]\nport = 7\n", "[server]\n\nport = 7\n")
      + tools()
  }

  private let files = ["tools/", "tools/sub/", "more/"].flatMap { folder in
    ["a", "b", "c"].map { "\(folder)\($0).toml" }
  }

  private var definitionFile: String { files[random.below(files.count)] }

  private func tools(_ number: Int? = nil) -> String {
    var text = pick("", "\n") + "[[tools]]\nname = \"t\(number ?? random.below(12))\"\n"
    text += pick(
      "", "title = \"${T}\"\n", "title = \"${file:\(folder.path)/secret.txt}\"\n",
      "title = \"one\"\n",
      "title = \"${T:-none}\"\n", random.below(4) == 0 ? "unknown = 1\n" : "")
    text += pick("", "\n") + pick("", "", "group = \"g\"\n")
    text += pick("", "\n") + "mock = { strategy = \"echo\", api_key = \"\(random.below(3))\" }\n"
    return text
  }
}

/// SplitMix64.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
}
