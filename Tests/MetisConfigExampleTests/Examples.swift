import Foundation
import JSON
import MetisConfig
import Testing

/// The examples of the product plan, where they are at hand: METIS_CONFIG_EXAMPLES names their
/// folder, else `../shared/vectors/metis-config` beside the package is taken.
enum Examples {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["METIS_CONFIG_EXAMPLES"] {
      return URL(filePath: path)
    }
    return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared/vectors/metis-config")
  }()

  /// The files in order, the README left out.
  static let files: [URL] = {
    let all = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (all ?? []).filter { ["toml", "yaml", "json"].contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
  }()

  static var isAtHand: Bool { !files.isEmpty }

  /// The text of example `number`, and its extension.
  static func text(_ number: Int) throws -> (text: String, format: String) {
    let prefix = String(format: "%02d-", number)
    let file = try #require(files.first { $0.lastPathComponent.hasPrefix(prefix) })
    return (try String(contentsOf: file, encoding: .utf8), file.pathExtension)
  }
}

/// What an example is, and what has to follow from it.
struct Example: Sendable, CustomTestStringConvertible {
  typealias Check = @Sendable (Configuration) throws -> Void

  enum Reading: Sendable {
    /// A main file: it loads unchanged. Files that it names are put beside it.
    case main(files: [String: String])
    /// A file of a folder of definitions.
    case definition(folderKey: String)
    /// A lone `[mock]`: the mock of a tool.
    case mock
    /// What stands in one file and is meant to be chosen from: each piece alone loads.
    case pieces(@Sendable (String) -> [String], of: Piece)
    /// A main file, or a part of one, whose sections belong to a later stage.
    case later(sections: [String])
    /// A file of a folder that belongs to a later stage.
    case laterFile(folderKey: String, keys: [String])
    /// A message or a file of another program: no configuration.
    case notConfiguration(reason: String)
  }

  enum Piece: Sendable { case main, mock }

  var number: Int
  var reading: Reading
  var environment: [String: String] = [:]
  /// What the configuration says; of pieces, the one of that index.
  var checks: [Check] = []

  init(
    _ number: Int, _ reading: Reading, environment: [String: String] = [:], _ checks: Check...
  ) {
    self.number = number
    self.reading = reading
    self.environment = environment
    self.checks = checks
  }

  var testDescription: String { "\(number)" }
}

/// A folder that goes away with the value.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "metis-examples-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders above it, and gives its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    return file
  }
}

extension Example {
  /// Loads a main file as the host does.
  func load(_ file: String) throws -> Configuration {
    let environment = environment
    return try ConfigLoader(ConfigInputs([file]), variable: { environment[$0] }).load()
  }

  /// A lone `[mock]` in its context: the text below the name of a tool.
  func loadMock(_ text: String, in folder: Folder) throws -> Configuration {
    try folder.write("config/tools/example.toml", "name = \"example\"\n" + text)
    return try load(folder.write("metis.toml", "tools_dir = \"config/tools\"\n"))
  }
}
