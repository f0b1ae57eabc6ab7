import JSON
import MCP

/// The tasks of the process, of both generations: what clients ask for after their call was answered.
///
/// A task belongs to a principal; where nobody authenticates, whoever knows its id may ask for it.
/// Any thread.
final class TaskTable: Sendable {
  /// One task.
  struct Entry: Sendable {
    /// Names the task inside the host.
    let number: UInt64
    var description: TaskDescription
    /// Whether it is one of 2025-11-25, not of the extension.
    let isCore: Bool
    /// The principal's id; nil where nobody authenticates.
    let owner: String?
    /// The session that it began in; nil in the stateless era.
    let session: Session?
    /// When it is forgotten: CLOCK_MONOTONIC, ns; `.max`: never.
    let expiry: UInt64
    /// The call at work, or waiting for input.
    var call: UInt64
    /// What is asked and not answered, with the places among the questions of the call.
    var questions: [(place: Int, question: Question)] = []
    /// How it ended.
    var outcome: Result<[UInt8], MCPError>?
    /// Calls of `tasks/result` that wait for the end. Some are gone.
    var waiters: [UInt64] = []
    /// The one of them on whose stream the questions were sent.
    var asking: UInt64?
  }

  private struct State {
    var entries: [UInt64: Entry] = [:]
    var numbers: [String: UInt64] = [:]
    var last: UInt64 = 0
    /// When it is worth looking for what has expired.
    var nextExpiry = UInt64.max
  }

  private let state = Locked(State())

  /// How many tasks are kept.
  func count(_ now: UInt64) -> Int {
    state.withLock { state in
      TaskTable.purge(&state, now)
      return state.entries.count
    }
  }

  /// Keeps a new task; its number.
  func add(
    _ description: TaskDescription, isCore: Bool, owner: String?, session: Session?, call: UInt64,
    expiry: UInt64
  ) -> UInt64 {
    state.withLock { state in
      state.last += 1
      let number = state.last
      state.entries[number] = Entry(
        number: number, description: description, isCore: isCore, owner: owner, session: session,
        expiry: expiry, call: call)
      state.numbers[description.id] = number
      state.nextExpiry = min(state.nextExpiry, expiry)
      return number
    }
  }

  /// The task of a number, as long as it is kept.
  func find(_ number: UInt64) -> Entry? { state.withLock { $0.entries[number] } }

  /// The task that a client names; nil for one that it may not see.
  func find(_ id: String, owner: String?, isCore: Bool, now: UInt64) -> Entry? {
    state.withLock { state in
      guard let number = state.numbers[id], let entry = state.entries[number],
        entry.owner == owner, entry.isCore == isCore, entry.expiry > now
      else { return nil }
      return entry
    }
  }

  /// Whether a task is kept that another client began.
  func isForeign(_ id: String, to owner: String?) -> Bool {
    state.withLock { state in
      state.numbers[id].flatMap { state.entries[$0] }.map { $0.owner != owner } ?? false
    }
  }

  /// Changes a task that has not ended; nil where it has, or is forgotten.
  func change<Outcome>(
    _ number: UInt64, wall: Int64, _ body: (inout Entry) -> Outcome
  ) -> Outcome? {
    state.withLock { state in
      guard var entry = state.entries[number], !entry.description.status.isTerminal else {
        return nil
      }
      let outcome = body(&entry)
      entry.description.lastUpdatedAt = TimeText.rfc3339(wall)
      state.entries[number] = entry
      return outcome
    }
  }

  /// The tasks that a client may list, oldest first, behind the number `after`; one more than
  /// `limit`, so that the caller sees whether there are more.
  func list(
    owner: String?, session: Session?, after: UInt64, limit: Int, now: UInt64
  ) -> [Entry] {
    state.withLock { state in
      let found = state.entries.values.filter { entry in
        // Without principals, a session sees its own alone.
        entry.isCore && entry.number > after && entry.expiry > now && entry.owner == owner
          && (owner != nil || entry.session === session)
      }
      return Array(found.sorted { $0.number < $1.number }.prefix(limit + 1))
    }
  }

  /// Forgets the tasks whose time is over.
  func expire(_ now: UInt64) { state.withLock { TaskTable.purge(&$0, now) } }

  /// A task that is still at work goes when its call has ended, which the same time brings about: whoever
  /// waits for it is answered then.
  private static func purge(_ state: inout State, _ now: UInt64) {
    guard state.nextExpiry <= now else { return }
    state.nextExpiry = .max
    for (number, entry) in state.entries {
      guard entry.expiry <= now, entry.description.status.isTerminal else {
        state.nextExpiry = min(state.nextExpiry, max(entry.expiry, now + 100_000_000))
        continue
      }
      state.entries[number] = nil
      state.numbers[entry.description.id] = nil
    }
  }
}
