import Glibc
import MetisKit

/// The files that a list of steps names: read when it is compiled, each at most ``fileLimit`` and
/// together at most ``totalLimit`` bytes.
struct StepFiles {
  /// How large a file may be, in bytes.
  static let fileLimit = 16 << 20
  /// How large the files of one list may be together, in bytes.
  static let totalLimit = 64 << 20

  private let target: Target
  private var total = 0

  /// Files against the directory of `target`.
  init(target: Target) { self.target = target }

  /// The content of the regular file at `path`, which the member at `place` names.
  mutating func read(_ path: String, at place: [String]) throws(ConfigError) -> [UInt8] {
    guard !path.isEmpty, !path.contains("{{"), !path.contains("{%") else {
      throw ConfigError(
        place,
        "found \"\(path)\", expected the path of a file; files are read when the "
          + "configuration is loaded, so a path takes no templates")
    }
    let path = target.resolve(path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, "open", place) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, "stat", place) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigError(place, "\(path): found no regular file, expected one")
    }
    guard status.st_size <= Self.fileLimit else {
      throw ConfigError(
        place, "\(path): found \(status.st_size) bytes, expected at most \(Self.fileLimit)")
    }
    total += Int(status.st_size)
    guard total <= Self.totalLimit else {
      throw ConfigError(
        place,
        "\(path): the files of these steps have more than \(Self.totalLimit) bytes together; "
          + "make them smaller")
    }
    return try Self.content(descriptor, Int(status.st_size), path, place)
  }

  private static func content(
    _ descriptor: Int32, _ size: Int, _ path: String, _ place: [String]
  ) throws(ConfigError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var filled = 0
    while filled < size {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, size - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "read", place) }
      // The file became shorter while it was read.
      guard count > 0 else { break }
      filled += count
    }
    bytes.removeLast(size - filled)
    return bytes
  }

  private static func failure(_ path: String, _ action: String, _ place: [String]) -> ConfigError {
    ConfigError(place, "cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }

  /// The media type that a file's name promises, or nil.
  static func mediaType(of path: String) -> String? {
    guard let dot = path.lastIndex(of: ".") else { return nil }
    return switch path[path.index(after: dot)...].lowercased() {
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "gif": "image/gif"
    case "webp": "image/webp"
    case "svg": "image/svg+xml"
    case "wav": "audio/wav"
    case "mp3": "audio/mpeg"
    case "ogg": "audio/ogg"
    case "flac": "audio/flac"
    case "txt": "text/plain"
    case "md": "text/markdown"
    case "html", "htm": "text/html"
    case "css": "text/css"
    case "csv": "text/csv"
    case "json": "application/json"
    case "xml": "application/xml"
    case "yaml", "yml": "application/yaml"
    case "pdf": "application/pdf"
    default: nil
    }
  }
}
