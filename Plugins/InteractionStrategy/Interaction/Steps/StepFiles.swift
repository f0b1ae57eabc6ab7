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

/// Base64 with padding (RFC 4648, section 4), as MCP carries bytes.
enum Base64Text {
  private static let alphabet: StaticString =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

  /// `bytes` as base64.
  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    let digits = UnsafeBufferPointer(
      start: alphabet.utf8Start, count: alphabet.utf8CodeUnitCount)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var bits = 0
      for index in 0..<3 { bits = bits << 8 | (index < count ? Int(bytes[start + index]) : 0) }
      for index in 0..<4 {
        text.append(index > count ? UInt8(ascii: "=") : digits[bits >> (18 - 6 * index) & 63])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether `text` is base64 with its padding.
  static func isValid(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count % 4 == 0 else { return false }
    let padding = bytes.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return false }
    return bytes.dropLast(padding).allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "+"), UInt8(ascii: "/"): true
      default: false
      }
    }
  }
}
