/// Names to places, for the request path: open addressing over one block of memory, filled once.
///
/// A look-up costs one hash over the name's bytes and one comparison, with 10 names as with 10,000.
struct NameTable: ~Copyable {
  private struct Cell {
    var hash: UInt64
    var name: UnsafeRawBufferPointer
    var place: Int
  }

  private let cells: UnsafeMutablePointer<Cell>
  private let mask: Int
  private let storage: UnsafeMutableRawBufferPointer

  /// A table of `names`; each stands for its index. Names are unique.
  init(_ names: [String]) {
    var capacity = 8
    while capacity < names.count * 2 { capacity *= 2 }
    mask = capacity - 1
    cells = .allocate(capacity: capacity)
    cells.initialize(
      repeating: Cell(hash: 0, name: UnsafeRawBufferPointer(start: nil, count: 0), place: -1),
      count: capacity)
    storage = .allocate(byteCount: max(1, names.reduce(0) { $0 + $1.utf8.count }), alignment: 1)
    var offset = 0
    for (place, name) in names.enumerated() {
      let start = offset
      for byte in name.utf8 {
        storage[offset] = byte
        offset += 1
      }
      let bytes = UnsafeRawBufferPointer(rebasing: storage[start..<offset])
      let hash = NameTable.hash(bytes)
      var cell = Int(truncatingIfNeeded: hash) & mask
      while cells[cell].place >= 0 { cell = (cell + 1) & mask }
      cells[cell] = Cell(hash: hash, name: bytes, place: place)
    }
  }

  deinit {
    cells.deallocate()
    storage.deallocate()
  }

  /// The index of `name`, or -1.
  func place(of name: UnsafeRawBufferPointer) -> Int {
    let hash = NameTable.hash(name)
    var cell = Int(truncatingIfNeeded: hash) & mask
    while true {
      let candidate = cells[cell]
      if candidate.place < 0 { return -1 }
      if candidate.hash == hash, candidate.name.count == name.count,
        NameTable.areEqual(candidate.name, name)
      {
        return candidate.place
      }
      cell = (cell + 1) & mask
    }
  }

  /// Eight bytes at a time, multiplied and folded. Not keyed: the names come from the
  /// configuration, and a client's name is only looked up, never stored.
  private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: name.count)
    var offset = 0
    while offset + 8 <= name.count {
      state = fold(state ^ name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    return fold(state ^ tail(name))
  }

  /// The last eight bytes, or all of a name that has fewer: words that overlap, so that no byte is
  /// taken alone. Names of one length have equal tails where these bytes are equal.
  @inline(__always)
  private static func tail(_ name: UnsafeRawBufferPointer) -> UInt64 {
    let count = name.count
    if count >= 8 { return name.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) }
    if count >= 4 {
      let low = name.loadUnaligned(as: UInt32.self)
      let high = name.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      return UInt64(high) << 32 | UInt64(low)
    }
    var tail: UInt64 = 0
    for byte in name { tail = tail << 8 | UInt64(byte) }
    return tail
  }

  /// Compares two names of one length. In place: what `memcmp` takes depends on where they stand.
  @inline(__always)
  private static func areEqual(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
  ) -> Bool {
    var offset = 0
    while offset &+ 8 < left.count {
      let found = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      if found != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
      offset &+= 8
    }
    return tail(left) == tail(right)
  }

  @inline(__always)
  private static func fold(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}
