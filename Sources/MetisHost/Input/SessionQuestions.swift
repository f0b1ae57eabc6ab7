import JSON

/// What the server has asked the client of one session and has no answer to. Any thread.
final class SessionQuestions: Sendable {
  /// Where an answer goes.
  struct Asked: Sendable {
    /// The waiting call.
    let call: UInt64
    /// The place among its questions.
    let place: Int
    let question: Question
    /// The task that the call is, in the host's own numbers.
    var task: UInt64?
  }

  private struct State {
    var last: Int64 = 0
    var open: [Int64: Asked] = [:]
  }

  /// How many questions a session may have open.
  static let maximumCount = 1024

  private let state = Locked(State())

  /// How many questions are open.
  var count: Int { state.withLock { $0.open.count } }

  /// Numbers a question: the id of its request, never used in the session before. Nil at the limit.
  func add(_ asked: Asked) -> Int64? {
    state.withLock { state in
      if state.open.count >= SessionQuestions.maximumCount {
        // Those of calls that ended elsewhere make room.
        state.open = state.open.filter { SessionQuestions.isWaiting($0.value.call) }
        guard state.open.count < SessionQuestions.maximumCount else { return nil }
      }
      state.last += 1
      state.open[state.last] = asked
      return state.last
    }
  }

  /// The question that `id` answers, once; nil for one that was never asked or is answered.
  func take(_ id: JSONSlice) -> Asked? {
    guard id.kind == .number, let number = Int64(id.text) else { return nil }
    return state.withLock { $0.open.removeValue(forKey: number) }
  }

  /// Forgets what a call asked; the ids, in the order of asking.
  func withdraw(_ call: UInt64) -> [Int64] {
    state.withLock { state in
      let ids = state.open.filter { $0.value.call == call }.map(\.key).sorted()
      for id in ids { state.open[id] = nil }
      return ids
    }
  }

  private static func isWaiting(_ token: UInt64) -> Bool {
    CallDirectory.find(token)?._withUnsafeGuaranteedRef { $0.isOpen(token) } ?? false
  }
}
