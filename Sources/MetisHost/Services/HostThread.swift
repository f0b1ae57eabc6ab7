import Glibc

/// A thread of the host: named, with a small stack, deaf to signals.
struct HostThread: @unchecked Sendable {
  private let thread: pthread_t

  /// Stack of threads that run code of plugins: 2 MiB, of which the kernel gives what is touched. A
  /// validation at the limit of its nesting takes up to 512 KiB, up to 2 MiB without optimization.
  static let smallStack = 2 << 20

  /// Starts a thread that has to be joined.
  ///
  /// Signals that are sent to the process are blocked in it, so that only the thread which asks
  /// for them (a signalfd) gets them; those that a fault raises keep their effect.
  /// - Parameters:
  ///   - name: shown by `ps -L` and debuggers; the kernel keeps 15 bytes.
  ///   - stack: its stack in bytes.
  /// - Throws: the error number of pthread_create, as a rule EAGAIN at a limit of the system.
  init(
    name: String, stack: Int = HostThread.smallStack, _ body: @escaping @Sendable () -> Void
  ) throws(ThreadError) {
    thread = try Self.start(name: name, stack: stack, detached: false, body)
  }

  /// Starts a thread whose end nobody waits for.
  static func detach(
    name: String, stack: Int = HostThread.smallStack, _ body: @escaping @Sendable () -> Void
  ) throws(ThreadError) {
    _ = try start(name: name, stack: stack, detached: true, body)
  }

  /// Waits for the thread's end. Once, and never from the thread itself.
  func join() { pthread_join(thread, nil) }

  /// Lets other threads go first where all cores are busy: for work that nobody waits for. Of the
  /// calling thread, for good.
  static func stepBack() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }

  /// Whether the caller runs on this thread.
  var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }

  private static func start(
    name: String, stack: Int, detached: Bool, _ body: @escaping @Sendable () -> Void
  ) throws(ThreadError) -> pthread_t {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stack)
    if detached { pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) }

    var blocked = sigset_t()
    var previous = sigset_t()
    sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS] {
      sigdelset(&blocked, fault)
    }
    pthread_sigmask(SIG_BLOCK, &blocked, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }

    var thread = pthread_t()
    let code = pthread_create(&thread, &attributes, runThread, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw ThreadError(code: code)
    }
    return thread
  }
}

/// Why a thread did not start.
struct ThreadError: Error, CustomStringConvertible {
  /// An error number of pthread_create.
  let code: Int32

  var description: String {
    "cannot start a thread: \(String(cString: strerror(code))); "
      + "check `ulimit -u`, the pids limit of the control group and free memory"
  }
}

private final class ThreadStart {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
  nameThread(start.name)
  start.body()
  return nil
}

/// Swift's Glibc module lacks pthread_setname_np; the file does the same. A name is a courtesy:
/// without /proc the thread keeps that of its parent.
private func nameThread(_ name: String) {
  let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  defer { close(file) }
  var name = String(name.prefix(15))
  _ = name.withUTF8 { write(file, $0.baseAddress, $0.count) }
}
