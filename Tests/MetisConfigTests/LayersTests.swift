import Foundation
import JSON
import Testing

@testable import MetisConfig

/// What loading `inputs` gives: the configuration, or its errors without `folder`.
func loadLayers(
  _ inputs: ConfigInputs, in folder: Folder, environment: [String: String] = [:]
) throws -> Configuration {
  do {
    return try ConfigLoader(inputs) { environment[$0] }.load()
  } catch {
    throw LayerErrors(
      lines: error.errors.map { $0.description.replacing(folder.path + "/", with: "") })
  }
}

struct LayerErrors: Error, CustomStringConvertible {
  let lines: [String]
  var description: String { lines.joined(separator: "\n") }
}

/// The errors of a load that has to fail.
func layerErrors(
  _ inputs: ConfigInputs, in folder: Folder, environment: [String: String] = [:]
) -> [String] {
  do {
    _ = try loadLayers(inputs, in: folder, environment: environment)
    return []
  } catch let error as LayerErrors {
    return error.lines
  } catch {
    return ["\(error)"]
  }
}

@Suite struct LayersTests {
  let tool =
    "[[tools]]\nname = \"greet\"\n[tools.mock]\nstrategy = \"static\"\ncontent = [{ a = 1 }]\n"

  @Test func aLaterFileChangesADefinitionOfTheSameName() throws {
    let folder = try Folder()
    let first = try folder.write("a.toml", tool)
    let second = try folder.write(
      "b.toml",
      "[[tools]]\nname = \"greet\"\ntitle = \"T\"\nmock = { content = [{ b = 2 }], seed = 7 }\n"
        + "[[tools]]\nname = \"other\"\nmock.strategy = \"echo\"\n")
    let configuration = try loadLayers(ConfigInputs([first, second]), in: folder)
    #expect(configuration.tools.map(\.name) == ["greet", "other"])
    #expect(configuration.tools[0].title == "T")
    #expect(configuration.tools[0].mock.seed == 7)
    #expect(configuration.tools[0].mock.strategy == "static")
    // Inside a definition arrays are replaced.
    #expect(configuration.tools[0].mock.section["content"]?.description == #"[{"b":2}]"#)
  }

  @Test func twiceInOneFileStaysAnError() throws {
    let folder = try Folder()
    let first = try folder.write("a.toml", tool)
    let second = try folder.write("b.toml", tool + tool)
    #expect(layerErrors(ConfigInputs([second]), in: folder).count == 1)
    let found = layerErrors(ConfigInputs([first, second]), in: folder)
    #expect(found.count == 1)
    #expect(found.first?.contains("found a second tool \"greet\"") == true)
  }

  @Test func arraysOfTablesOutsideOfDefinitionsAreAppended() throws {
    let a = try ConfigSource.parse(
      Array("[[x.y]]\na = 1\n[t]\nk = 1\nl = [1]\n".utf8), as: "toml", file: "a")
    let b = try ConfigSource.parse(
      Array("[[x.y]]\na = 2\n[t]\nl = [2]\nm = 3\n".utf8), as: "toml", file: "b")
    #expect(
      a.merged(with: b).toJSON().description
        == #"{"x":{"y":[{"a":1},{"a":2}]},"t":{"k":1,"l":[2],"m":3}}"#)
    #expect(
      a.merged(with: b, arrays: .replaced).toJSON()["x"]?.description == #"{"y":[{"a":2}]}"#)
    // Large tables are merged by an index.
    let many = (0..<100).map { "k\($0) = \($0)" }.joined(separator: "\n")
    let more = (50..<150).map { "k\($0) = -1" }.joined(separator: "\n")
    let merged = try ConfigSource.parse(Array(many.utf8), as: "toml", file: "c")
      .merged(with: ConfigSource.parse(Array(more.utf8), as: "toml", file: "d"))
    #expect(merged.table?.count == 150)
    #expect(merged["k49"]?.number?.int == 49)
    #expect(merged["k50"]?.number?.int == -1)
    #expect(merged["k149"]?.place.file == "d")
  }

