import JSON
import MCP
import Synchronization

import struct MetisConfig.JournalSettings

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
  /// The path of the MCP endpoint.
  let endpoint: String
  private let endpointBytes: [UInt8]
  private let published = Atomic<UnsafeRawPointer?>(nil)
  /// Framed connections whose sessions hear of changed lists.
  private let connections = Locked<[ObjectIdentifier: Session]>([:])

  init(
    clock: any HostClock, log: Log, sessions: SessionTable, workers: WorkerPool,
    hosts: HostPolicy, limits: Limits = Limits(), sealer: Sealer = Sealer(),
    journal: JournalSettings = JournalSettings(), endpoint: String = "/mcp"
  ) {
    self.clock = clock
    self.log = log
    self.sessions = sessions
    self.workers = workers
    self.hosts = hosts
    self.limits = limits
    self.sealer = sealer
    self.journal = Journal(journal, clock: clock)
    self.endpoint = endpoint
    endpointBytes = Array(endpoint.utf8)
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

  /// Whether a request target's path is the endpoint; a query is ignored.
  @inline(__always)
  func isEndpoint(_ target: UnsafeRawBufferPointer) -> Bool {
    guard target.count >= endpointBytes.count else { return false }
    for index in 0..<endpointBytes.count where target[index] != endpointBytes[index] {
      return false
    }
    return target.count == endpointBytes.count || target[endpointBytes.count] == UInt8(ascii: "?")
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

  /// Ends a session of HTTP: its calls are cancelled, its stream ends.
  func end(_ session: Session) {
    sessions.end(session)
    for token in session.tokens { cancel(token) }
    if let stream = session.currentStream {
      stream.loop.post(.finish(exchange: stream.exchange))
    }
  }

  /// A framed connection has been initialised.
  func connected(_ session: Session) {
    connections.withLock { $0[ObjectIdentifier(session)] = session }
  }

  /// A framed connection is gone.
  func disconnected(_ session: Session) {
    connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(session)) }
  }

  /// Tells every client of the handshake era that a list has changed: one message on one stream of
  /// each session.
  func notifyListChanged(_ method: StaticString) {
    let message = Array(#"{"jsonrpc":"2.0","method":"\#(method)"}"#.utf8)
    let framed = connections.withLock { Array($0.values) }
    for session in sessions.all() + framed {
      guard let stream = session.currentStream else { continue }
      stream.loop.post(.notify(exchange: stream.exchange, message: message))
    }
  }
}
