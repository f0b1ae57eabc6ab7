import Foundation
import JSON

@testable import MetisConfig

/// Files that stand beside the package, where they are at hand.
enum Vectors {
  /// The folder that `variable` names, else `../shared/vectors/` with `name`.
  static func folder(_ name: String, variable: String) -> URL {
    if let path = ProcessInfo.processInfo.environment[variable] { return URL(filePath: path) }
    return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared/vectors/\(name)")
  }

  /// The examples of whole configurations and of parts of them.
  static let examples: [URL] = {
    let folder = Self.folder("metis-config", variable: "METIS_CONFIG_EXAMPLES")
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { ConfigFormat(fileExtension: $0.pathExtension) != nil }
      .sorted { $0.path < $1.path }
  }()
}

/// A small generator with a fixed start: the same values in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// The tree of a text.
func parsed(_ text: String, as format: ConfigFormat = .yaml) throws(ConfigErrors) -> ConfigValue {
  try ConfigSource.parse(Array(text.utf8), as: format.rawValue, file: "f")
}

/// The errors of a text, one in a line; nil where it has none.
func complaint(_ text: String, as format: ConfigFormat = .yaml) -> String? {
  complaint(Array(text.utf8), as: format)
}

/// The errors of bytes, one in a line; nil where they have none.
func complaint(_ bytes: [UInt8], as format: ConfigFormat = .yaml) -> String? {
  do {
    _ = try ConfigSource.parse(bytes, as: format.rawValue, file: "f")
    return nil
  } catch {
    return error.description
  }
}

/// What a text says, as compact JSON.
func json(_ text: String, as format: ConfigFormat = .yaml) throws -> String {
  try parsed(text, as: format).toJSON().description
}
