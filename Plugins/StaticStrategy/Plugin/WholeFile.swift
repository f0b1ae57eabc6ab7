import Glibc
import MetisKit

/// Reading a whole file.
enum WholeFile {
  /// How large a file may be, in bytes.
  static let limit = 16 << 20

  /// The content of the regular file at `path`, which the member `name` gives.
  static func read(_ path: String, named name: String) throws(ConfigError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, name, "open") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, name, "stat") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigError([name], "\(path): found no regular file, expected one")
    }
    guard status.st_size <= limit else {
      throw ConfigError(
        [name], "\(path): found \(status.st_size) bytes, expected at most \(limit)")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, name, "read") }
      // The file became shorter while it was read.
      guard count > 0 else { break }
      filled += count
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  private static func failure(_ path: String, _ name: String, _ action: String) -> ConfigError {
    let reason = String(cString: strerror(errno))
    return ConfigError([name], "cannot \(action) \(path): \(reason)")
  }
}
