import CLinux
import Glibc
import MetisPluginAPI
import Synchronization

/// An instance: one thread that reads lines and lets the host answer. All but `wake`, `drain` and
/// `stop` runs on that thread.
final class StdioLoop: @unchecked Sendable {
  /// The number of the only connection.
  static let connection: UInt64 = 1

  private let host: UnsafePointer<metis_host_transport_v1>
  private let hostContext: UnsafeMutableRawPointer?
  private let log: HostLog
  private let settings: StdioSettings
  private let wakeDescriptor: Int32
  private let isWoken = Atomic<Bool>(false)
  private let isStopped = Atomic<Bool>(false)
  /// When a drain ends, in ns of CLOCK_MONOTONIC; 0 while there is none.
  private let drainDeadline = Atomic<UInt64>(0)
  private var framer: LineFramer
  private var writer: LineWriter
  /// The input is at its end.
  private var isInputOver = false
  /// The host has closed the connection: what waits still goes out.
  private var isFinished = false
  private var hasEnded = false
  private var hasDrained = false
  /// Lines are at hand that wait until the reader has caught up.
  private var isHeldBack = false
  private var hostDue = UInt64.max
  private var thread: pthread_t?

  init?(
    settings: StdioSettings, host: UnsafePointer<metis_host_transport_v1>,
    hostContext: UnsafeMutableRawPointer?, log: HostLog
  ) {
    self.settings = settings
    self.host = host
    self.hostContext = hostContext
    self.log = log
    wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    framer = LineFramer(limit: settings.maxLineBytes)
    writer = LineWriter(settings)
    if wakeDescriptor < 0 { return nil }
  }

  deinit {
    framer.free()
    if wakeDescriptor >= 0 { close(wakeDescriptor) }
  }

  // MARK: What the host's main thread calls

  /// Starts the thread; an error number of pthread_create, or 0. [main-thread]
  func start() -> Int32 {
    var new = pthread_t()
    let argument = Unmanaged.passRetained(self)
    let status = pthread_create(&new, nil, runStdio, argument.toOpaque())
    if status == 0 { thread = new } else { argument.release() }
    return status
  }

  /// Reads to the end of a line that has begun, then no further: what follows belongs to a
  /// successor. [main-thread]
  func drain(_ deadline: UInt64) {
    drainDeadline.store(max(deadline, 1), ordering: .releasing)
    wake()
  }

  /// Ends the thread and joins it. [main-thread]
  func stop() {
    isStopped.store(true, ordering: .releasing)
    wake()
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }

  /// Makes the thread call the host's `poll` soon. [any-thread]
  func wake() {
    if isWoken.exchange(true, ordering: .acquiringAndReleasing) { return }
    var one: UInt64 = 1
    _ = write(wakeDescriptor, &one, 8)
  }

  // MARK: What the host calls on the thread

  /// Sends one message as a line. METIS_INVALID where it holds a line feed: it would be two.
  /// METIS_BUSY: it was taken, but the reader is behind; METIS_LIMIT: it was not taken. Either is
  /// followed by one `writable`.
  func send(_ parts: UnsafePointer<metis_slice_v1>?, _ count: Int) -> Int32 {
    if writer.isBroken || isFinished { return METIS_LATE }
    let slices = UnsafeBufferPointer(start: parts, count: count)
    var size = 1
    for slice in slices where slice.count > 0 {
      guard let bytes = slice.bytes else { return METIS_INVALID }
      if memchr(bytes, 0x0a, slice.count) != nil { return METIS_INVALID }
      size += slice.count
    }
    guard writer.hasRoom(size) else { return METIS_LIMIT }
    let pieces = slices.map { UnsafeBufferPointer(start: $0.bytes, count: $0.count) }
    let isBehind = pieces.withUnsafeBufferPointer { writer.add($0) }
    return writer.isBroken ? METIS_LATE : isBehind ? METIS_BUSY : METIS_OK
  }

  /// Closes the connection once what waits is written.
  func finish() -> Int32 {
    if writer.isBroken || isFinished { return METIS_LATE }
    isFinished = true
    return METIS_OK
  }

  /// The host gives the peer up.
  func abort() { end() }

  // MARK: The thread

