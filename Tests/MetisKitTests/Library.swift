import Foundation
import MetisPluginAPI

/// Shared libraries of plugins, as files.
enum Library {
  struct Failure: Error, CustomStringConvertible { let description: String }

  /// The entry of the library at `path`. It stays loaded: an image with Swift is never unmapped.
  static func entry(_ path: String) throws -> LoadedPlugin.Entry {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw Failure(description: String(cString: dlerror()))
    }
    guard let symbol = dlsym(handle, "metis_plugin_entry") else {
      throw Failure(description: "\(path) has no metis_plugin_entry")
    }
    typealias CEntry =
      @convention(c) (UInt32, UnsafeMutablePointer<metis_plugin_v1>?) -> Int32
    let entry = unsafeBitCast(symbol, to: CEntry.self)
    return { entry($0, $1) }
  }

  /// The library of a plugin of this package, which stands beside the test bundle.
  static func built(_ name: String) throws -> String {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var folders = [URL(fileURLWithPath: bundle).deletingLastPathComponent()]
    folders += CommandLine.arguments.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    for folder in folders {
      let path = folder.appendingPathComponent("lib\(name).so").path
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    throw Failure(description: "lib\(name).so stands in none of \(folders.map(\.path))")
  }

  /// Runs a program and gives what it prints; throws where it fails.
  @discardableResult
  static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(arguments.joined(separator: " ")): \(output)")
    }
    return output
  }

  /// The global symbols that a library defines.
  static func exports(_ path: String) throws -> [String] {
    try run(["nm", "-D", "--defined-only", "--extern-only", "--format=posix", path])
      .split(separator: "\n").map { String($0.prefix { $0 != " " }) }
  }

  /// The 16 bytes of the section `metis_meta`.
  static func meta(_ path: String) throws -> [UInt8] {
    let copy = NSTemporaryDirectory() + "metis-meta-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try run(["objcopy", "-O", "binary", "--only-section=metis_meta", path, copy])
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: copy)))
  }
}
