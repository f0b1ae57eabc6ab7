import Foundation
import Testing

/// The project is tidy, and the rules find what they are there for.
@Suite struct TidyTests {
  @Test func projectIsTidy() throws {
    let (code, output) = try Project.run("scripts/tidy")
    #expect(code == 0, "\(output)")
  }

  @Test func referenceIsFresh() throws {
    let (code, output) = try Project.run("scripts/abi-reference", ["--check"])
    #expect(code == 0, "\(output)")
  }

  /// One file that breaks a rule, and the words with which the rule says so.
  struct Breach: CustomTestStringConvertible, Sendable {
    var path: String
    var text: String
    var message: String
    var others: [String: String] = [:]
    var testDescription: String { "\(path): \(message)" }
  }

  static let breaches: [Breach] = [
    Breach(
      path: "Sources/JSONRPC/Message.swift", text: "import MCP\n", message: "1: imports MCP"),
    Breach(
      path: "Sources/MetisHost/Host.swift", text: "public import RandomStrategy\n",
      message: "imports RandomStrategy"),
    Breach(
      path: "Plugins/EchoStrategy/Plugin/Echo.swift", text: "import MetisHost\n",
      message: "imports MetisHost; a plugin imports MetisKit"),
    Breach(
      path: "Plugins/EchoStrategy/Plugin/Echo.swift", text: "import StaticStrategy\n",
      message: "imports StaticStrategy"),
    Breach(
      path: "Benchmarks/Micro/main.swift", text: "import FoundationEssentials\n",
      message: "products use Glibc"),
    Breach(
      path: "Sources/MetisHost/Two.swift", text: "let library = dlopen(path, RTLD_NOW)\n",
      message: "calls dlopen; only Sources/MetisHost/One.swift does",
      others: ["Sources/MetisHost/One.swift": "let library = dlopen(path, RTLD_NOW)\n"]),
    Breach(
      path: "Sources/MetisHost/Routing/Router.swift", text: "if name == \"static\" {}\n",
      message: "names the strategy \"static\""),
    Breach(
      path: "Sources/MCP/Long.swift", text: String(repeating: "\n", count: 501),
      message: "501 lines, expected at most 500"),
    Breach(
      path: "Sources/MCP/Tools.swift", text: "public struct Tool {}\n",
      message: "public struct Tool has no doc comment"),
    Breach(
      path: "Sources/MCP/Tools.swift",
      text: "/// A tool.\n@frozen\npublic struct Tool {\n  public let name: String\n}\n",
      message: "4: public let name has no doc comment"),
    Breach(
      path: "Sources/MetisPluginAPI/include/metis/ext/x.h",
      text: """
        /** X. */
        typedef struct metis_x_v1 {
          /** Does it. */
          int32_t (*run)(void *x);
        } metis_x_v1;

        """, message: "4: run has no thread tag"),
    Breach(
      path: "Sources/MCP/Tools.swift", text: "final class ToolManager {}\n",
      message: "ToolManager says nothing"),
    Breach(
      path: "Sources/MCP/StringUtil.swift", text: "\n", message: "StringUtil.swift says nothing"),
    Breach(path: "docs/guide.md", text: "TODO: write\n", message: "TODO: do it now"),
    Breach(
      path: "scripts/go", text: "cd /home/someone/metis\n", message: "is a path of one machine"),
    Breach(path: "plugins.d/x.toml", text: "a = = 1\n", message: "is no TOML"),
    Breach(
      path: "Examples/weather/metis.toml", text: "\n", message: "Examples/weather: no test"),
    Breach(
      path: "README.md", text: "See [the guide](docs/none.md).\n",
      message: "links to docs/none.md, which does not exist"),
    Breach(
      path: "README.md", text: "# One\n\n[two](#two)\n", message: "links to #two: no such heading"),
  ]

  @Test(arguments: breaches) func ruleFinds(_ breach: Breach) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "tidy-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (path, text) in breach.others.merging([breach.path: breach.text], uniquingKeysWith: { $1 })
    {
      let file = folder.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let (code, output) = try Project.run("scripts/tidy", ["--root", folder.path])
    #expect(code == 1)
    #expect(output.contains(breach.message), "\(output)")
    #expect(output.contains("tidy: 1 breaches"), "\(output)")
  }
}
