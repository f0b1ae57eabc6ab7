import Foundation
import Testing

/// Runs the Python end-to-end tests. `make test` runs them by itself, where their progress can be
/// seen; here they run where METIS_INTEGRATION=1 asks for everything from one `swift test`.
@Suite struct IntegrationTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["METIS_INTEGRATION"] == "1",
      "make test runs them; METIS_INTEGRATION=1 runs them here"))
  func endToEnd() throws {
    let process = Process()
    process.executableURL = Self.root.appending(path: ".venv/bin/pytest")
    process.arguments = ["-q", "Tests/Integration"]
    process.currentDirectoryURL = Self.root
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  /// Every Python test file is well formed and holds an assertion: `pytest` would pass one without.
  @Test func everyTestAsserts() throws {
    let folder = Self.root.appending(path: "Tests/Integration")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasPrefix("test_") && $0.hasSuffix(".py") }
    #expect(files.count >= 8)
    for file in files {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      #expect(text.contains("assert ") || text.contains("pytest.raises"), "\(file)")
    }
  }
}
