import Foundation

/// The project's folder, and programs run in it.
enum Project {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Runs a script of the project; returns its exit code and what it printed.
  static func run(_ script: String, _ arguments: [String] = []) throws -> (Int32, String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = root.appending(path: script)
    process.arguments = arguments
    process.currentDirectoryURL = root
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
