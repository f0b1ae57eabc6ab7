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
  /// What carries its messages.
  let transport: TransportKind
  /// Who hears of events on its stream.
  let subscriber = Subscriber(subscription: nil)
  /// Of HTTP: what can be resumed.
  let streams = SessionStreams()
  /// What the server has asked the client.
  let questions = SessionQuestions()

  private let lock = Lock()
  private var pending: [[UInt8]: UInt64] = [:]
  /// Whether ``pending`` has any, so that most requests take no lock.
  private let hasPending = Atomic<Bool>(false)
  private var uris: Set<String> = []
  private var level: MCP.LogLevel?
  private var lastUse: UInt64

  /// How many resources a session may subscribe to.
  static let maximumURIs = 1000

  init(
    id: String, revision: ProtocolRevision, client: [UInt8], capabilities: [UInt8],
    owner: String? = nil, now: UInt64, transport: TransportKind = .http
  ) {
    self.owner = owner
    self.id = id
    self.revision = revision
    self.client = client
    self.capabilities = capabilities
    self.transport = transport
    lastUse = now
  }

  /// Whether its streams can be resumed: those of HTTP that have an id to name it by.
  var canResume: Bool {
    transport == .http && !id.isEmpty && TransportTraits.of(revision).canResume
  }

  /// Notes a request; CLOCK_MONOTONIC, ns.
  func touch(_ now: UInt64) { lock.withLock { lastUse = now } }

  /// Whether nothing was asked for `limit` ns and no stream is open.
  func isIdle(_ now: UInt64, limit: UInt64) -> Bool {
    guard !streams.hasReader else { return false }
    return lock.withLock { pending.isEmpty && now > lastUse && now - lastUse > limit }
  }

  // MARK: Pending calls

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
    lock.withLock { pending.isEmpty ? nil : pending[[UInt8](id)] }
  }

  /// All pending calls.
  var tokens: [UInt64] { lock.withLock { Array(pending.values) } }

  // MARK: What the client asked to hear of

  /// The least severe level of log messages that the client wants; nil: it has not said.
  var logLevel: MCP.LogLevel? {
    get { lock.withLock { level } }
    set { lock.withLock { level = newValue } }
  }

  /// Notes a subscription; false at ``maximumURIs``.
  func subscribe(_ uri: String) -> Bool {
    lock.withLock {
      guard uris.contains(uri) || uris.count < Session.maximumURIs else { return false }
      uris.insert(uri)
      return true
    }
  }

  /// Forgets a subscription.
  func unsubscribe(_ uri: String) { lock.withLock { _ = uris.remove(uri) } }

  /// The resources that the client subscribed to.
  var subscriptions: Set<String> { lock.withLock { uris } }
}
