import Foundation
import Testing

/// The built plugins as files: one exported symbol, and the section that the host reads first.
@Suite struct PluginFileTests {
  /// The folder of the configuration that these tests were built in, and of the release build.
  private static let folders = ["debug", "release"].map {
    Tool.root.appending(path: ".build/\($0)").path
  }

  private static let names: [String] = {
    let plugins = Tool.root.appending(path: "Plugins").path
    let found = (try? FileManager.default.contentsOfDirectory(atPath: plugins)) ?? []
    return found.filter {
      var isFolder: ObjCBool = false
      let sources = "\(plugins)/\($0)/Plugin"
      return FileManager.default.fileExists(atPath: sources, isDirectory: &isFolder)
        && isFolder.boolValue
    }
  }()

  private static func files(_ name: String) -> [String] {
    folders.map { "\($0)/lib\(name).so" }.filter(FileManager.default.fileExists)
  }

  @Test func everyPluginIsBuilt() {
    #expect(Self.names.count >= 5)
    for name in Self.names {
      #expect(!Self.files(name).isEmpty, "no lib\(name).so: call `make build`")
    }
  }

  @Test(arguments: names) func exportsOneSymbol(_ name: String) throws {
    for file in Self.files(name) {
      let (code, output) = try Tool.run("nm", ["-D", "--defined-only", "--extern-only", file])
      #expect(code == 0, "\(output)")
      let symbols = output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
      #expect(symbols == ["metis_plugin_entry"], "\(file)")
    }
  }

  @Test(arguments: names) func carriesItsMeta(_ name: String) throws {
    for file in Self.files(name) {
      let (code, output) = try Tool.run("readelf", ["-x", "metis_meta", file])
      #expect(code == 0, "\(output)")
      // "METISPL1" in the right-hand column.
      #expect(output.contains("METISPL1"), "\(file): \(output)")
    }
  }

  /// A plugin brings no copy of the host and needs no library that the host has to export.
  @Test(arguments: names) func needsNothingOfTheHost(_ name: String) throws {
    for file in Self.files(name) {
      let (_, output) = try Tool.run("readelf", ["-d", file])
      let needed = output.split(separator: "\n").filter { $0.contains("(NEEDED)") }
      #expect(!needed.isEmpty)
      #expect(!needed.contains { $0.contains("Metis") || $0.contains("Strategy") }, "\(needed)")
    }
  }
}
