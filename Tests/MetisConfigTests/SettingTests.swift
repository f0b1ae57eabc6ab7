import JSON
import Testing

@testable import MetisConfig

@Suite struct SettingTests {
  let base = """
    tools_dir = "tools"
    [server]
    port = 1
    allowed_hosts = ["a"]
    [[tools]]
    name = "greet"
    [tools.mock]
    strategy = "static"
    content = [{ x = 1 }, { x = 2 }]
    [[resources]]
    uri = "config://a.b"
    mock.strategy = "static"
    """

  private func folder() throws -> (Folder, String) {
    let folder = try Folder()
    _ = try folder.write("tools/far.toml", "name = \"far\"\nmock.strategy = \"echo\"\n")
    return (folder, try folder.write("metis.toml", base))
  }

  private func settings(_ texts: [String]) -> [ConfigInputs.Setting] {
    texts.map { text in
      // A selector holds = as well.
      let start = text.contains("[name=") || text.contains("[uri=") ? text.firstIndex(of: "]") : nil
      let sign = text[(start ?? text.startIndex)...].firstIndex(of: "=") ?? text.endIndex
      return .init(
        key: String(text[..<sign]), value: String(text[sign...].dropFirst()),
        origin: "--set \(text)")
    }
  }

  @Test func settingsLieOverFiles() throws {
    let (folder, main) = try folder()
    let inputs = ConfigInputs(
      [main],
      settings: settings([
        "server.port=2", "server.port=3", "server.name=plain text", "server.version=1.0",
        "server.streams.replay_events=5", "server.allowed_hosts=[\"b\", \"c\"]",
        "tools[0].title=First", "tools.greet.mock.seed=9", "tools.far.mock.seed=8",
        "tools.greet.mock.content[1].x=7", "resources.\"config://a.b\".title=R # no comment",
        "server.capabilities.extensions.\"a/b.c\"={ d = true }",
      ]))
    let configuration = try loadLayers(inputs, in: folder)
    #expect(configuration.server.port == 3)
    #expect(configuration.server.name == "plain text")
    #expect(configuration.server.version == "1.0")
    #expect(configuration.server.hosts == ["b", "c"])
    #expect(configuration.tools.map(\.title) == ["First", nil])
    #expect(configuration.tools.map(\.mock.seed) == [9, 8])
    #expect(
      configuration.tools[0].mock.section["content"]?.description == #"[{"x":1},{"x":7}]"#)
    #expect(configuration.resources[0].title == "R # no comment")
  }

  @Test func definitionsAreFoundByAnyKey() throws {
    let (folder, main) = try folder()
    let inputs = ConfigInputs(
      [main],
      settings: settings(["tools[name=greet].title=A", "resources[uri=config://a.b].name=n"]))
    let configuration = try loadLayers(inputs, in: folder)
    #expect(configuration.tools[0].title == "A")
    #expect(configuration.resources[0].name == "n")
  }

  @Test(arguments: [
    ("server.port=x", "--set server.port=x: error: server.port: found a string, expected"),
    ("server.prot=1", "did you mean \"port\"?"),
    ("tools.grete.title=x", "no tool is called \"grete\""),
    ("tools[4].title=x", "found 1 tools in the files, none with the index 4"),
    ("server.port.x=1", "server.port is an integer, not a table"),
    ("server..port=1", "not a key path"), ("server.\"a=1", "not a key path"),
    ("tools=[]", "cannot stand for all tools"),
    ("server.allowed_hosts[7]=x", "server.allowed_hosts has 1 elements"),
  ])
  func mistakesNameTheSetting(_ setting: String, _ message: String) throws {
    let (folder, main) = try folder()
    let found = layerErrors(ConfigInputs([main], settings: settings([setting])), in: folder)
    #expect(found.count == 1)
    #expect(found.first?.contains(message) == true, "\(found)")
    #expect(found.first?.hasPrefix("--set \(setting): error: ") == true, "\(found)")
  }

  @Test func valuesAreTOMLWhereTheyAre() {
    let place = ConfigPlace(file: "--set")
    let text = { (value: String) in SettingLayers.value(value, at: place).toJSON().description }
    #expect(text("1") == "1")
    #expect(text("true") == "true")
    #expect(text("[1, 2]") == "[1,2]")
    #expect(text("{ a = \"b\" }") == #"{"a":"b"}"#)
    #expect(text("\"1\"") == "\"1\"")
    #expect(text("a b") == "\"a b\"")
    #expect(text("") == "\"\"")
    #expect(text("1 # c") == "\"1 # c\"")
    #expect(text("\"a#b\"") == "\"a#b\"")
    #expect(text("1\nother = 2") == #""1\nother = 2""#)
    #expect(text("nan") == "\"nan\"")
  }

  @Test func relativePathsOfSettingsStandAgainstTheWorkingDirectory() throws {
    let (folder, main) = try folder()
    let configuration = try loadLayers(
      ConfigInputs(
        [main],
        settings: settings(["logging.output=file", "logging.file_path=x.log"])), in: folder)
    #expect(configuration.logging.output == .file(FilePath.workingDirectory() + "/x.log"))
  }

  @Test func keyPaths() throws {
    let path = try ConfigKeyPath(#"a."b.c\"d"[2].'e f'[name="x]y"][k=v w]"#)
    #expect(
      path.steps == [
        .key("a"), .key("b.c\"d"), .index(2), .key("e f"), .match(key: "name", value: "x]y"),
        .match(key: "k", value: "v w"),
      ])
    #expect(ConfigKeyPath.text(path.steps) == #"a."b.c\"d"[2]."e f"[name="x]y"][k=v w]"#)
    for wrong in [
      "", ".", "a.", "a[", "a[x]", "a[1", "a]", "a b", "a[99999999999999999999]", "a''",
    ] {
      #expect(throws: ConfigKeyPath.Failure.self, "\(wrong)") { try ConfigKeyPath(wrong) }
    }
  }

  @Test func originsHideSecrets() {
    let origin = { (key: String, value: String) in
      ConfigInputs.Setting(key: key, value: value, origin: "--set \(key)=\(value)").origin
    }
    #expect(origin("server.input.key", "abc") == "--set server.input.key=***")
    #expect(origin("server.input", "{ key = \"abc\" }") == "--set server.input=***")
    #expect(origin("tools.greet.mock.api_key", "abc") == "--set tools.greet.mock.api_key=***")
    #expect(origin("tools[0].mock.api_key", "7") == "--set tools[0].mock.api_key=***")
    #expect(origin("x..token", "abc") == "--set x..token=***")
    #expect(origin("server.name", "http://a:b@c") == "--set server.name=***")
    #expect(origin("server.input.key", "${KEY}") == "--set server.input.key=${KEY}")
    #expect(origin("server.port", "3001") == "--set server.port=3001")
  }

  @Test func errorsOfSettingsHideSecrets() throws {
    let (folder, main) = try folder()
    let inputs = ConfigInputs([main], settings: settings(["server.input.key=hunter2"]))
    let error = #expect(throws: (any Error).self) { try loadLayers(inputs, in: folder) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("--set server.input.key=***: error: server.input.key: "))
    #expect(!text.contains("hunter2"))
  }
}
