import Foundation
import Testing

@testable import JSONSchema

/// Every case of the official suite for both drafts, but for those that are named here.
@Suite struct SuiteTests {
  struct Part: CustomTestStringConvertible, Sendable {
    var draft: String
    var folder: String
    var assertsFormats: Bool
    /// How many cases there are at least, so that a suite that was not read is noticed.
    var least: Int
    /// Groups that are left out, and why.
    var exceptions: [String: String] = [:]
    var testDescription: String { "\(draft)/\(folder)" }
  }

  static let parts = [
    Part(draft: "draft2020-12", folder: "", assertsFormats: false, least: 1200),
    Part(
      draft: "draft2020-12", folder: "optional", assertsFormats: true, least: 100,
      exceptions: ["cross-draft.json": "refers to a schema of draft 2019-09, which is not read"]),
    Part(draft: "draft2020-12", folder: "optional/format", assertsFormats: true, least: 400),
    Part(draft: "draft7", folder: "", assertsFormats: false, least: 800),
    Part(
      draft: "draft7", folder: "optional", assertsFormats: true, least: 60,
      exceptions: [
        "cross-draft.json": "refers to a schema of draft 2019-09, which is not read",
        "content.json": "contentEncoding and contentMediaType are annotations, as in 2020-12",
      ]),
    Part(draft: "draft7", folder: "optional/format", assertsFormats: true, least: 400),
  ]

  @Test(arguments: parts) func passes(_ part: Part) throws {
    guard Suite.isAtHand else {
      print("not run: \(Suite.folder.path) is missing")
      return
    }
    var cases = 0
    for file in Suite.files(part.draft, part.folder)
    where part.exceptions[file.lastPathComponent] == nil {
      let outcome = try Suite.run(
        file, draft: part.draft == "draft7" ? .draft7 : .draft2020,
        assertsFormats: part.assertsFormats)
      cases += outcome.cases
      #expect(outcome.wrong.isEmpty, "\(outcome.wrong.joined(separator: "\n"))")
    }
    print("\(part.draft)/\(part.folder): \(cases) cases")
    #expect(cases >= part.least)
  }
}
