import Foundation
import Testing

@testable import MetisConfig

/// Every row of every table in `docs/reference/yaml.md`: what stands there is what happens.
@Suite struct YAMLDepartureTests {
  struct Row: CustomTestStringConvertible {
    var text: String
    var outcome: String
    var isRefused: Bool
    var testDescription: String
  }

  private static let page = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/reference/yaml.md")

  /// The rows, and how many lines look like one.
  static let rows: (found: [Row], lines: Int) = {
    let lines = ((try? String(contentsOf: page, encoding: .utf8)) ?? "").split(separator: "\n")
      .filter { $0.hasPrefix("| `") }
    let pattern = /^\| `(.+?)` \|(.*) \| (refused: )?`(.+)` \|$/
    let found = lines.compactMap { line -> Row? in
      guard let match = line.wholeMatch(of: pattern) else { return nil }
      return Row(
        text: unescaped(String(match.1)), outcome: String(match.4), isRefused: match.3 != nil,
        testDescription: String(match.1))
    }
    return (found, lines.count)
  }()

  private static func unescaped(_ text: String) -> String {
    text.replacing("⏎", with: "\n").replacing("→", with: "\t").replacing("\\|", with: "|")
      .replacing("k…k", with: String(repeating: "k", count: 1025))
      .replacing(/<U\+([0-9A-F]{4})>/) { match in
        UInt32(match.1, radix: 16).flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? ""
      } + "\n"
  }

  @Test func everyRowIsUnderstood() {
    #expect(Self.rows.found.count == Self.rows.lines)
    #expect(Self.rows.found.count > 60)
  }

  @Test(arguments: rows.found)
  func doesWhatThePageSays(_ row: Row) throws {
    if row.isRefused {
      let found = complaint(row.text) ?? "read"
      #expect(found.contains(row.outcome), "\(found)")
    } else {
      #expect(try json(row.text) == row.outcome)
    }
  }
}
