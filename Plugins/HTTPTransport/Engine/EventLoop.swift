import CLinux
import Glibc
import MetisPluginAPI
import Synchronization

/// One event loop: an epoll, its connections, its buffers. Everything but `wake` runs on its own
/// thread.
///
/// Sockets are registered once, edge-triggered, for reading and writing: no call to epoll_ctl per
/// request. Nothing on the way of a request allocates or counts references.
final class EventLoop {
  typealias Receive =
    @convention(c) (
      UnsafeMutableRawPointer?, UInt32, UnsafePointer<metis_message_v1>?
    ) -> Void
  typealias Tell = @convention(c) (UnsafeMutableRawPointer?, UInt32, UInt64) -> Void

  /// What epoll's data says beside the slot of a connection.
  enum Source {
    static let listener: UInt64 = 1 << 32
    static let wake: UInt64 = 2 << 32
  }

  static let inputSize = 65_536
  static let outputSize = 65_536
  static let eventCount = 256

  let index: UInt32
  let settings: EngineSettings
  let shared: ServerState
  let tls: TLSSource?
  let log: EngineLog
  let host: UnsafePointer<metis_host_transport_v1>
  let hostContext: UnsafeMutableRawPointer?
  let receive: Receive
  let closed: Tell
  let writable: Tell
  var listeners: [Int32]

  let epoll: Int32
  let wakeDescriptor: Int32
  let isWoken = Atomic<Bool>(false)
  let events: UnsafeMutablePointer<epoll_event>
  let input: UnsafeMutableRawBufferPointer
  let output: UnsafeMutablePointer<UInt8>
  /// Bytes in `output`, all of `outputOwner`.
  var outputCount = 0
  var outputOwner: ConnectionPointer?
  let message: UnsafeMutablePointer<metis_message_v1>
  /// A message of a WebSocket.
  let frame: UnsafeMutablePointer<metis_message_v1>
  let fields: UnsafeMutablePointer<metis_field_v1>
  let dateLine: UnsafeMutablePointer<UInt8>
  var dateSecond: Int64 = -1

  var table = ConnectionTable()
  var pool: ParserPool
  var wheel: TimerWheel
  var dueTimers: [UInt32] = []
  var dead: [UInt32] = []
  /// The list of connections that need a look, linked through `nextReady`.
  var readyHead: ConnectionPointer?
  var readyTail: ConnectionPointer?

  /// CLOCK_MONOTONIC in ns, as of the present batch.
  var now: UInt64
  var hostDue = UInt64.max
  /// When accepting is tried again after descriptors or places ran out.
  var acceptDue = UInt64.max
  var isDraining = false
  var drainDeadline = UInt64.max

  let headerTimeout: UInt64
  let bodyTimeout: UInt64
  /// Shorter once a drain closes idle connections.
  var idleTimeout: UInt64
  let writeTimeout: UInt64
  /// 0 for never.
  let pingInterval: UInt64

  init(
    index: UInt32, settings: EngineSettings, shared: ServerState, tls: TLSSource?,
    log: EngineLog, host: UnsafePointer<metis_host_transport_v1>,
    hostContext: UnsafeMutableRawPointer?, listeners: [Int32]
  ) throws(EngineError) {
    guard let receive = host.pointee.receive, let closed = host.pointee.closed,
      let writable = host.pointee.writable
    else { throw EngineError("the host's table lacks receive, closed or writable") }
    self.index = index
    self.settings = settings
    self.shared = shared
    self.tls = tls
    self.log = log
    self.host = host
    self.hostContext = hostContext
    self.receive = receive
    self.closed = closed
    self.writable = writable
    self.listeners = listeners
    headerTimeout = UInt64(settings.headerTimeout) * 1_000_000
    bodyTimeout = UInt64(settings.bodyTimeout) * 1_000_000
    idleTimeout = UInt64(settings.idleTimeout) * 1_000_000
    writeTimeout = UInt64(settings.writeTimeout) * 1_000_000
    pingInterval = UInt64(settings.pingInterval) * 1_000_000
    now = Self.monotonic()
    wheel = TimerWheel(now: now)
    pool = ParserPool(settings.parser)
    events = .allocate(capacity: Self.eventCount)
    input = .allocate(byteCount: Self.inputSize, alignment: 64)
    output = .allocate(capacity: Self.outputSize)
    message = .allocate(capacity: 1)
    message.initialize(to: metis_message_v1())
    message.pointee.size = UInt32(MemoryLayout<metis_message_v1>.size)
    message.pointee.kind = METIS_MESSAGE_HTTP
    frame = .allocate(capacity: 1)
    frame.initialize(to: metis_message_v1())
    frame.pointee.size = UInt32(MemoryLayout<metis_message_v1>.size)
    frame.pointee.kind = METIS_MESSAGE_FRAME
    fields = .allocate(capacity: settings.parser.fields)
    fields.initialize(repeating: metis_field_v1(), count: settings.parser.fields)
    dateLine = .allocate(capacity: ResponseHead.dateLineCount)
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard epoll >= 0, wakeDescriptor >= 0,
      clinux_epoll_set(epoll, EPOLL_CTL_ADD, wakeDescriptor, EPOLLIN.rawValue, Source.wake) == 0
    else {
      throw EngineError("an event loop cannot be made: \(String(cString: strerror(errno)))")
    }
    ResponseHead.initializeDateLine(dateLine)
    refreshClock()
  }

