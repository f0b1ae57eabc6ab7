import Glibc

/// Paths as text, and the files behind them.
enum FilePath {
  /// `path` where it is absolute, else `path` inside `directory`.
  static func resolve(_ path: String, in directory: String) -> String {
    if path.hasPrefix("/") { return path }
    return directory == "/" ? "/" + path : directory + "/" + path
  }

  /// The absolute folder of `file`, without a slash at its end.
  static func directory(of file: String) -> String {
    let absolute = normalized(resolve(file, in: workingDirectory()))
    guard let slash = absolute.lastIndex(of: "/"), slash != absolute.startIndex else { return "/" }
    return String(absolute[..<slash])
  }

  /// `path` without `.` and empty components and without a slash at its end. `..` stays: what it
  /// means depends on links.
  static func normalized(_ path: String) -> String {
    let components = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + components.joined(separator: "/")
  }

  /// What follows the last dot of the last component, in lower case.
  static func fileExtension(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  private static func workingDirectory() -> String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  /// Why a file could not be read: the words of `strerror`, or the limit.
  struct Failure: Error {
    var message: String
  }

  /// Read in place of the disk.
  nonisolated(unsafe) static var frozen: [String: [UInt8]]?

  /// The bytes of a file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    if let bytes = frozen?[path] { return bytes }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(message: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw Failure(message: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(message: "not a regular file") }
    var bytes: [UInt8] = []
    while true {
      let count = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 { bytes.append(contentsOf: buffer.prefix(count)) }
        return count
      }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(message: String(cString: strerror(errno)))
      }
      guard bytes.count <= limit else { throw Failure(message: "larger than \(limit) bytes") }
    }
  }

  /// Why nothing is found at `path`: the words of `strerror`; nil where something is.
  static func absence(of path: String) -> String? {
    var status = stat()
    return stat(path, &status) == 0 ? nil : String(cString: strerror(errno))
  }

  /// The names of the files in a folder, hidden ones left out, sorted by their bytes; nil where the
  /// folder cannot be read.
  static func list(_ directory: String) -> [String]? {
    guard let stream = opendir(directory) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
