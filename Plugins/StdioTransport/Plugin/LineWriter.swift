import CLinux
import Glibc

/// Writes whole lines. Lines of one batch go out together. One thread.
struct LineWriter {
  private let fd: Int32
  private var buffer: [UInt8] = []
  /// The reader is gone.
  private(set) var isBroken = false

  /// Over this many bytes a batch goes out early.
  private static let batch = 65_536

  /// A pipe that poll(2) calls writable takes this many bytes without blocking (PIPE_BUF): the
  /// descriptor may be shared with others and is not made non-blocking.
  private static let piece = 4_096

  init(_ fd: Int32) { self.fd = fd }

  var isEmpty: Bool { buffer.isEmpty }

  /// Adds a line made of pieces that hold no line feed.
  mutating func add(_ parts: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>) {
    for part in parts { buffer.append(contentsOf: part) }
    buffer.append(0x0a)
  }

  /// Whether the batch is large enough to go out.
  var isFull: Bool { buffer.count >= Self.batch }

  /// Writes everything, waiting for the reader; gives up where the reader takes nothing
  /// and `isStopped` says so.
  mutating func flush(isStopped: () -> Bool) {
    var place = 0
    while place < buffer.count, !isBroken {
      var waiting = pollfd(fd: fd, events: Int16(POLLOUT), revents: 0)
      if poll(&waiting, 1, 100) < 0, errno != EINTR { isBroken = true }
      if waiting.revents == 0 {
        if isStopped() { break }
        continue
      }
      let size = min(Self.piece, buffer.count - place)
      let count = buffer.withUnsafeBytes {
        Glibc.write(fd, $0.baseAddress.map { $0 + place }, size)
      }
      if count >= 0 {
        place += count
      } else if errno != EAGAIN && errno != EINTR {
        isBroken = true
      }
    }
    buffer.removeAll(keepingCapacity: buffer.capacity <= 4 * Self.batch)
  }
}
