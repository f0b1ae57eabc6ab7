import Foundation
import Testing

@testable import MetisConfig

/// The reference page and the checks say the same.
@Suite struct ReferenceTests {
  private var page: String {
    get throws {
      let folder = (#filePath as NSString).deletingLastPathComponent
      return try String(
        contentsOfFile: folder + "/../../docs/reference/configuration.md", encoding: .utf8)
    }
  }

  /// What the checks name as known, table by table, stands on the page.
  @Test(arguments: [
    "[zzzz]", "[server.zzzz]", "[server.transport]\nzzzz = 1",
    "[server.tls]\nenabled = false\nzzzz = 1", "[server.performance.zzzz]",
    "[server.caching.zzzz]", "[server.caching.tools.zzzz]", "[server.input.zzzz]",
    "[server.streams.zzzz]", "[server.tasks.zzzz]", "[server.capabilities.zzzz]",
    "[server.capabilities.resources.zzzz]", "[server.validation.zzzz]", "[journal.zzzz]",
    "[logging.zzzz]", "[[tools]]\nname = \"a\"\nmock.strategy = \"s\"\nzzzz = 1",
    "[[tools]]\nname = \"a\"\nmock.strategy = \"s\"\nui.zzzz = 1",
    "[[tools]]\nname = \"a\"\nmock.strategy = \"s\"\nvalidation.zzzz = 1",
    "[[resources]]\nuri = \"a:\"\nmock.strategy = \"s\"\nzzzz = 1",
    "[[resources]]\nuri = \"a:\"\nmock.strategy = \"s\"\nannotations.zzzz = 1",
    "[[resources]]\nuri = \"a:{b}\"\nmock.strategy = \"s\"\ncomplete.b = { values = [], zzzz = 1 }",
    "[[prompts]]\nname = \"a\"\nmock.strategy = \"s\"\nzzzz = 1",
    "[[prompts]]\nname = \"a\"\nmock.strategy = \"s\"\narguments = [{ name = \"a\", zzzz = 1 }]",
  ])
  func everyKnownKeyIsDescribed(_ text: String) throws {
    let page = try page
    let found = try errors(text).joined(separator: "\n")
    let start = try #require(found.firstRange(of: "(known here: "), "\(found)")
    let keys = found[start.upperBound...].prefix { $0 != ")" }.split(separator: ", ")
    #expect(!keys.isEmpty)
    // Names of MCP that are accepted in place of those on the page.
    let alsoInMCP = ["lastModified"]
    for key in keys where !alsoInMCP.contains(String(key)) {
      let pattern = try Regex("[`.\\[]\(key)[`.\\] =]")
      #expect(page.contains(pattern), "\(key) of \(text)")
    }
  }

  @Test func theExamplesOfThePageLoad() throws {
    let blocks = try page.components(separatedBy: "```toml\n").dropFirst()
    #expect(!blocks.isEmpty)
    for block in blocks {
      let configuration = try load(String(block.prefix { $0 != "`" }))
      #expect(configuration.warnings.isEmpty)
      #expect(configuration.resources.first?.completions["name"]?.variants.count == 1)
    }
  }
}
