import Glibc

/// Paths as text.
enum FilePath {
  /// `path` where it is absolute, else `path` inside `directory`.
  static func resolve(_ path: String, in directory: String) -> String {
    if path.hasPrefix("/") { return path }
    return directory == "/" ? "/" + path : directory + "/" + path
  }

  /// `path` against the working directory, ``normalized(_:)``.
  static func absolute(_ path: String) -> String {
    normalized(path.hasPrefix("/") ? path : resolve(path, in: workingDirectory()))
  }

  /// The absolute folder of `file`, without a slash at its end.
  static func directory(of file: String) -> String {
    let absolute = absolute(file)
    guard let slash = absolute.utf8.lastIndex(of: UInt8(ascii: "/")), slash != absolute.startIndex
    else { return "/" }
    return String(absolute[..<slash])
  }

  /// The last component.
  static func name(of file: String) -> String {
    file.split(separator: "/").last.map(String.init) ?? file
  }

  /// `path` without `.` and empty components and without a slash at its end. `..` stays: what it
  /// means depends on links.
  static func normalized(_ path: String) -> String {
    if isNormalized(path) { return path }
    let components = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + components.joined(separator: "/")
  }

  /// Whether ``normalized(_:)`` would change nothing; may say false of some for which it would not.
  private static func isNormalized(_ path: String) -> Bool {
    var previous: UInt8 = 0
    for byte in path.utf8 {
      if previous == UInt8(ascii: "/"), byte == previous || byte == UInt8(ascii: ".") {
        return false
      }
      previous = byte
    }
    return previous != UInt8(ascii: "/") && !path.hasPrefix(".")
  }

  /// What follows the last dot of the last component, in lower case.
  static func fileExtension(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// Why nothing is found at `path`: the words of `strerror`; nil where something is.
  static func absence(of path: String) -> String? {
    var status = stat()
    return stat(path, &status) == 0 ? nil : String(cString: strerror(errno))
  }

  /// The process's working directory.
  static func workingDirectory() -> String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }
}
