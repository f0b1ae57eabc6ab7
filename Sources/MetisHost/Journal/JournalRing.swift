import CLinux
import Glibc
import MetisConfig
import Synchronization

/// The requests that one loop served last: a ring of entries and a ring of their texts, both
/// allocated once.
///
/// Noting a request takes no lock and allocates nothing. Everything here belongs to the loop's
/// thread; who wants to read posts to the loop and gets a copy.
final class JournalRing: @unchecked Sendable {
  /// What became of a request.
  enum Outcome: UInt8, Sendable {
    /// Not answered yet.
    case open
    case ok
    /// A result with `isError`.
    case isError
    /// An error; its code stands beside it.
    case error
    case cancelled
    /// A result that asks the client for input.
    case inputRequired
    /// The handle of a task.
    case task
  }

  /// One entry: one line of the processor's cache.
  struct Slot {
    /// Never 0 in use; tells whether the place was used again.
    var number: UInt64 = 0
    /// `clinux_ticks`.
    var start: UInt64 = 0
    var end: UInt64 = 0
    /// Where its texts begin, in bytes ever written.
    var text: UInt64 = 0
    var paramsCount: UInt32 = 0
    var code: Int32 = 0
    var sender = SenderCounts()
    /// `Method`; ``JournalRing/unknownMethod`` where the name stands among the texts.
    var method: UInt8 = 0
    var revision: UInt8 = 0
    var outcome = Outcome.open
    var flags: Flags = []

    /// How many bytes its texts have together.
    var textCount: Int {
      Int(paramsCount) + Int(sender.name) + Int(sender.target) + Int(sender.client)
        + Int(sender.session) + Int(sender.principal)
    }
  }

  /// The bytes of the texts beside `params`.
  struct SenderCounts {
    var name: UInt16 = 0
    var target: UInt16 = 0
    var client: UInt16 = 0
    var session: UInt16 = 0
    var principal: UInt16 = 0
  }

  struct Flags: OptionSet {
    let rawValue: UInt8
    /// It came as a frame, not by HTTP.
    static let frame = Flags(rawValue: 1)
    /// There were parameters, and they are not kept.
    static let truncated = Flags(rawValue: 2)
  }

  /// The texts of an entry, borrowed for ``begin(_:_:_:_:)``.
  struct Texts {
    typealias Bytes = UnsafeRawBufferPointer
    static var none: Bytes { Bytes(start: nil, count: 0) }

    /// The parameters of the request: a JSON object.
    var params = none
    /// Of a method that the host does not know.
    var name = none
    /// Where `params` are not kept: the string of the message, escapes unresolved.
    var target = none
    /// `clientInfo`: a JSON object.
    var client = none
    var session = none
    /// A JSON object.
    var principal = none
  }

  static let unknownMethod = UInt8.max

  let capacity: Int
  let keepsBodies: Bool
  private let mask: UInt64
  private let slots: UnsafeMutablePointer<Slot>
  private let texts: UnsafeMutableRawPointer
  private let textCapacity: Int
  /// Entries of different rings have different numbers: a request may end after its ring was
  /// replaced.
  private let base: UInt64
  private var last: UInt64
  private static let rings = Atomic<UInt64>(0)
  private var written: UInt64 = 0

  /// A ring for the last `capacity` requests. Pages are taken from the system as they fill.
  init(_ settings: JournalSettings) {
    capacity = settings.capacity
    keepsBodies = settings.bodies
    var places = 1
    while places < settings.capacity { places *= 2 }
    mask = UInt64(places - 1)
    slots = .allocate(capacity: places)
    slots.initialize(repeating: Slot(), count: places)
    var bytes = 1 << 16
    while bytes < places * 256, bytes < 64 << 20 { bytes *= 2 }
    textCapacity = bytes
    base = (JournalRing.rings.wrappingAdd(1, ordering: .relaxed).newValue) << 40
    last = base
    texts = .allocate(byteCount: bytes, alignment: 64)
  }

  deinit {
    slots.deallocate()
    texts.deallocate()
  }

  /// Notes a request of a client that is known by nothing but its message; the number by which it is
  /// ended. `params` is copied as it stands: who reads takes it apart. [loop-thread]
  @inline(__always)
  func begin(
    _ method: UInt8, _ revision: UInt8, _ flags: Flags, params: UnsafeRawBufferPointer
  ) -> UInt64 {
    last &+= 1
    let slot = slots + Int(truncatingIfNeeded: last & mask)
    let place = room(params.count)
    slot.pointee.number = last
    slot.pointee.start = clinux_ticks()
    slot.pointee.end = 0
    slot.pointee.text = written &- UInt64(truncatingIfNeeded: params.count)
    slot.pointee.paramsCount = UInt32(truncatingIfNeeded: params.count)
    slot.pointee.sender = SenderCounts()
    slot.pointee.method = method
    slot.pointee.revision = revision
    slot.pointee.outcome = .open
    slot.pointee.flags = flags
    if params.count > 0 {
      memcpy(texts + place, params.baseAddress.unsafelyUnwrapped, params.count)
    }
    return last
  }

