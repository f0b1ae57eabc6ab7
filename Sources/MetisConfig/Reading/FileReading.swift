import Glibc

/// Tells versions of a file apart without reading it. Writing a file changes at least one of these.
struct FileIdentity: Sendable, Hashable {
  let device: UInt64
  let inode: UInt64
  let size: Int64
  /// When the contents changed last; nanoseconds since 1970.
  let modified: Int64
  /// When the entry changed last: moves also where a program sets ``modified`` back.
  let changed: Int64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    changed = Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
  }

  /// What stands at `path`, links followed; nil where there is nothing that can be looked at.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Whether a further change would show. Times move in ticks of some milliseconds: a file that
  /// changed a moment ago may change again within the same one.
  var isSettled: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let nanoseconds = Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    return nanoseconds &- max(modified, changed) > 50_000_000
  }
}

/// A file as it was read.
struct FileContents {
  let bytes: [UInt8]
  /// nil where the contents may not be told apart from the next ones by it: it was being written, or
  /// a moment ago.
  let identity: FileIdentity?

  /// Why a file could not be read: the words of `strerror`, or the limit.
  struct Failure: Error {
    var message: String

    init(_ message: String) { self.message = message }

    /// What `errno` says.
    static var system: Failure { Failure(String(cString: strerror(errno))) }
  }

  /// Reads a file of at most `limit` bytes. One that changes meanwhile is read again, a few times.
  init(of path: String, limit: Int) throws(Failure) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system }
    defer { close(descriptor) }
    for _ in 0..<4 {
      let before = try Self.status(descriptor)
      let bytes = try Self.readAll(descriptor, expected: Int(before.size), limit: limit)
      let after = try Self.status(descriptor)
      if before == after, bytes.count == Int(before.size) {
        self.bytes = bytes
        identity = before.isSettled ? before : nil
        return
      }
    }
    bytes = try Self.readAll(descriptor, expected: 0, limit: limit)
    identity = nil
  }

  private static func status(_ descriptor: Int32) throws(Failure) -> FileIdentity {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure("not a regular file") }
    return FileIdentity(status)
  }

  private static func readAll(
    _ descriptor: Int32, expected: Int, limit: Int
  ) throws(Failure) -> [UInt8] {
    guard expected <= limit else { throw Failure("larger than \(limit) bytes") }
    var bytes: [UInt8] = []
    // One more than expected, so that the end shows without another buffer.
    var room = expected + 1
    while true {
      var count = 0
      let offset = off_t(bytes.count)
      let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
        repeat {
          count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
        } while count < 0 && errno == EINTR
        initialized = max(count, 0)
      }
      guard count >= 0 else { throw .system }
      if count == 0 { return bytes }
      if bytes.isEmpty { bytes = piece } else { bytes += piece }
      guard bytes.count <= limit else { throw Failure("larger than \(limit) bytes") }
      if bytes.count == expected, expected > 0 { return bytes }
      room = 65_536
    }
  }
}
