import JSON
import Testing

@testable import MetisConfig

@Suite struct ToolTests {
  @Test func aWholeDefinition() throws {
    let configuration = try load(
      """
      [[tools]]
      name = "get.weather-1"
      title = "T"
      description = "d"
      _meta = { "example.org/x" = 1 }
      icons = [{ src = "data:," }]
      annotations = { readOnlyHint = true, destructive_hint = false, title = "A" }
      input_schema = { properties = { q = { type = "string" } } }
      output_schema = { type = "object" }
      [tools.mock]
      strategy = "static"
      seed = 9223372036854775807
      timeout_ms = 250
      [tools.mock.static]
      content = { b = 1, a = [] }
      """)
    let tool = try #require(configuration.tools.first)
    #expect(
      JSONValue.object(tool.listing).description
        == #"{"name":"get.weather-1","title":"T","description":"d","inputSchema":{"type":"object","#
        + #""properties":{"q":{"type":"string"}}},"outputSchema":{"type":"object"},"annotations":"#
        + #"{"title":"A","readOnlyHint":true,"destructiveHint":false},"icons":[{"src":"data:,"}],"#
        + #""_meta":{"example.org/x":1}}"#)
    #expect(
      JSONValue.object(tool.mock.section.object).description == #"{"content":{"b":1,"a":[]}}"#)
    #expect(tool.mock.seed == 9_223_372_036_854_775_807)
    #expect(tool.mock.timeout == .milliseconds(250))
    #expect(tool.definition["mock"]?["strategy"] == "static")
  }

  @Test func pathsNameTheOwnTable() throws {
    let configuration = try load(
      """
      [[tools]]
      name = "a"
      mock = { strategy = "s", x = [1], s = { y = { z = 1 }, "a/b" = 2 } }
      """)
    let section = configuration.tools[0].mock.section
    let path = { section.error(at: $0, message: "").keyPath }
    #expect(path("") == "tools[0].mock")
    #expect(path("/x/0") == "tools[0].mock.x[0]")
    #expect(path("/y/z") == "tools[0].mock.s.y.z")
    #expect(path("/a~1b") == "tools[0].mock.s.a/b")
    #expect(path("/none") == "tools[0].mock")
  }

  @Test func jsonDefinitionsHoldTheWholeSeed() throws {
    let configuration = try load(
      #"{"tools":[{"name":"a","seed":18446744073709551615,"mock":{"strategy":"echo"}}]}"#,
      name: "m.json")
    #expect(configuration.tools[0].mock.seed == UInt64.max)
  }