  @Test func aLaterFileChangesADefinitionOfAFolder() throws {
    let folder = try Folder()
    let first = try folder.write("a.toml", "tools_dir = \"tools\"\n")
    _ = try folder.write("tools/greet.toml", "name = \"greet\"\nmock.strategy = \"echo\"\n")
    let second = try folder.write(
      "b.toml",
      "[[tools]]\nname = \"greet\"\nmock.seed = 3\n[[tools]]\nname = \"x\"\nmock.strategy = \"echo\"\n"
    )
    let configuration = try loadLayers(ConfigInputs([first, second]), in: folder)
    #expect(configuration.tools.map(\.name) == ["x", "greet"])
    #expect(configuration.tools[1].mock.seed == 3)
    // In the file that names the folder it is a second one.
    let both = try folder.write("c.toml", "tools_dir = \"tools\"\n" + tool)
    #expect(layerErrors(ConfigInputs([both]), in: folder).count == 1)
  }

  @Test func folderKeysBelowAHeaderAreLiftedWithAWarning() throws {
    let folder = try Folder()
    _ = try folder.write("tools/greet.toml", "name = \"b\"\nmock.strategy = \"echo\"\n")
    for header in ["[logging]\nlevel = \"info\"\n", smallestTool + "[tools.annotations]\n"] {
      let main = try folder.write("metis.toml", header + "tools_dir = \"tools\"\n")
      let configuration = try loadLayers(ConfigInputs([main]), in: folder)
      #expect(configuration.tools.last?.name == "b")
      #expect(configuration.warnings.count == 1)
      #expect(configuration.warnings.first?.message.contains("taken as the top's") == true)
      #expect(configuration.warnings.first?.hint?.contains("above the first") == true)
    }
    let twice = try folder.write(
      "metis.toml",
      "tools_dir = \"tools\"\n" + smallestTool + "[tools.annotations]\ntools_dir = \"tools\"\n")
    #expect(layerErrors(ConfigInputs([twice]), in: folder).first?.contains("a second time") == true)
  }

  @Test func filesOfReferencesArePutIn() throws {
    let folder = try Folder()
    _ = try folder.write("secret.txt", "hunter2\n")
    _ = try folder.write("sub/port", "8080\r\n")
    let main = try folder.write(
      "sub/metis.toml",
      "[server]\nname = \"<${file:../secret.txt}>\"\ntitle = \"$${file:x} ${foo:bar} ${file:\"\n"
        + "port = \"${file:port}\"\n")
    let loader = ConfigLoader(ConfigInputs([main]))
    let configuration = try loader.load()
    #expect(configuration.server.name == "<hunter2>")
    #expect(configuration.server.title == "${file:x} ${foo:bar} ${file:")
    #expect(configuration.server.port == 8080)
    #expect(loader.watched.files.contains(folder.path + "/sub/port"))
    #expect(!configuration.sources.contains { $0.path.hasSuffix("secret.txt") })
    // It is read again when it changes.
    usleep(60_000)
    _ = try loader.load()
    _ = try folder.write("sub/port", "9090")
    #expect(try loader.load().server.port == 9090)
  }

  @Test func filesOfReferencesThatCannotBeRead() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "[server]\nname = \"${file:none}\"\n")
    let found = layerErrors(ConfigInputs([main]), in: folder)
    #expect(
      found.first?.hasPrefix("metis.toml:2:8: error: server.name: the file none cannot be read")
        == true)
    _ = try folder.write("none", String(repeating: "x", count: 65_537))
    #expect(
      layerErrors(ConfigInputs([main]), in: folder).first?.contains("larger than 65536") == true)
    try Data([0xff, 0xfe]).write(to: URL(fileURLWithPath: folder.path + "/none"))
    #expect(layerErrors(ConfigInputs([main]), in: folder).first?.contains("UTF-8") == true)
  }

  @Test func theTreeInForceHasAllLayers() throws {
    let folder = try Folder()
    let main = try folder.write(
      "a.toml", "tools_dir = \"tools\"\n[server]\nname = \"${N}\"\n" + smallestTool)
    _ = try folder.write("tools/b.toml", "name = \"b\"\nmock.strategy = \"echo\"\n")
    let inputs = ConfigInputs(
      [main], settings: [.init(key: "tools.b.mock.seed", value: "4", origin: "--set x")])
    let loader = ConfigLoader(inputs) { $0 == "N" ? "n" : nil }
    let root = try loader.effective()
    #expect(root["server"]?["name"]?.string == "n")
    #expect(root["tools"]?.array?.map { $0["name"]?.string } == ["a", "b"])
    #expect(root["tools"]?.array?[1]["mock"]?["seed"]?.number?.int == 4)
    let kept = try loader.load().sources
    _ = try folder.write("tools/b.toml", "name = \"c\"\nmock.strategy = \"echo\"\n")
    #expect(try loader.effective(frozen: kept)["tools"]?.array?.count == 2)
  }
}
