import Foundation
import JSON
import MetisConfig
import Testing

@testable import MetisHost

/// A configuration and plugins in a folder of their own, for ``Host/validate(_:)``.
final class SectionCase {
  let folder: TemporaryFolder
  private var options = HostOptions()

  /// - Parameters:
  ///   - built: plugins of the package: those that stand beside the tests.
  ///   - faulty: plugins of Tests/FaultyPlugins.
  init(
    built: [String] = ["StaticStrategy", "RandomStrategy", "HTTPTransport"],
    faulty: [String] = ["sectioned"], manifest: String = ""
  ) throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/plugins.d", withIntermediateDirectories: true)
    for name in built {
      try folder.write(
        "plugins.d/\(name).toml",
        """
        library = "\(try BuiltPlugin.path(name))"
        grants = ["fs.read", "net.listen", "net.connect"]
        """)
    }
    for name in faulty {
      try folder.write(
        "plugins.d/\(name).toml", "library = \"\(try FaultyPlugins.path(name))\"\n\(manifest)")
    }
    options.plugins = folder.path + "/plugins.d"
    options.seed = 1
  }

  /// What is wrong with a configuration.
  func validate(_ toml: String) throws -> HostValidation {
    options.configurations = [try folder.write("metis.toml", toml)]
    return Host.validate(options)
  }

  /// The errors, as lines without the folder.
  func errors(_ toml: String) throws -> [String] {
    try validate(toml).errors.map { line($0) }
  }

  /// The warnings in the same way.
  func warnings(_ toml: String) throws -> [String] {
    try validate(toml).warnings.map { line($0) }
  }

  private func line(_ error: ConfigError) -> String {
    error.description.replacing(folder.path + "/", with: "").replacing(folder.path, with: ".")
  }

  /// A tool with the given section.
  static func tool(_ strategy: String, _ section: String, name: String = "t") -> String {
    "[[tools]]\nname = \"\(name)\"\n[tools.mock]\nstrategy = \"\(strategy)\"\n\(section)\n"
  }
}

/// Libraries of the package's own plugins.
enum BuiltPlugin {
  struct Missing: Error { let name: String }

  /// The library stands beside the test bundle.
  static func path(_ name: String) throws -> String {
    var folders = CommandLine.arguments.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().path
    }
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    folders.append(URL(fileURLWithPath: bundle).deletingLastPathComponent().path)
    for folder in folders {
      let path = folder + "/lib\(name).so"
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    throw Missing(name: name)
  }
}

/// Sections without plugins, for the words of messages.
enum Words {
  /// What a schema finds wrong with a section: `key.path: message (hint)`.
  static func faults(_ schema: String, _ section: ConfigValue) throws -> [String] {
    let compiled = try SectionSchema(Array(schema.utf8))
    let checked = compiled.converting(section)
    return SectionFaults.all(compiled, checked).map { fault in
      let hint = fault.hint.map { " (\($0))" } ?? ""
      return "\(JSONPointer(tokens: fault.path)): \(fault.message)\(hint)"
    }
  }

  static func faults(_ schema: String, _ toml: String) throws -> [String] {
    try faults(schema, value(toml))
  }

  /// A TOML text as a tree, with its variables taken from `variables`.
  static func value(_ toml: String, _ variables: [String: String] = [:]) throws -> ConfigValue {
    let folder = try TemporaryFolder()
    let file = try folder.write("section.toml", toml)
    return try ConfigSource.read(file).substituting { variables[$0] }
  }
}
