import MCP
import Synchronization

/// What a client of the handshake era told us and waits for. One for each session of HTTP, one for
/// each framed connection.
///
/// The router does not know sessions: it sees a revision, and a place to register pending calls.
final class Session: @unchecked Sendable {
  let id: String
  let revision: ProtocolRevision
  /// `clientInfo` and `capabilities` of `initialize`, as raw JSON.
  let client: [UInt8]
  let capabilities: [UInt8]
  /// Who opened it, by the principal's id; nil where nobody authenticates. An id alone that leaked
  /// gives nobody else the session.
  let owner: String?
  /// What the server has asked the client.
  let questions = SessionQuestions()

  private let lock = Lock()
  private var pending: [[UInt8]: UInt64] = [:]
  /// Whether ``pending`` has any, so that most requests take no lock.
  private let hasPending = Atomic<Bool>(false)
  private var stream: SessionStream?
  private var lastUse: UInt64

  init(
    id: String, revision: ProtocolRevision, client: [UInt8], capabilities: [UInt8],
    owner: String? = nil, now: UInt64
  ) {
    self.owner = owner
    self.id = id
    self.revision = revision
    self.client = client
    self.capabilities = capabilities
    lastUse = now
  }

  /// Notes a request; CLOCK_MONOTONIC, ns.
  func touch(_ now: UInt64) { lock.withLock { lastUse = now } }

  /// Whether nothing was asked for `limit` ns and no stream is open.
  func isIdle(_ now: UInt64, limit: UInt64) -> Bool {
    lock.withLock { stream == nil && pending.isEmpty && now > lastUse && now - lastUse > limit }
  }

  /// Remembers a pending call by its request id (raw JSON); false where the id is in use.
  func register(_ id: UnsafeRawBufferPointer, _ token: UInt64) -> Bool {
    lock.withLock {
      let key = [UInt8](id)
      guard pending[key] == nil else { return false }
      pending[key] = token
      hasPending.store(true, ordering: .relaxed)
      return true
    }
  }

  /// Forgets a pending call.
  func unregister(_ id: UnsafeRawBufferPointer) {
    lock.withLock {
      pending.removeValue(forKey: [UInt8](id))
      hasPending.store(!pending.isEmpty, ordering: .relaxed)
    }
  }

  /// Whether a request with this id has not been answered yet.
  func isPending(_ id: UnsafeRawBufferPointer) -> Bool {
    guard hasPending.load(ordering: .relaxed) else { return false }
    return token(id) != nil
  }

  /// The pending call with a request id.
  func token(_ id: UnsafeRawBufferPointer) -> UInt64? {
    lock.withLock { pending[[UInt8](id)] }
  }

  /// All pending calls.
  var tokens: [UInt64] { lock.withLock { Array(pending.values) } }

  /// Takes over as the session's stream; returns the one before.
  func attach(_ new: SessionStream) -> SessionStream? {
    lock.withLock {
      let old = stream
      stream = new
      return old
    }
  }

  /// Forgets a stream, where it still is the session's.
  func detach(_ exchange: UInt64, of loop: Loop) {
    lock.withLock {
      if let stream, stream.exchange == exchange, stream.loop === loop { self.stream = nil }
    }
  }

  /// The stream that messages outside a call go to.
  var currentStream: SessionStream? { lock.withLock { stream } }
}

/// An open GET stream, or a framed connection.
struct SessionStream {
  let loop: Loop
  let exchange: UInt64
  let isFrame: Bool
}
