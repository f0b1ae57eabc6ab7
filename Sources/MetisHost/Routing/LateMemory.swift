import Synchronization

/// What a strategy had borrowed of a call that the host ended while the strategy was at work on
/// another thread (a time-out, a cancellation): its buffer, and the text of `context()`.
///
/// It stays until the strategy is done with the call, which shows by its own try to end it, by the
/// return of its blocking call, or by the end of its instances.
final class LateMemory {
  private let buffer: GrowableBuffer
  private let context: [UInt8]
  private let owner: ObjectIdentifier

  private static let kept = Locked<[UInt64: LateMemory]>([:])
  /// So that the usual late call takes no lock.
  private static let count = Atomic<Int>(0)

  /// `owner`: the instance set whose end releases it at the latest.
  init(_ buffer: consuming GrowableBuffer, _ context: [UInt8], owner: ObjectIdentifier) {
    self.buffer = buffer
    self.context = context
    self.owner = owner
  }

  /// Keeps memory of the call that `token` names.
  static func keep(_ token: UInt64, _ memory: sending LateMemory) {
    kept.withLock { $0[token] = memory }
    count.add(1, ordering: .releasing)
  }

  /// The strategy is done with a call. [any-thread]
  static func release(_ token: UInt64) {
    guard count.load(ordering: .acquiring) > 0 else { return }
    if kept.withLock({ $0.removeValue(forKey: token) }) != nil {
      count.subtract(1, ordering: .relaxed)
    }
  }

  /// The instances that worked on the calls are gone. [main-thread]
  static func release(owner: ObjectIdentifier) {
    guard count.load(ordering: .acquiring) > 0 else { return }
    kept.withLock { kept in
      let before = kept.count
      kept = kept.filter { $0.value.owner != owner }
      count.subtract(before - kept.count, ordering: .relaxed)
    }
  }

  /// How many calls have left something.
  static var keptCount: Int { kept.withLock { $0.count } }
}
