/// Events in their order in one piece of memory: what a stream keeps of what it has sent. An event
/// costs its text and eight bytes; arrays of their own would double it.
struct PackedEvents {
  /// A ring of records: the length of the text and the retry time, four bytes each, then the text.
  private var ring: [UInt8] = []
  /// Where the first record begins.
  private var head = 0
  /// Bytes of records.
  private var used = 0
  /// How many events there are.
  private(set) var count = 0
  /// Where the record that was read last stands, so that reading on costs no search.
  private var cursor = (index: 0, offset: 0)

  private static let headCount = 8
  /// The length of an event without a text.
  private static let priming = UInt32.max
  private static let step = 1024

  /// Adds an event behind the others.
  mutating func append(_ content: MessageStream.Content) {
    reserve(Self.headCount + content.count)
    switch content {
    case .message(let text):
      write(UInt32(text.count))
      write(0)
      text.withUnsafeBytes { write($0) }
    case .priming(let retryMs):
      write(Self.priming)
      write(UInt32(bitPattern: Int32(clamping: retryMs ?? -1)))
    }
    count += 1
  }

  /// Drops the first event; returns the bytes of its text.
  mutating func removeFirst() -> Int {
    let size = textCount(at: head)
    advance(&head, by: Self.headCount + size)
    used -= Self.headCount + size
    count -= 1
    cursor = cursor.index > 0 ? (cursor.index - 1, cursor.offset) : (0, head)
    if count == 0 {
      ring = []
      head = 0
      cursor = (0, 0)
    }
    return size
  }

  /// The event at `index`, from 0.
  mutating func content(at index: Int) -> MessageStream.Content {
    seek(index)
    let length = word(at: cursor.offset)
    guard length != Self.priming else {
      let retry = Int32(bitPattern: word(at: cursor.offset + 4))
      return .priming(retryMs: retry < 0 ? nil : Int(retry))
    }
    var text: [UInt8] = []
    text.reserveCapacity(Int(length))
    var offset = cursor.offset
    advance(&offset, by: Self.headCount)
    let straight = min(Int(length), ring.count - offset)
    text.append(contentsOf: ring[offset..<offset + straight])
    text.append(contentsOf: ring[0..<Int(length) - straight])
    return .message(text)
  }

  /// The bytes of the text at `index`.
  mutating func size(at index: Int) -> Int {
    seek(index)
    return textCount(at: cursor.offset)
  }

  private mutating func seek(_ index: Int) {
    if index < cursor.index { cursor = (0, head) }
    while cursor.index < index {
      advance(&cursor.offset, by: Self.headCount + textCount(at: cursor.offset))
      cursor.index += 1
    }
  }

  private func textCount(at offset: Int) -> Int {
    let length = word(at: offset)
    return length == Self.priming ? 0 : Int(length)
  }

  private func advance(_ offset: inout Int, by size: Int) {
    offset += size
    if offset >= ring.count { offset -= ring.count }
  }

  private func word(at offset: Int) -> UInt32 {
    var word: UInt32 = 0
    for place in 0..<4 {
      word |= UInt32(ring[(offset + place) % ring.count]) << UInt32(8 * place)
    }
    return word
  }

  private mutating func write(_ word: UInt32) {
    withUnsafeBytes(of: word.littleEndian) { write($0) }
  }

  private mutating func write(_ bytes: UnsafeRawBufferPointer) {
    var offset = head
    advance(&offset, by: used)
    for byte in bytes {
      ring[offset] = byte
      offset = offset + 1 == ring.count ? 0 : offset + 1
    }
    used += bytes.count
  }

  /// Makes room for `size` more bytes, which stand straight from then on.
  private mutating func reserve(_ size: Int) {
    guard used + size > ring.count else { return }
    // By a quarter: there may be thousands of these.
    let capacity = max(used + size, ring.count + max(Self.step, ring.count / 4))
    let straight = min(used, ring.count - head)
    var grown: [UInt8] = []
    grown.reserveCapacity(capacity)
    grown.append(contentsOf: ring[head..<head + straight])
    grown.append(contentsOf: ring[0..<used - straight])
    grown.append(contentsOf: repeatElement(0, count: capacity - used))
    ring = grown
    head = 0
    cursor = (0, 0)
  }
}