  /// The longest `params` that are kept as they stand.
  var greatestParams: Int { textCapacity / 8 }

  /// Takes room for texts that stand together; where it begins.
  @inline(__always)
  private func room(_ count: Int) -> Int {
    var place = Int(truncatingIfNeeded: written) & (textCapacity - 1)
    if place + count > textCapacity {
      // The rest of the ring's end stays unused.
      written &+= UInt64(textCapacity - place)
      place = 0
    }
    written &+= UInt64(truncatingIfNeeded: count)
    return place
  }

  /// The same for any request.
  func begin(
    _ method: UInt8, _ revision: UInt8, _ flags: Flags, _ given: borrowing Texts
  ) -> UInt64 {
    last &+= 1
    let slot = slots + Int(truncatingIfNeeded: last & mask)
    var entry = Slot()
    entry.number = last
    entry.start = clinux_ticks()
    entry.method = method
    entry.revision = revision
    entry.flags = flags
    entry.sender.name = JournalRing.count(given.name)
    entry.sender.target = JournalRing.count(given.target)
    entry.sender.client = JournalRing.count(given.client)
    entry.sender.session = JournalRing.count(given.session)
    entry.sender.principal = JournalRing.count(given.principal)
    if keepsBodies, given.params.count <= greatestParams {
      entry.paramsCount = UInt32(truncatingIfNeeded: given.params.count)
    } else if given.params.count > 0 {
      entry.flags.insert(.truncated)
    }
    var into = texts + room(entry.textCount)
    entry.text = written &- UInt64(entry.textCount)
    slot.pointee = entry
    JournalRing.copy(given.params, Int(entry.paramsCount), &into)
    JournalRing.copy(given.name, Int(entry.sender.name), &into)
    JournalRing.copy(given.target, Int(entry.sender.target), &into)
    JournalRing.copy(given.client, Int(entry.sender.client), &into)
    JournalRing.copy(given.session, Int(entry.sender.session), &into)
    JournalRing.copy(given.principal, Int(entry.sender.principal), &into)
    return last
  }

  /// A text that is longer than two kilobytes is not worth its place: none is kept.
  @inline(__always)
  private static func count(_ text: UnsafeRawBufferPointer) -> UInt16 {
    text.count <= 2048 ? UInt16(truncatingIfNeeded: text.count) : 0
  }

  @inline(__always)
  private static func copy(
    _ text: UnsafeRawBufferPointer, _ count: Int, _ into: inout UnsafeMutableRawPointer
  ) {
    guard count > 0 else { return }
    memcpy(into, text.baseAddress.unsafelyUnwrapped, count)
    into += count
  }

  /// Notes what became of a request, where its entry is still there. [loop-thread]
  @inline(__always)
  func end(_ number: UInt64, _ outcome: Outcome, _ code: Int32) {
    let slot = slots + Int(truncatingIfNeeded: number & mask)
    guard slot.pointee.number == number else { return }
    slot.pointee.end = clinux_ticks()
    slot.pointee.outcome = outcome
    slot.pointee.code = code
  }

  /// Forgets everything. Numbers go on, so that a request under way does not end in another one's
  /// place. [loop-thread]
  func clear() {
    for place in 0...Int(mask) { slots[place].number = 0 }
  }

  /// A copy of what is there, the oldest first: two allocations, whatever the count. [loop-thread]
  func copy() -> JournalCopy {
    var copy = JournalCopy()
    let first = max(base, last - min(last, UInt64(capacity))) + 1
    guard first <= last else { return copy }
    copy.slots.reserveCapacity(Int(last - first) + 1)
    copy.texts.reserveCapacity(Int(min(written, UInt64(textCapacity))))
    for number in first...last {
      let slot = slots[Int(truncatingIfNeeded: number & mask)]
      // Its place was cleared, or its texts were written over.
      guard slot.number == number, written - slot.text <= UInt64(textCapacity) else { continue }
      let place = Int(truncatingIfNeeded: slot.text) & (textCapacity - 1)
      copy.slots.append(slot)
      copy.texts.append(
        contentsOf: UnsafeRawBufferPointer(start: texts + place, count: slot.textCount))
    }
    return copy
  }
}

/// What one loop had in its journal.
struct JournalCopy: @unchecked Sendable {
  var slots: [JournalRing.Slot] = []
  /// The texts of the slots, one after the other.
  var texts: [UInt8] = []

  /// The slots with their texts.
  var entries: [(slot: JournalRing.Slot, text: ArraySlice<UInt8>)] {
    var place = 0
    return slots.map { slot in
      defer { place += slot.textCount }
      return (slot, texts[place..<(place + slot.textCount)])
    }
  }
}
