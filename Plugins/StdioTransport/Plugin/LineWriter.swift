import CLinux
import Glibc

/// Writes whole lines, as much as the reader takes. One thread.
struct LineWriter {
  private let fd: Int32
  private let settings: StdioSettings
  private var buffer: [UInt8] = []
  /// Bytes of `buffer` that are written.
  private var start = 0
  /// The host was told to wait until the reader has caught up.
  private var wantsWritable = false
  /// The reader is gone.
  private(set) var isBroken = false

  /// A pipe that poll(2) calls writable takes this many bytes without blocking (PIPE_BUF): the
  /// descriptor may be shared with others and is not made non-blocking.
  private static let piece = 4_096

  /// Pieces that are written before the input gets its turn.
  private static let pieces = 64

  init(_ settings: StdioSettings) {
    fd = settings.output
    self.settings = settings
  }

  /// Bytes that the reader did not take.
  var count: Int { buffer.count - start }

  var isEmpty: Bool { start == buffer.count }

  /// Whether the reader is so far behind that nothing more should be asked for.
  var isBusy: Bool { count > settings.streamHigh }

  /// Whether a line of `size` bytes is taken: within the limit, or because nothing waits. Where
  /// not, `takeWritable` tells when.
  mutating func hasRoom(_ size: Int) -> Bool {
    if count + size <= settings.streamLimit { return true }
    write()
    if isEmpty || count + size <= settings.streamLimit { return true }
    wantsWritable = true
    return false
  }

  /// Adds a line made of pieces that hold no line feed. True where the reader is behind.
  mutating func add(_ parts: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>) -> Bool {
    for part in parts { buffer.append(contentsOf: part) }
    buffer.append(0x0a)
    if isBusy { write() }
    if isBusy { wantsWritable = true }
    return isBusy
  }

  /// Whether a reader that was behind has caught up: true once.
  mutating func takeWritable() -> Bool {
    guard wantsWritable, count <= settings.streamLow else { return false }
    wantsWritable = false
    return true
  }

  /// Writes what goes without waiting.
  mutating func write() {
    var rounds = 0
    while !isEmpty, !isBroken, rounds < Self.pieces, waitForReader(0) {
      rounds += 1
      writePiece()
    }
    settle()
  }

  /// Writes everything, as long as the reader takes some every 100 ms.
  mutating func writeAll() {
    while !isEmpty, !isBroken, waitForReader(100) { writePiece() }
    settle()
  }

  private mutating func waitForReader(_ milliseconds: Int32) -> Bool {
    var waiting = pollfd(fd: fd, events: Int16(POLLOUT), revents: 0)
    if poll(&waiting, 1, milliseconds) < 0, errno != EINTR { isBroken = true }
    return waiting.revents != 0 && !isBroken
  }

  private mutating func writePiece() {
    let size = min(Self.piece, count)
    let written = buffer.withUnsafeBytes {
      Glibc.write(fd, $0.baseAddress.map { $0 + start }, size)
    }
    if written >= 0 {
      start += written
    } else if errno != EAGAIN && errno != EINTR {
      isBroken = true
    }
  }

  /// Gives memory back: what was written, once it is more than what waits.
  private mutating func settle() {
    if isEmpty || isBroken {
      buffer.removeAll(keepingCapacity: buffer.capacity <= settings.streamLimit)
      start = 0
    } else if start > count {
      buffer.removeSubrange(0..<start)
      start = 0
    }
  }
}
