import Glibc

/// Files that the tool reads and writes.
enum Files {
  /// All bytes of a file.
  static func read(_ path: String, limit: Int = 1 << 30) throws(ToolError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "cannot be read") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      let count = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 { bytes.append(contentsOf: buffer.prefix(count)) }
        return count
      }
      if count == 0 { return bytes }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path, "cannot be read") }
      guard bytes.count <= limit else {
        throw ToolError(.failure, "\(path) is larger than \(limit) bytes")
      }
    }
  }

  /// Writes a file that must not be there yet, unless `replacing`.
  static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t = 0o644, replacing: Bool = false
  ) throws(ToolError) {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replacing ? O_TRUNC : O_EXCL)
    let descriptor = open(path, flags, mode)
    guard descriptor >= 0 else { throw failure(path, "cannot be made") }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path, "cannot be written") }
      rest = rest.dropFirst(count)
    }
  }

  /// Puts a file with these bytes in the place of `path`, or makes it: nobody ever sees half of it. Its
  /// mode stays.
  static func replace(_ path: String, with bytes: [UInt8]) throws(ToolError) {
    // A link stays a link.
    let path = exists(path) ? try absolute(path) : path
    var status = stat()
    let isThere = stat(path, &status) == 0
    // A device or a pipe is written to.
    if isThere, status.st_mode & S_IFMT != S_IFREG {
      return try write(bytes, to: path, replacing: true)
    }
    let temporary = "\(path).\(getpid()).new"
    try write(bytes, to: temporary, mode: isThere ? status.st_mode & 0o777 : 0o644)
    guard rename(temporary, path) == 0 else {
      let error = failure(path, "cannot be replaced")
      unlink(temporary)
      throw error
    }
  }

  /// Makes a folder; its parent must exist.
  static func makeFolder(_ path: String) throws(ToolError) {
    guard mkdir(path, 0o755) == 0 else { throw failure(path, "cannot be made") }
  }

  /// Makes a folder and those above it, as far as they are missing.
  static func makeFolders(_ path: String) throws(ToolError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty || made == "/" ? "" : "/") + part
      guard mkdir(made, 0o755) == 0 || errno == EEXIST else {
        throw failure(made, "cannot be made")
      }
    }
  }

  /// `path` from the root, links and `..` resolved; the file must exist.
  static func absolute(_ path: String) throws(ToolError) -> String {
    guard let resolved = realpath(path, nil) else { throw failure(path, "cannot be found") }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether something is at `path`.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// A variable of the environment.
  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func failure(_ path: String, _ what: String) -> ToolError {
    ToolError(.failure, "\(path) \(what): \(String(cString: strerror(errno)))")
  }
}
