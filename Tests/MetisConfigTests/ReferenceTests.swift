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
