import CLinux
import Glibc
import JSON
import MCP

/// The sessions of HTTP by their ids: sharded, bounded, expiring.
final class SessionTable: @unchecked Sendable {
  private struct Shard {
    let sessions = Locked<[String: Session]>([:])
  }

  private let shards = (0..<16).map { _ in Shard() }
  private let identifiers: IdentifierSource
  /// Ends a session that asked nothing for this long, ns.
  let idleLimit: UInt64
  /// How many sessions there may be.
  let capacity: Int
  private let live = Locked<Int>(0)

  init(identifiers: IdentifierSource, idleLimit: UInt64, capacity: Int) {
    self.identifiers = identifiers
    self.idleLimit = idleLimit
    self.capacity = capacity
  }

  private func shard(_ id: String) -> Shard {
    var sum: UInt8 = 0
    for byte in id.utf8 { sum = sum &* 31 &+ byte }
    return shards[Int(sum & 15)]
  }

  /// How many sessions live.
  var count: Int { live.withLock { $0 } }

  /// An id that nobody can guess.
  func newID() -> String { identifiers.sessionID() }

  /// Opens a session; nil at the capacity.
  func open(
    _ revision: ProtocolRevision, client: [UInt8], capabilities: [UInt8], owner: String? = nil,
    now: UInt64
  ) -> Session? {
    let hasRoom = live.withLock { count in
      guard count < capacity else { return false }
      count += 1
      return true
    }
    guard hasRoom else { return nil }
    let session = Session(
      id: identifiers.sessionID(), revision: revision, client: client, capabilities: capabilities,
      owner: owner, now: now)
    shard(session.id).sessions.withLock { $0[session.id] = session }
    return session
  }

  /// Finds a session by what the client sent, for the principal `owner` alone.
  func find(_ id: UnsafeRawBufferPointer, owner: String? = nil) -> Session? {
    guard id.count <= 128 else { return nil }
    let text = id.text
    guard let session = shard(text).sessions.withLock({ $0[text] }), session.owner == owner else {
      return nil
    }
    return session
  }

  /// Whether a session has not been ended.
  func isLive(_ session: Session) -> Bool {
    shard(session.id).sessions.withLock { $0[session.id] === session }
  }

  /// Ends a session; the caller cancels its calls and closes its stream.
  func end(_ session: Session) {
    let removed = shard(session.id).sessions.withLock { $0.removeValue(forKey: session.id) }
    if removed != nil { live.withLock { $0 -= 1 } }
  }

  /// All sessions.
  func all() -> [Session] {
    shards.flatMap { $0.sessions.withLock { Array($0.values) } }
  }

  /// Ends the sessions that are idle, and forgets streams that finished long ago. [main-thread]
  func expire(_ now: UInt64) -> [Session] {
    let all = all()
    for session in all { session.streams.sweep(now) }
    let idle = all.filter { $0.isIdle(now, limit: idleLimit) }
    for session in idle { end(session) }
    return idle
  }
}

/// Where unguessable ids come from: injected, so that tests are exact.
protocol IdentifierSource: Sendable {
  /// Visible ASCII, 32 characters.
  func sessionID() -> String
}

/// Ids from the kernel's generator, 128 bits.
struct SystemIdentifiers: IdentifierSource {
  func sessionID() -> String {
    var words: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &words) { buffer in
      var filled = 0
      while filled < buffer.count {
        let count = getrandom(buffer.baseAddress! + filled, buffer.count - filled, 0)
        if count > 0 { filled += count }
      }
    }
    let text = String(words.0, radix: 16)
    let rest = String(words.1, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
      + String(repeating: "0", count: 16 - rest.count) + rest
  }
}
