import CBarrier
import MetisPluginAPI
import Synchronization

/// One instance of a strategy for one target, as the plugin gave it.
final class Instance: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer?
  /// Taken while a call runs on an instance that serves one call at a time.
  let isBusy = Atomic<Bool>(false)

  init(pointer: UnsafeMutableRawPointer?) { self.pointer = pointer }
}

/// The instances that one generation of a plugin made for one target: one where the strategy is
/// reentrant, else one for each thread that can call it.
///
/// Immutable but for its counts. Destroyed on the control thread, once no thread can see it any
/// more and its pending calls have ended.
final class InstanceSet: @unchecked Sendable {
  let generation: PluginGeneration
  /// What the instances answer for: pending calls name it longer than snapshots do.
  let target: Target
  let instances: [Instance]
  /// The one of a reentrant strategy: many loops share it, and count no reference to it.
  private let shared: Unmanaged<Instance>?
  let flags: UInt32
  let strategy: UnsafePointer<metis_strategy_v1>
  /// Calls that have returned to their loop without an end.
  let pending = Atomic<Int>(0)

  init(
    generation: PluginGeneration, target: Target,
    strategy: UnsafePointer<metis_strategy_v1>, instances: [Instance]
  ) {
    self.generation = generation
    self.target = target
    self.strategy = strategy
    self.instances = instances
    flags = strategy.pointee.flags
    shared =
      flags & METIS_STRATEGY_REENTRANT != 0
      ? instances.first.map { Unmanaged.passUnretained($0) } : nil
  }

  var mayBlock: Bool { flags & METIS_STRATEGY_MAY_BLOCK != 0 }
  var isAsync: Bool { flags & METIS_STRATEGY_ASYNC != 0 }
  var isReentrant: Bool { flags & METIS_STRATEGY_REENTRANT != 0 }

  /// An instance for a call; nil where all are in a call already, which only a strategy that calls
  /// itself brings about. `hint` spreads the threads over the instances. Lives as long as the set.
  @inline(__always)
  func acquire(hint: Int) -> Unmanaged<Instance>? { shared ?? acquireOne(hint: hint) }

  @inline(never)
  private func acquireOne(hint: Int) -> Unmanaged<Instance>? {
    let count = instances.count
    for offset in 0..<count {
      let candidate = instances[(hint + offset) % count]
      if candidate.isBusy.compareExchange(
        expected: false, desired: true, ordering: .acquiring
      ).exchanged {
        return Unmanaged.passUnretained(candidate)
      }
    }
    return nil
  }

  /// Gives an instance back after its call has returned.
  @inline(__always)
  func release(_ instance: Unmanaged<Instance>) {
    guard shared == nil else { return }
    instance._withUnsafeGuaranteedRef { $0.isBusy.store(false, ordering: .releasing) }
  }

  /// A call goes on after it has returned.
  func beginPending() {
    pending.wrappingAdd(1, ordering: .relaxed)
    generation.calls.wrappingAdd(1, ordering: .relaxed)
  }

  /// Such a call has ended. With the first count the set may go, with the second the generation.
  func endPending() {
    let generation = generation
    pending.wrappingSubtract(1, ordering: .releasing)
    generation.calls.wrappingSubtract(1, ordering: .releasing)
  }

  /// Destroys the instances. [main-thread]
  func destroy() {
    for instance in instances {
      _ = metis_barrier_destroy(strategy.pointee.destroy, instance.pointer)
    }
    LateMemory.release(owner: ObjectIdentifier(self))
  }
}
