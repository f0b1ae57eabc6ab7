import Synchronization

/// The calls of one loop. Calls are never freed, only reused under another token, so that a plugin
/// that names a call long after its end touches memory that is still a call.
///
/// The free list is the loop's; ``find(_:)`` is for every thread.
final class CallTable: @unchecked Sendable {
  private static let blockSize = 256
  private static let maximumBlocks = 4096

  /// The place in the process-wide directory; part of every token.
  let number: Int
  private let blocks: UnsafeMutablePointer<UnsafeMutablePointer<Unmanaged<Call>>?>
  private let count = Atomic<Int>(0)
  private var free: [Unmanaged<Call>] = []
  private let loop = Atomic<UnsafeRawPointer?>(nil)

  /// The loop that the table's calls belong to, or belonged to. Set before the first of them is
  /// opened; never freed, since a plugin may be on its way to a loop that has just ended.
  @inline(__always)
  var owner: Unmanaged<Loop>? {
    loop.load(ordering: .acquiring).map { Unmanaged.fromOpaque($0) }
  }

  /// A loop takes the table over.
  func adopt(_ owner: Unmanaged<Loop>) {
    loop.store(UnsafeRawPointer(owner.toOpaque()), ordering: .releasing)
  }

  fileprivate init(number: Int) {
    self.number = number
    blocks = .allocate(capacity: CallTable.maximumBlocks)
    blocks.initialize(repeating: nil, count: CallTable.maximumBlocks)
  }

  /// Opens a call; nil at the limit of a million. [loop-thread]
  func open() -> Unmanaged<Call>? {
    if free.isEmpty, !grow() { return nil }
    let call = free.removeLast()
    call._withUnsafeGuaranteedRef { call in
      let generation = ((call.state.load(ordering: .relaxed) >> 8) &+ 1) & 0xFFFF_FFFF
      call.token = generation << 32 | UInt64(number) << 22 | UInt64(call.place)
      call.state.store(generation << 8 | Call.Phase.open, ordering: .releasing)
    }
    return call
  }

  /// Takes a call back after its end. [loop-thread]
  func close(_ call: Unmanaged<Call>) {
    call._withUnsafeGuaranteedRef { call in
      call.state.store((call.token >> 32) << 8 | Call.Phase.free, ordering: .releasing)
    }
    free.append(call)
  }

  /// The tokens of the open calls. [loop-thread]
  var openTokens: [UInt64] {
    (0..<count.load(ordering: .relaxed)).compactMap { place in
      call(at: place)?._withUnsafeGuaranteedRef { $0.isOpen($0.token) ? $0.token : nil }
    }
  }

  /// How many calls are open. [loop-thread]
  var openCount: Int { count.load(ordering: .relaxed) - free.count }

  private func grow() -> Bool {
    let first = count.load(ordering: .relaxed)
    guard first / CallTable.blockSize < CallTable.maximumBlocks else { return false }
    let block = UnsafeMutablePointer<Unmanaged<Call>>.allocate(capacity: CallTable.blockSize)
    for offset in 0..<CallTable.blockSize {
      let call = Unmanaged.passRetained(Call(table: self, place: first + offset))
      (block + offset).initialize(to: call)
      free.append(call)
    }
    blocks[first / CallTable.blockSize] = block
    count.store(first + CallTable.blockSize, ordering: .releasing)
    return true
  }

  /// The call at a place, whatever its state. [any-thread]
  fileprivate func call(at place: Int) -> Unmanaged<Call>? {
    guard place < count.load(ordering: .acquiring) else { return nil }
    return blocks[place / CallTable.blockSize]?[place % CallTable.blockSize]
  }
}

/// All call tables of the process, so that a token alone finds its call.
enum CallDirectory {
  private static let capacity = 1024

  /// Immortal: a token may be resolved until the process ends.
  private final class Storage: @unchecked Sendable {
    let lock = Lock()
    let tables: UnsafeMutablePointer<Unmanaged<CallTable>?>
    let count = Atomic<Int>(0)
    var idle: [CallTable] = []

    init() {
      tables = .allocate(capacity: CallDirectory.capacity)
      tables.initialize(repeating: nil, count: CallDirectory.capacity)
    }
  }

  private static let storage = Storage()

  /// A table for a loop: an idle one, or a new one; nil at the limit of 1,024 loops.
  static func join() -> CallTable? {
    storage.lock.withLock {
      if let table = storage.idle.popLast() { return table }
      let number = storage.count.load(ordering: .relaxed)
      guard number < capacity else { return nil }
      let table = CallTable(number: number)
      storage.tables[number] = Unmanaged.passRetained(table)
      storage.count.store(number + 1, ordering: .releasing)
      return table
    }
  }

  /// Gives a table back when its loop ends.
  static func leave(_ table: CallTable) {
    storage.lock.withLock { storage.idle.append(table) }
  }

  /// The call that a token names, open or not; nil for a number that was never a token.
  /// [any-thread]
  @inline(__always)
  static func find(_ token: UInt64) -> Unmanaged<Call>? {
    let number = Int(token >> 22 & 0x3FF)
    guard number < storage.count.load(ordering: .acquiring),
      let table = storage.tables[number]
    else { return nil }
    return table._withUnsafeGuaranteedRef { $0.call(at: Int(token & 0x3F_FFFF)) }
  }
}
