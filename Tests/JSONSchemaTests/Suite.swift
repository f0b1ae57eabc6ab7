import Foundation
import JSON
import Testing

@testable import JSONSchema

/// The official JSON Schema Test Suite, where it is at hand: METIS_JSON_SCHEMA_SUITE names its
/// folder, else `../shared/vectors/json-schema` beside the package is taken.
enum Suite {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["METIS_JSON_SCHEMA_SUITE"] {
      return URL(filePath: path)
    }
    return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared/vectors/json-schema")
  }()

  static var isAtHand: Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: "tests").path)
  }

  /// The documents of `remotes`, by the URIs under which the cases refer to them.
  static let remotes: [String: JSONValue] = {
    var remotes: [String: JSONValue] = [:]
    let root = folder.appending(path: "remotes")
    for case let file as URL in FileManager.default.enumerator(
      at: root, includingPropertiesForKeys: nil) ?? .init()
    where file.pathExtension == "json" {
      let path = file.path.dropFirst(root.path.count + 1)
      guard let data = try? Data(contentsOf: file),
        let value = try? JSONValue(jsonBytes: Array(data))
      else { continue }
      remotes["http://localhost:1234/\(path)"] = value
    }
    return remotes
  }()

  /// The files with cases in `folder` of `draft`.
  static func files(_ draft: String, _ folder: String) -> [URL] {
    let place = self.folder.appending(path: "tests/\(draft)/\(folder)")
    let files = try? FileManager.default.contentsOfDirectory(
      at: place, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
  }

  struct Outcome {
    var cases = 0
    var wrong: [String] = []
  }

  /// Runs the cases of `file` through both validators.
  static func run(_ file: URL, draft: Draft, assertsFormats: Bool) throws -> Outcome {
    var outcome = Outcome()
    let groups = try JSONValue(jsonBytes: Array(Data(contentsOf: file))).array ?? []
    for group in groups {
      var options = SchemaOptions(resources: remotes)
      options.defaultDraft = draft
      options.assertsFormats = assertsFormats
      let tests = group["tests"]?.array ?? []
      let name = "\(file.lastPathComponent): \(group["description"]?.string ?? "")"
      outcome.cases += tests.count
      do {
        let schema = try Schema(compiling: group["schema"] ?? .null, options: options)
        for test in tests {
          let data = test["data"] ?? .null
          let expected = test["valid"]?.bool ?? false
          let verdict = schema.validate(data)
          let streamed = data.jsonBytes().withUnsafeBytes { schema.validate($0) }
          let title = "\(name): \(test["description"]?.string ?? "")"
          if verdict.isValid != expected { outcome.wrong.append("\(title): \(verdict)") }
          if streamed.isValid != expected { outcome.wrong.append("\(title): bytes: \(streamed)") }
        }
      } catch {
        outcome.wrong.append("\(name): \(error)")
      }
    }
    return outcome
  }
}