  fileprivate func run() {
    clinux_block_signals()
    clinux_name_thread("stdio")
    if let attach = host.pointee.attach, attach(hostContext, 0) != METIS_OK {
      log.write(METIS_LOG_ERROR, "the host did not take the thread of the stdio transport")
      end()
      return
    }
    while !isStopped.load(ordering: .acquiring) { turn() }
    writer.writeAll()
    host.pointee.detach?(hostContext, 0)
  }

  private func turn() {
    let drain = drainDeadline.load(ordering: .acquiring)
    let mayRead =
      !isInputOver && !isFinished && !hasEnded && (drain == 0 || framer.isInLine) && !hasDrained
    // Whoever does not read answers is not asked for more.
    let delivers = isHeldBack && !writer.isBusy
    let reads = mayRead && !isHeldBack && !writer.isBusy
    var polls = [
      pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: reads ? settings.input : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: writer.isEmpty ? -1 : settings.output, events: Int16(POLLOUT), revents: 0),
    ]
    let due = drain != 0 && !hasDrained ? min(hostDue, drain) : hostDue
    if drain == 0 || mayRead || hasDrained || !writer.isEmpty {
      _ = poll(&polls, 3, delivers ? 0 : milliseconds(until: due))
    }
    if polls[0].revents != 0 {
      var count: UInt64 = 0
      _ = Glibc.read(wakeDescriptor, &count, 8)
      isWoken.store(false, ordering: .releasing)
    }
    if delivers {
      deliverLines()
    } else if polls[1].revents != 0 {
      read(byByte: drain != 0)
    }
    if let poll = host.pointee.poll { hostDue = poll(hostContext, 0, monotonic()) }
    flush()
    let isThrough = (isInputOver || !framer.isInLine) && !isHeldBack && writer.isEmpty
    if drain != 0, !hasDrained, isThrough || monotonic() >= drain {
      hasDrained = true
      host.pointee.drained?(hostContext)
    }
  }

  private func read(byByte: Bool) {
    let room = framer.room()
    let count = Glibc.read(settings.input, room.baseAddress, byByte ? 1 : room.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    if count > 0 {
      framer.received(count)
    } else {
      isInputOver = true
    }
    deliverLines()
  }

  /// Hands over the lines at hand, as long as the peer takes the answers.
  private func deliverLines() {
    isHeldBack = false
    while !isFinished {
      if writer.isBusy {
        isHeldBack = true
        break
      }
      guard let line = framer.next() else { break }
      deliver(line)
    }
    if isInputOver, !isHeldBack, !isFinished, let line = framer.last() { deliver(line) }
    let skipped = framer.takeSkipped()
    if skipped > 0 {
      log.write(
        METIS_LOG_WARN,
        "skipped \(skipped) message(s) longer than max_line_bytes, \(settings.maxLineBytes)")
    }
  }

  private func deliver(_ line: UnsafeBufferPointer<UInt8>) {
    var message = metis_message_v1()
    message.size = UInt32(MemoryLayout<metis_message_v1>.size)
    message.kind = METIS_MESSAGE_FRAME
    message.exchange = Self.connection
    message.body = metis_slice_v1(bytes: line.baseAddress, count: line.count)
    host.pointee.receive?(hostContext, 0, &message)
  }

  private func flush() {
    if !writer.isEmpty { writer.write() }
    if writer.takeWritable() { host.pointee.writable?(hostContext, 0, Self.connection) }
    if writer.isBroken || ((isInputOver || isFinished) && !isHeldBack && writer.isEmpty) { end() }
  }

  /// The peer is gone: the host finishes what is under way and shuts down.
  private func end() {
    if hasEnded { return }
    hasEnded = true
    host.pointee.ended?(hostContext)
  }

  private func milliseconds(until due: UInt64) -> Int32 {
    if due == UInt64.max { return -1 }
    let now = monotonic()
    return due <= now ? 0 : Int32(min((due - now + 999_999) / 1_000_000, 60_000))
  }

  private func monotonic() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// The main function of the thread.
private func runStdio(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument {
    Unmanaged<StdioLoop>.fromOpaque(argument).takeRetainedValue().run()
  }
  return nil
}
