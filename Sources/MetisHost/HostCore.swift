import Glibc
import JSON
import MCP
import Synchronization

import struct MetisConfig.JournalSettings
import struct MetisConfig.TransportSettings

/// What every loop shares: the snapshot, the epochs, the sessions, the limits. Immutable but for
/// what is atomic or locks itself.
final class HostCore: @unchecked Sendable {
  /// Bounds that protect the host; each names itself in its error.
  struct Limits: Sendable {
    /// Of incoming JSON.
    var json = JSONLimits()
    /// Bytes of one answer of a strategy.
    var answer = 32 << 20
    /// Content blocks that one call may emit.
    var emittedBlocks = 10_000
    /// Calls through `metis.host.call/1` inside each other.
    var nesting = 16
    /// Messages of one batch (2025-03-26).
    var batch = 100
    /// Bytes of posts to a connection of HTTP+SSE that its loop has not read yet.
    var posted = 8 << 20
  }

  let epochs = Epochs()
  let clock: any HostClock
  let log: Log
  let sessions: SessionTable
  let workers: WorkerPool
  let hosts: HostPolicy
  let limits: Limits
  /// Of what clients keep for the server: cursors, states.
  let sealer: Sealer
  let journal: Journal
  /// Of what clients sent again: states that completed a call.
  let usedStates = UsedStates()
  /// Calls that go on after their answer.
  let tasks = TaskTable()
  /// Where ids come from that nobody may guess.
  let identifiers: any IdentifierSource
  /// The paths of HTTP.
  let endpoints: Endpoints
  /// The path of Streamable HTTP in memory of its own, as long as the process lives: requests are
  /// held against it without walking a string.
  private let streamablePath: UnsafeRawBufferPointer
  /// Who hears of what.
  let subscriptions = Subscriptions()
  /// What streams keep for clients that resume.
  let replay = ReplayBudget()
  /// Connections of HTTP+SSE, by the id that clients post to.
  let postBoxes = PostBoxes()
  private let published = Atomic<UnsafeRawPointer?>(nil)
  init(
    clock: any HostClock, log: Log, sessions: SessionTable, workers: WorkerPool,
    hosts: HostPolicy, limits: Limits = Limits(), sealer: Sealer = Sealer(),
    identifiers: any IdentifierSource = SystemIdentifiers(),
    journal: JournalSettings = JournalSettings(), endpoints: Endpoints = Endpoints()
  ) {
    self.clock = clock
    self.log = log
    self.sessions = sessions
    self.workers = workers
    self.hosts = hosts
    self.limits = limits
    self.sealer = sealer
    self.identifiers = identifiers
    self.journal = Journal(journal, clock: clock)
    self.endpoints = endpoints
    let path = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, endpoints.streamable.utf8.count), alignment: 8)
    path.copyBytes(from: endpoints.streamable.utf8)
    streamablePath = UnsafeRawBufferPointer(
      rebasing: path[..<endpoints.streamable.utf8.count])
  }

  // MARK: The snapshot

  /// What is visible now. The caller has entered its epoch, or is the control thread.
  @inline(__always)
  var currentSnapshot: Unmanaged<Snapshot> {
    Unmanaged.fromOpaque(published.load(ordering: .sequentiallyConsistent)!)
  }

  /// Makes a snapshot visible in one store; returns the one before, which its readers may still
  /// hold. [main-thread]
  func publish(_ snapshot: Snapshot) -> Snapshot? {
    let new = UnsafeRawPointer(Unmanaged.passRetained(snapshot).toOpaque())
    let old = published.exchange(new, ordering: .sequentiallyConsistent)
    return old.map { Unmanaged<Snapshot>.fromOpaque($0).takeRetainedValue() }
  }

  // MARK: For the request path

  /// Whether a request target's path is that of Streamable HTTP; a query is ignored.
  @inline(__always)
  func isStreamable(_ target: UnsafeRawBufferPointer) -> Bool {
    let count = streamablePath.count
    guard target.count >= count, target.count == count || target[count] == UInt8(ascii: "?"),
      let start = target.baseAddress, let path = streamablePath.baseAddress
    else { return count == 0 && target.count == 0 }
    return memcmp(start, path, count) == 0
  }

  /// Cancels a call wherever it runs. [any-thread]
  func cancel(_ token: UInt64) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      guard call.isOpen(token), let owner = call.table.owner else { return }
      owner._withUnsafeGuaranteedRef { $0.post(.cancel(token: token)) }
    }
  }

  /// Writes a line of the host's own.
  func log(_ level: LogLevel, _ message: @autoclosure () -> String) {
    switch level {
    case .trace: log.trace(message())
    case .debug: log.debug(message())
    case .info: log.info(message())
    case .warn: log.warn(message())
    case .error: log.error(message())
    }
  }

  // MARK: Sessions

  /// A session has been opened, by HTTP or on a connection: it hears of changes.
  func opened(_ session: Session) { subscriptions.join(session: session.subscriber) }

  /// Ends a session of HTTP: its calls are cancelled, its streams end.
  func end(_ session: Session) {
    sessions.end(session)
    for token in session.tokens { cancel(token) }
    forget(session)
    for stream in session.streams.all {
      guard let reader = stream.currentReader else { continue }
      reader.loop.post(.finish(exchange: reader.exchange))
    }
  }

  /// A session is over: it hears of nothing any more.
  func forget(_ session: Session) {
    subscriptions.leave(session: session.subscriber, uris: session.subscriptions)
  }
}

/// The paths at which HTTP serves; nil: that one is off.
struct Endpoints: Sendable {
  /// Streamable HTTP.
  var streamable = "/mcp"
  /// WebSocket.
  var webSocket: String?
  /// The stream of HTTP+SSE (2024-11-05).
  var events: String?
  /// What clients of HTTP+SSE post to.
  var messages: String?

  /// Streamable HTTP alone, at its usual path.
  init() {}

  /// As the configuration says.
  init(_ settings: TransportSettings) {
    streamable = settings.path
    webSocket = settings.webSocketPath
    events = settings.ssePath
    messages = settings.messagePath
  }

  /// Whether a request target's path is `path`; a query is ignored.
  @inline(__always)
  static func isPath(_ path: String, _ target: UnsafeRawBufferPointer) -> Bool {
    let count = path.utf8.count
    guard target.count >= count, target.count == count || target[count] == UInt8(ascii: "?") else {
      return false
    }
    var index = 0
    for byte in path.utf8 {
      if target[index] != byte { return false }
      index += 1
    }
    return true
  }
}
