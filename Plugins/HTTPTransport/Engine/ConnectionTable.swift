/// The slots of a loop: raw memory in blocks, so that a connection never moves. One thread.
struct ConnectionTable {
  private static let blockBits = 8
  private static let blockSize = 1 << blockBits

  private let blocks: UnsafeMutablePointer<ConnectionPointer?>
  private let peers: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>
  private let blockLimit = ExchangeID.maximumSlots >> ConnectionTable.blockBits
  /// Slots that were ever made.
  private(set) var made: UInt32 = 0
  private var free: [UInt32] = []

  init() {
    blocks = .allocate(capacity: blockLimit)
    blocks.initialize(repeating: nil, count: blockLimit)
    peers = .allocate(capacity: blockLimit)
    peers.initialize(repeating: nil, count: blockLimit)
  }

  /// The connection of a slot; nil for a slot that was never made.
  @inline(__always)
  subscript(slot: UInt32) -> ConnectionPointer? {
    guard slot < made, let block = blocks[Int(slot) >> Self.blockBits] else { return nil }
    return block + (Int(slot) & (Self.blockSize - 1))
  }

  /// A free slot, or nil where the table is full.
  mutating func take() -> ConnectionPointer? {
    if let slot = free.popLast() { return self[slot] }
    let block = Int(made) >> Self.blockBits
    guard block < blockLimit else { return nil }
    if blocks[block] == nil {
      blocks[block] = .allocate(capacity: Self.blockSize)
      peers[block] = .allocate(capacity: Self.blockSize * PeerText.capacity)
    }
    guard let memory = blocks[block], let text = peers[block] else { return nil }
    let index = Int(made) & (Self.blockSize - 1)
    let connection = memory + index
    connection.initialize(
      to: Connection(slot: made, peer: text + index * PeerText.capacity))
    made += 1
    return connection
  }

  /// Frees a slot; its generation goes on.
  mutating func give(_ connection: ConnectionPointer) {
    let generation = connection.pointee.generation
    let slot = connection.pointee.slot
    connection.pointee = Connection(slot: slot, peer: connection.pointee.peer)
    connection.pointee.generation = generation
    free.append(slot)
  }

  /// Frees the memory; no connection may be open.
  mutating func destroy() {
    for block in 0..<blockLimit {
      blocks[block]?.deallocate()
      peers[block]?.deallocate()
    }
    blocks.deallocate()
    peers.deallocate()
  }
}