  @Test func settingsBesideTheStrategy() throws {
    let configuration = try load(
      """
      [[tools]]
      name = "a"
      [tools.mock]
      strategy = "static"
      content = "x"
      [tools.mock.static]
      result = 1
      [tools.mock.variables]
      n = 1
      """)
    #expect(
      JSONValue.object(configuration.tools[0].mock.section.object).description
        == #"{"result":1,"content":"x","variables":{"n":1}}"#)
    let twice = try errors(
      "[[tools]]\nname = \"a\"\n[tools.mock]\nstrategy = \"s\"\nx = 1\n[tools.mock.s]\nx = 2\n")
    #expect(
      twice == [
        "metis.toml:5:1: error: tools[0].mock.x: found here and in [tools[0].mock.s] "
          + "(keep one of the two)"
      ])
  }

  @Test func duplicateNamesShowBothPlaces() throws {
    let found = try errors(smallestTool + smallestTool)
    #expect(found.count == 1)
    #expect(
      found[0].hasPrefix("metis.toml:5:8: error: tools: found a second tool \"a\"; the first"))
    #expect(found[0].contains("metis.toml:2:8"))
  }

  @Test(arguments: ["", "a b", "ä", "a/b", String(repeating: "x", count: 129)])
  func badNames(_ name: String) throws {
    let found = try errors("[[tools]]\nname = \"\(name)\"\nmock = { strategy = \"echo\" }\n")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("metis.toml:2:8: error: tools[0].name: found ") == true)
  }

  @Test(arguments: ["a", "A.b-c_9", String(repeating: "x", count: 128)])
  func goodNames(_ name: String) throws {
    let text = "[[tools]]\nname = \"\(name)\"\nmock = { strategy = \"echo\" }\n"
    #expect(try load(text).tools.map(\.name) == [name])
  }

  @Test func mistakesInDefinitions() throws {
    #expect(
      try errors("[[tools]]\nname = \"a\"\ninputSchema = {}\nmock = { strategy = \"e\" }\n") == [
        "metis.toml:3:1: error: tools[0].inputSchema: unknown key (did you mean \"input_schema\"?)"
      ])
    #expect(
      try errors("[[tools]]\nname = \"a\"\n[tools.mock]\nstratgy = \"echo\"\n").first?
        .contains("did you mean \"strategy\"?") == true)
    #expect(try errors("tools = 3\n").count == 1)
    #expect(try errors("tools = [3]\n").count == 1)
    #expect(
      try errors(
        "[[tools]]\nname = \"a\"\nmock = { strategy = \"e\" }\ninput_schema = { type = \"array\" }\n"
      ).first?.contains("metis.toml:4:25: error: tools[0].input_schema.type") == true)
    #expect(
      try errors(
        "[[tools]]\nname = \"a\"\nmock = { strategy = \"e\", seed = -1, timeout_ms = 0 }\n"
      ).count == 2)
  }

  @Test func foldersOfDefinitions() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml",
      smallestTool + "tools_dir = \"config/tools/\"\n")
    _ = try folder.write(
      "config/tools/b.toml",
      "name = \"b\"\n[input_schema]\ntype = \"object\"\n[mock]\nstrategy = \"echo\"\n")
    _ = try folder.write(
      "config/tools/c.json", #"{"name":"c","mock":{"strategy":"static","content":"${V}"}}"#)
    _ = try folder.write("config/tools/README.md", "not a definition")
    let configuration = try Configuration.load([main]) { $0 == "V" ? "v" : nil }
    #expect(configuration.tools.map(\.name) == ["a", "b", "c"])
    #expect(configuration.tools[1].directory == folder.path + "/config/tools")
    #expect(configuration.tools[2].mock.section["content"] == "v")
    #expect(configuration.files.count == 3)
  }

  @Test func folderKeysAtTheEndOfAFileAreTheTops() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml",
      """
      [[tools]]
      name = "a"
      [tools.mock]
      strategy = "static"
      content = { tools_dir = "data" }
      [tools.mock.behavior]
      latency_ms = 1
      tools_dir = "defs"
      """)
    _ = try folder.write("defs/b.toml", "name = \"b\"\nmock.strategy = \"echo\"\n")
    let configuration = try Configuration.load([main])
    #expect(configuration.tools.map(\.name) == ["a", "b"])
    #expect(configuration.tools[0].mock.section["content"]?["tools_dir"] == "data")
    let missing = try load("tools_dir = \"nowhere\"\n")
    #expect(missing.warnings.first?.message.contains("No such file or directory") == true)
  }

  @Test func errorsOfAFolderNameTheFile() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "tools_dir = \"defs\"\n")
    _ = try folder.write("defs/b.toml", "name = \"b\"\nmock = { strategy = \"echo\" }\nnope = 1\n")
    _ = try folder.write("defs/c.yaml", "name: [\n")
    do {
      _ = try Configuration.load([main])
      Issue.record("loaded")
    } catch {
      #expect(
        error.errors.map { "\($0.file.split(separator: "/").last ?? ""):\($0.line)" } == [
          "b.toml:3", "c.yaml:2",
        ])
    }
  }

  @Test func whatAPluginFindsIsShownWhereItStands() throws {
    let section = try load(
      "[[tools]]\nname = \"a\"\n[tools.mock]\nstrategy = \"s\"\n[tools.mock.s]\nl = [{ \"a/b\" = 1 }]\n"
    ).tools[0].mock.section
    let place = { (pointer: String) in
      let error = section.error(at: pointer, message: "m")
      return "\(error.line):\(error.column) \(error.keyPath)"
    }
    #expect(place("/l/0/a~1b") == "6:8 tools[0].mock.s.l[0].a/b")
    #expect(place("/l/0/missing") == "6:6 tools[0].mock.s.l[0]")
    #expect(place("/l/7") == "6:1 tools[0].mock.s.l")
    #expect(place("") == "3:2 tools[0].mock" || place("") == "3:1 tools[0].mock")
  }
}
