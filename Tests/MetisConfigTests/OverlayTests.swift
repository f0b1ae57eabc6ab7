import Testing

@testable import MetisConfig

@Suite struct OverlayTests {
  @Test func anOverlayLiesOverItsFile() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml", "[server]\nport = 1\nname = \"base\"\n" + smallestTool)
    let overlay = try folder.write(
      "metis.production.json", #"{"server":{"port":2},"tools":[{"name":"a","title":"T"}]}"#)
    let configuration = try loadLayers(
      ConfigInputs([main], environment: "production"), in: folder)
    #expect(configuration.server.port == 2)
    #expect(configuration.server.name == "base")
    #expect(configuration.tools.map(\.title) == ["T"])
    #expect(configuration.files == [main, overlay])
    #expect(configuration.warnings.isEmpty)
    #expect(try loadLayers(ConfigInputs([main]), in: folder).server.port == 1)
    #expect(try loadLayers(ConfigInputs([main], environment: ""), in: folder).server.port == 1)
    // Named as a file it is not laid over twice.
    let twice = try loadLayers(
      ConfigInputs([main, overlay], environment: "production"), in: folder)
    #expect(twice.files == [main, overlay])
  }

  @Test func baseIsLeftOutOfTheName() throws {
    let folder = try Folder()
    let main = try folder.write("metis.base.toml", "[server]\nport = 1\n")
    _ = try folder.write("metis.dev.toml", "[server]\nport = 5\n")
    #expect(try ConfigInputs.find(in: folder.path) == main)
    #expect(try loadLayers(ConfigInputs([main], environment: "dev"), in: folder).server.port == 5)
    let plain = try folder.write("metis.json", "{}")
    #expect(try ConfigInputs.find(in: folder.path) == plain)
    _ = try folder.write("metis.toml", "")
    do {
      _ = try ConfigInputs.find(in: folder.path)
      Issue.record("found one")
    } catch {
      #expect(error.errors.first?.message.contains("metis.toml, metis.json") == true)
    }
    #expect(try ConfigInputs.find(in: folder.path + "/none") == nil)
  }

  @Test func anEnvironmentWithoutAnOverlayIsAWarning() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "")
    let loader = ConfigLoader(ConfigInputs([main], environment: "staging"))
    let configuration = try loader.load()
    #expect(configuration.warnings.count == 1)
    #expect(
      configuration.warnings.first?.hint?.contains(folder.path + "/metis.staging.toml") == true)
    // It may appear.
    #expect(loader.watched.files.contains(folder.path + "/metis.staging.yaml"))
    _ = try folder.write("metis.staging.toml", "[server]\nport = 7\n")
    let next = try loader.load()
    #expect(next.server.port == 7)
    #expect(next.warnings.isEmpty)
  }

  @Test func twoOverlaysAndWrongNamesAreErrors() throws {
    let folder = try Folder()
    let main = try folder.write("metis.toml", "")
    _ = try folder.write("metis.x.toml", "")
    _ = try folder.write("metis.x.json", "{}")
    let found = layerErrors(ConfigInputs([main], environment: "x"), in: folder)
    #expect(found.count == 1 && found[0].contains("metis.x.toml, metis.x.json"))
    for name in ["../x", "a/b", "a.b", "ü", "base"] {
      let found = layerErrors(ConfigInputs([main], environment: name), in: folder)
      #expect(found.count == 1 && found[0].contains("METIS_ENV"), "\(name): \(found)")
    }
  }
}
