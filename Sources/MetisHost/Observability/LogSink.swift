import Glibc

/// Where lines of the log go.
protocol LogSink: AnyObject, Sendable {
  /// Takes one whole line with its end. False where it was lost. From every thread.
  func write(_ line: UnsafeRawBufferPointer) -> Bool

  /// Opens the output anew, so that logrotate can move the file away.
  func reopen() throws(LogSinkError)

  /// Whether people look at it: a terminal.
  var isTerminal: Bool { get }
}

/// Why a log file cannot be written.
struct LogSinkError: Error, CustomStringConvertible {
  let path: String
  /// The error number of open(2).
  let code: Int32

  var description: String {
    "cannot open the log file \"\(path)\" to append to it: \(String(cString: strerror(code))); "
      + "check that its folder exists and that the host's user may write there"
  }
}

/// A log on a descriptor: standard error, or a file that is appended to.
final class DescriptorLogSink: LogSink {
  private let descriptor: Int32
  /// Nil for standard error.
  private let path: String?

  /// Standard error. Never standard output: that may carry the protocol.
  init() {
    descriptor = STDERR_FILENO
    path = nil
  }

  /// A file, made where it is missing (mode 0640), appended to.
  init(path: String) throws(LogSinkError) {
    descriptor = try Self.open(path)
    self.path = path
  }

  deinit {
    if path != nil { close(descriptor) }
  }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  func write(_ line: UnsafeRawBufferPointer) -> Bool {
    var rest = line
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if count < 0 && errno == EINTR {
        continue
      } else {
        // A full disk or a slow reader of a pipe must not stop the host.
        return false
      }
    }
    return true
  }

  func reopen() throws(LogSinkError) {
    guard let path else { return }
    let fresh = try Self.open(path)
    defer { close(fresh) }
    // The number stays: a thread inside write(2) ends on the old file, the next begins on the new.
    while dup2(fresh, descriptor) < 0 {
      if errno != EINTR && errno != EBUSY { throw LogSinkError(path: path, code: errno) }
    }
    // dup2 clears the mark, and Swift's Glibc module lacks dup3.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  private static func open(_ path: String) throws(LogSinkError) -> Int32 {
    let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw LogSinkError(path: path, code: errno) }
    return descriptor
  }
}
