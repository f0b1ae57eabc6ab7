import CSodium
import Glibc

/// A library's private copy on disk.
struct StagedLibrary: Sendable {
  /// The copy: a path and an inode that this process never mapped before.
  var path: String
  /// Lower-case hexadecimal digest of its bytes.
  var sha256: String
  /// Its size.
  var byteCount: Int
  /// What the signature check gave.
  var signature: SignatureState
  /// The signature file's bytes; empty where there was none.
  var signatureBytes: [UInt8]
}

/// Private, content-addressed copies of libraries.
///
/// The loader answers with the image it has for a path or an inode that it knows, and a file
/// that is overwritten in place crashes whoever has it mapped. Each generation therefore is
/// mapped from a copy of its own, `<sha256>-<serial>.so`, in a directory that only this user
/// can enter. The bytes are read once: the very bytes that were checked are those written.
///
/// A copy stays as long as its generation may be mapped and of interest, and is unlinked after
/// that: debuggers and profilers find symbols by the path of the mapping, which an anonymous or
/// an unlinked file would not have, and a rollback needs the bytes of the previous generation
/// when its source has been overwritten. An unlinked file that is still mapped keeps its
/// inode, so no later copy can be taken for it.
final class PluginStore {
  /// The largest library that is read.
  static let limit = 1 << 30

  /// The private directory, mode 0700.
  let directory: String
  /// Distinguishes two copies of the same bytes; never reused.
  private var serial = 0
  private var copies: Set<String> = []
  /// The directory, open and locked: the lock ends with the process, however it ends, and tells
  /// the next one that the directory is left over.
  private let lock: Int32

  /// Makes a private directory in `parent`, or, where that is nil, in `$XDG_RUNTIME_DIR` or `/tmp`
  /// (whichever is the first from which libraries may be mapped).
  ///
  /// Removes what processes that were killed have left there.
  init(parent: String?) throws(PluginError) {
    guard sodium_init() >= 0 else {
      throw PluginError(.store, "libsodium could not be initialised")
    }
    let runtime = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) }
    let candidates = parent.map { [$0] } ?? [runtime, "/tmp"].compactMap { $0 }
    var failures: [String] = []
    for candidate in candidates where !candidate.isEmpty {
      if Self.forbidsExecution(candidate) {
        failures.append("\(candidate) is mounted noexec")
        continue
      }
      LeftOverStores.remove(in: candidate)
      if let (made, descriptor) = Self.makeDirectory(in: candidate) {
        directory = made
        lock = descriptor
        return
      }
      failures.append("\(candidate): \(systemMessage(errno))")
    }
    throw PluginError(
      .store,
      "no directory for private copies of the plugins could be made ("
        + failures.joined(separator: "; ") + "); expected a writable directory on a mount "
        + "without noexec")
  }

  deinit {
    removeAll()
    close(lock)
  }

  /// A new directory and its locked descriptor.
  private static func makeDirectory(in parent: String) -> (String, Int32)? {
    while true {
      // A random suffix: nobody can have put a directory of that name there beforehand.
      var template = Array("\(parent)/\(LeftOverStores.prefix)\(getpid())-XXXXXX".utf8CString)
      let made = template.withUnsafeMutableBufferPointer { buffer -> String? in
        guard let start = buffer.baseAddress, let path = mkdtemp(start) else { return nil }
        return String(cString: path)
      }
      guard let made else { return nil }
      let descriptor = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
      if descriptor >= 0, flock(descriptor, LOCK_EX) == 0, access(made, F_OK) == 0 {
        return (made, descriptor)
      }
      // Another process took it for left over between the two calls.
      let reason = errno
      if descriptor >= 0 { close(descriptor) }
      if reason != ENOENT { return nil }
    }
  }

  /// Writes `bytes` to a new file and returns its path.
  func write(_ bytes: [UInt8], sha256: String) throws(PluginError) -> String {
    serial += 1
    let path = "\(directory)/\(sha256)-\(serial).so"
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o500)
    guard file >= 0 else {
      throw PluginError(
        .store, "the private copy \(path) could not be made: \(systemMessage(errno))")
    }
    copies.insert(path)
    defer { close(file) }
    let failure = bytes.withUnsafeBytes { buffer -> Int32 in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          file, rest.base.baseAddress?.advanced(by: rest.startIndex), rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        rest = rest.dropFirst(count)
      }
      return 0
    }
    if failure != 0 {
      remove(path)
      throw PluginError(
        .store,
        "the private copy \(path) could not be written: \(systemMessage(failure))")
    }
    return path
  }

  /// Unlinks a copy; one that is mapped stays so.
  func remove(_ path: String) {
    guard copies.remove(path) != nil else { return }
    unlink(path)
  }

  /// Unlinks every copy and the directory.
  func removeAll() {
    for path in copies { unlink(path) }
    copies.removeAll()
    rmdir(directory)
  }

  /// Bytes of the copies that are linked.
  var bytesOnDisk: Int {
    copies.reduce(0) { sum, path in
      var status = stat()
      return stat(path, &status) == 0 ? sum + Int(status.st_size) : sum
    }
  }

  /// All bytes of the regular file at `path`.
  static func read(_ path: String, limit: Int = PluginStore.limit) throws(PluginError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw PluginError(.unreadable, "cannot be read: \(systemMessage(errno))", file: path)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PluginError(.unreadable, "is not a regular file", file: path)
    }
    guard status.st_size <= limit else {
      throw PluginError(
        .unreadable, "has \(status.st_size) bytes; expected at most \(limit)", file: path)
    }
    let size = Int(status.st_size)
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(file, buffer.baseAddress?.advanced(by: count), size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else {
      throw PluginError(.unreadable, "cannot be read: \(systemMessage(failure))", file: path)
    }
    return bytes
  }

  /// Lower-case hexadecimal SHA-256.
  static func sha256(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_bytes()))
    crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
    return hexadecimal(digest)
  }

  private static func forbidsExecution(_ path: String) -> Bool {
    let noExecution: UInt = 8  // ST_NOEXEC, which Swift's Glibc module lacks.
    var status = statvfs()
    return statvfs(path, &status) == 0 && status.f_flag & noExecution != 0
  }
}

/// Two lower-case digits a byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
  guard let text = strerror(number) else { return "error \(number)" }
  return String(cString: text)
}
