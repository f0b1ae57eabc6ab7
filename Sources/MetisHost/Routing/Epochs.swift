import Synchronization

/// Tells when no thread can still see what was replaced (epoch-based reclamation).
///
/// A reader announces itself in a slot of its own, 128 bytes from its neighbours, before it loads
/// a shared snapshot, and leaves afterwards: no counter is shared on the request path. A writer
/// stores the new snapshot, takes a ticket with ``advance()`` and frees the old one once
/// ``hasPassed(_:)`` says that every reader has left or came after the ticket.
final class Epochs: @unchecked Sendable {
  /// How many threads can read at once: loops of all transports, old and new generations together.
  static let capacity = 512
  private static let stride = 128

  private let current = Atomic<UInt64>(1)
  private let slots: UnsafeMutableRawPointer
  private let taken: UnsafeMutablePointer<Atomic<Bool>>

  init() {
    slots = .allocate(byteCount: Epochs.capacity * Epochs.stride, alignment: Epochs.stride)
    taken = .allocate(capacity: Epochs.capacity)
    for index in 0..<Epochs.capacity {
      slot(index).initialize(to: Atomic(0))
      (taken + index).initialize(to: Atomic(false))
    }
  }

  deinit {
    slots.deallocate()
    taken.deallocate()
  }

  private func slot(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    (slots + index * Epochs.stride).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// A slot for the calling thread; nil where all are taken.
  func join() -> EpochSlot? {
    for index in 0..<Epochs.capacity
    where taken[index].compareExchange(
      expected: false, desired: true, ordering: .acquiringAndReleasing
    ).exchanged {
      return EpochSlot(index: index, value: slot(index), epochs: self)
    }
    return nil
  }

  fileprivate func leave(_ index: Int) {
    slot(index).pointee.store(0, ordering: .releasing)
    taken[index].store(false, ordering: .releasing)
  }

  fileprivate var now: UInt64 { current.load(ordering: .relaxed) }

  /// A ticket for everything that was visible before this call.
  func advance() -> UInt64 {
    current.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
  }

  /// Whether each reader has left since the ticket was taken, or entered after it.
  func hasPassed(_ ticket: UInt64) -> Bool {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    for index in 0..<Epochs.capacity {
      let seen = slot(index).pointee.load(ordering: .sequentiallyConsistent)
      if seen != 0, seen < ticket { return false }
    }
    return true
  }
}

/// The slot of one thread. Used by that thread alone, but for ``leave()``.
struct EpochSlot: @unchecked Sendable {
  fileprivate let index: Int
  fileprivate let value: UnsafeMutablePointer<Atomic<UInt64>>
  fileprivate let epochs: Epochs

  /// From here to ``exit()`` nothing that is visible now is freed. Not nested.
  @inline(__always)
  func enter() {
    value.pointee.store(epochs.now, ordering: .sequentiallyConsistent)
  }

  @inline(__always)
  func exit() {
    value.pointee.store(0, ordering: .releasing)
  }

  /// Gives the slot back.
  func leave() { epochs.leave(index) }
}