  deinit {
    if epoll >= 0 { close(epoll) }
    if wakeDescriptor >= 0 { close(wakeDescriptor) }
    events.deallocate()
    input.deallocate()
    output.deallocate()
    message.deallocate()
    frame.deallocate()
    fields.deallocate()
    dateLine.deallocate()
    table.destroy()
    pool.destroy()
  }

  static func monotonic() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  func refreshClock() {
    now = Self.monotonic()
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    if Int64(time.tv_sec) != dateSecond {
      dateSecond = Int64(time.tv_sec)
      ResponseHead.setDate(dateSecond, in: dateLine)
    }
  }

  /// Makes the loop call the host's `poll` soon; calls between two rounds cost one write.
  /// [any-thread]
  func wake() {
    if isWoken.exchange(true, ordering: .acquiringAndReleasing) { return }
    var one: UInt64 = 1
    _ = Glibc.write(wakeDescriptor, &one, 8)
  }

  /// Runs until the instance is stopped.
  func run() {
    addListeners()
    while !shared.isStopped {
      let count = epoll_wait(epoll, events, Int32(Self.eventCount), waitMilliseconds())
      refreshClock()
      if count > 0 { for place in 0..<Int(count) { dispatch(events[place]) } }
      settleReady()
      if let poll = host.pointee.poll { hostDue = poll(hostContext, index, now) }
      settleReady()
      flushOutput()
      if shared.drain != 0, !isDraining { beginDrain() }
      if now >= drainDeadline { cutAll() }
      if now >= acceptDue { resumeAccepting() }
      fireTimers()
      reap()
    }
    for slot in 0..<table.made {
      if let connection = table[slot], connection.pointee.state != .free { kill(connection) }
    }
    reap()
  }

  private func waitMilliseconds() -> Int32 {
    if readyHead != nil { return 0 }
    let due = min(min(hostDue, acceptDue), min(drainDeadline, wheel.nextDue ?? UInt64.max))
    if due == UInt64.max { return -1 }
    if due <= now { return 0 }
    // Rounded up: waking early would spin until the time has come.
    return Int32(min((due - now + 999_999) / 1_000_000, 60_000))
  }

  @inline(__always)
  private func dispatch(_ event: epoll_event) {
    let data = event.data.u64
    if data < Source.listener {
      if let connection = table[UInt32(truncatingIfNeeded: data)] {
        handle(connection, event.events)
      }
    } else if data == Source.wake {
      var count: UInt64 = 0
      _ = Glibc.read(wakeDescriptor, &count, 8)
      // Before `poll`, so that a wake that comes while it runs is not lost.
      isWoken.store(false, ordering: .releasing)
    } else {
      accept(Int32(truncatingIfNeeded: data & 0xffff_ffff))
    }
  }

  @inline(__always)
  private func handle(_ connection: ConnectionPointer, _ happened: UInt32) {
    let state = connection.pointee.state
    if state == .dead || state == .free { return }
    if happened & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 {
      connection.pointee.peerEnded = true
    }
    if happened & EPOLLERR.rawValue != 0 { connection.pointee.failed = true }
    let isTLS = connection.pointee.tls != nil
    if happened & EPOLLOUT.rawValue != 0, connection.pointee.output.count > 0 {
      flushQueue(connection)
    }
    // OpenSSL may wait for writing in order to read.
    if happened & ~EPOLLOUT.rawValue != 0 || isTLS {
      connection.pointee.mayRead = true
      look(connection)
    }
  }

  /// Does what the state of a connection asks for.
  func look(_ connection: ConnectionPointer) {
    switch connection.pointee.state {
    case .reading:
      if !connection.pointee.isThrottled { read(connection) }
    case .waiting, .streaming:
      if connection.pointee.peerEnded || connection.pointee.failed { lose(connection) }
    case .framed:
      if connection.pointee.failed { lose(connection) } else { serveFrames(connection) }
    case .closing:
      if connection.pointee.failed {
        kill(connection)
      } else if connection.pointee.output.count == 0, outputOwner != connection {
        linger(connection)
      }
    case .lingering: discard(connection)
    case .free, .dead: break
    }
  }

  /// Puts a connection on the list of those that need a look when the batch is through.
  func makeReady(_ connection: ConnectionPointer) {
    if connection.pointee.isReady { return }
    connection.pointee.isReady = true
    connection.pointee.nextReady = UInt32.max
    if let tail = readyTail {
      tail.pointee.nextReady = connection.pointee.slot
    } else {
      readyHead = connection
    }
    readyTail = connection
  }

  /// Looks at the connections of the list; those that are put on it meanwhile have to wait.
  private func settleReady() {
    guard var connection = readyHead else { return }
    readyHead = nil
    readyTail = nil
    while true {
      let next = connection.pointee.nextReady
      connection.pointee.isReady = false
      if outputOwner == connection { flushOutput() }
      settle(connection)
      guard next != UInt32.max, let following = table[next] else { return }
      connection = following
    }
  }

  private func settle(_ connection: ConnectionPointer) {
    if connection.pointee.failed {
      switch connection.pointee.state {
      case .waiting, .streaming, .framed: lose(connection)
      case .free, .dead: break
      default: kill(connection)
      }
      return
    }
    if connection.pointee.state == .reading {
      if connection.pointee.isThrottled { return }
      process(connection)
      guard connection.pointee.state == .reading, connection.pointee.mayRead,
        !connection.pointee.isReady, !connection.pointee.isThrottled
      else { return }
    }
    look(connection)
  }
}
