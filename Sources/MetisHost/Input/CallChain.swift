/// What tells a call from others, also where it is sent again: a client of the stateless era repeats
/// its request with the answers, and to the strategy that is the same call.
struct CallIdentity: Sendable {
  /// Tells chains of repetitions apart: random.
  struct Name: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    static func random() -> Name {
      var generator = SystemRandomNumberGenerator()
      return Name(high: generator.next(), low: generator.next())
    }
  }

  let name: Name
  /// The seed and the number of the first call.
  let seed: UInt64
  let ordinal: UInt64
}

/// One call on its way in a chain of repetitions. As long as it lives and is claimed, no other one
/// of the chain is; it lets go at its end, whichever that is.
final class CallChain: Sendable {
  let identity: CallIdentity
  private let claimed: UsedStates?

  /// `claimed`: where the chain's name was claimed; nil where a state may be used again.
  init(_ identity: CallIdentity, claimed: UsedStates?) {
    self.identity = identity
    self.claimed = claimed
  }

  deinit { claimed?.release(identity.name) }

  /// The call has completed: no state of the chain is good any more. `expiry`: by when all of them
  /// have expired.
  func complete(expiry: Int64) { claimed?.complete(identity.name, expiry: expiry) }
}

/// Which chains have a call on its way or have completed, so that a `requestState` completes one
/// call. Bounded: at the limit the ones that expire first are forgotten.
final class UsedStates: Sendable {
  /// What a state comes to.
  enum Claim: Sendable {
    case granted
    /// Another request with a state of this chain is being served.
    case busy
    /// A call of this chain has completed.
    case completed
  }

  private struct Entry {
    var hasCompleted: Bool
    /// Nanoseconds since 1970: after it no state of the chain is good anyway.
    var expiry: Int64
  }

  private struct State {
    var entries: [CallIdentity.Name: Entry] = [:]
    var pruneAt = 1024
  }

  private let state = Locked(State())
  private let capacity: Int

  init(capacity: Int = 100_000) { self.capacity = capacity }

  /// How many chains are remembered.
  var count: Int { state.withLock { $0.entries.count } }

  /// A request with a state of the chain has come. [any-thread]
  func claim(_ name: CallIdentity.Name, expiry: Int64, now: Int64) -> Claim {
    state.withLock { state in
      if let entry = state.entries[name] { return entry.hasCompleted ? .completed : .busy }
      if state.entries.count >= min(state.pruneAt, capacity) { prune(&state, now) }
      state.entries[name] = Entry(hasCompleted: false, expiry: expiry)
      return .granted
    }
  }

  /// The call has completed: no state of its chain is good any more. [any-thread]
  func complete(_ name: CallIdentity.Name, expiry: Int64) {
    state.withLock { $0.entries[name] = Entry(hasCompleted: true, expiry: expiry) }
  }

  /// The call ended otherwise: its state may come again. [any-thread]
  func release(_ name: CallIdentity.Name) {
    state.withLock { state in
      if state.entries[name]?.hasCompleted == false { state.entries[name] = nil }
    }
  }

  private func prune(_ state: inout State, _ now: Int64) {
    state.entries = state.entries.filter { !$0.value.hasCompleted || $0.value.expiry > now }
    if state.entries.count >= capacity {
      let completed = state.entries.filter(\.value.hasCompleted)
      let first = completed.sorted { $0.value.expiry < $1.value.expiry }.prefix(capacity / 10)
      for (name, _) in first { state.entries[name] = nil }
    }
    state.pruneAt = max(1024, 2 * state.entries.count)
  }
}
