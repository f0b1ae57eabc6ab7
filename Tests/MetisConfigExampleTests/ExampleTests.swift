import Foundation
import JSON
import MetisConfig
import Testing

@Suite struct ExampleTests {
  /// Without the examples nothing here runs, and says so.
  @Test(.enabled(if: Examples.isAtHand, "not run: the examples of the plan are not at hand"))
  func everyExampleHasItsRow() throws {
    #expect(Examples.files.count == 88)
    #expect(Example.all.map(\.number) == Array(1...88))
  }

  @Test(
    .enabled(if: Examples.isAtHand, "not run: the examples of the plan are not at hand"),
    arguments: Example.all)
  func itLoadsAndMeansWhatItSays(_ example: Example) throws {
    let (text, format) = try Examples.text(example.number)
    let folder = try Folder()
    switch example.reading {
    case .main(let files):
      for (name, text) in files { try folder.write(name, text) }
      // Absolute paths of the plan stand in the example's folder.
      let text = text.replacing("\"/etc/metis/", with: "\"\(folder.path)/etc/metis/")
      let configuration = try example.load(folder.write("metis.\(format)", text))
      for check in example.checks { try check(configuration) }
    case .definition(let key):
      try folder.write("config/\(key)/example.\(format)", text)
      let configuration = try example.load(
        folder.write("metis.toml", "\(key) = \"config/\(key)/\"\n"))
      for check in example.checks { try check(configuration) }
    case .mock:
      let configuration = try example.loadMock(text, in: folder)
      for check in example.checks { try check(configuration) }
    case .pieces(let split, let kind):
      let pieces = split(text)
      #expect(pieces.count == example.checks.count)
      for (piece, check) in zip(pieces, example.checks) {
        let folder = try Folder()
        switch kind {
        case .main: try check(example.load(folder.write("metis.\(format)", piece)))
        case .mock: try check(example.loadMock(piece, in: folder))
        }
      }
    case .later(let sections):
      let configuration = try example.load(folder.write("metis.\(format)", text))
      for section in sections {
        #expect(isAnsweredWithNotYet(configuration, section), "\(section)")
      }
      for check in example.checks { try check(configuration) }
    case .laterFile(let key, let keys):
      try folder.write("config/\(key)/example.\(format)", text)
      let configuration = try example.load(
        folder.write("metis.toml", "\(key) = \"config/\(key)/\"\n"))
      #expect(isAnsweredWithNotYet(configuration, String(key.prefix { $0 != "." })))
      try expect(keys, in: text, format, folder)
    case .notConfiguration(let reason):
      let file = try folder.write("metis.\(format)", text)
      let errors = #expect(throws: ConfigErrors.self) { try example.load(file) }
      let said = try #require(errors).description
      #expect(said.contains(reason), "\(said)")
      #expect(try #require(errors).errors.allSatisfy { $0.line > 0 })
    }
  }

  private func isAnsweredWithNotYet(_ configuration: Configuration, _ section: String) -> Bool {
    configuration.warnings.contains {
      $0.keyPath == section && $0.message.contains("not available yet") && $0.line > 0
    }
  }

  /// A file of a later stage is read as a tree all the same; of alternatives under one key, each.
  private func expect(
    _ keys: [String], in text: String, _ format: String, _ folder: Folder
  ) throws {
    var found: [String] = []
    for piece in Example.alternatives(Example.underFields(text)) {
      let value = try ConfigSource.parse(Array(piece.utf8), as: format, file: "example")
      found += (value.table ?? []).map(\.key)
      found += (value["fields"]?.array ?? []).flatMap { ($0.table ?? []).map(\.key) }
    }
    for key in keys { #expect(found.contains(key), "\(key) of \(found)") }
  }
}
