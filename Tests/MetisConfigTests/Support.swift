import Foundation
import JSON
import Testing

@testable import MetisConfig

/// A folder that goes away with the value.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "metis-config-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders above it, and gives its path.
  func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    return file
  }
}

/// What loading one TOML text gives.
func load(
  _ text: String, environment: [String: String] = [:], name: String = "metis.toml"
) throws -> Configuration {
  let folder = try Folder()
  return try Configuration.load([folder.write(name, text)]) { environment[$0] }
}

/// The errors of a text without the folder of its file.
func errors(
  _ text: String, environment: [String: String] = [:], name: String = "metis.toml"
) throws -> [String] {
  let folder = try Folder()
  let file = try folder.write(name, text)
  do {
    _ = try Configuration.load([file]) { environment[$0] }
    return []
  } catch {
    return error.errors.map { $0.description.replacing(folder.path + "/", with: "") }
  }
}

/// The quickstart's configuration.
var quickstart: String {
  let tests = (#filePath as NSString).deletingLastPathComponent
  return
    ((tests as NSString).appendingPathComponent("../../Examples/quickstart/metis.toml")
    as NSString).standardizingPath
}

let smallestTool = """
  [[tools]]
  name = "a"
  mock = { strategy = "echo" }

  """
