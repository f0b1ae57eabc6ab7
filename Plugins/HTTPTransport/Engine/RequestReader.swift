import Glibc

/// What `RequestReader.next` found.
enum ReaderOutcome {
  /// A request is complete: `parser` describes it until `finish`.
  case request
  /// All bytes are used up; `waiting` tells whether a request has begun.
  case needsMore(waiting: Bool)
  /// What came is refused; nothing after it can be trusted.
  case refused(Refusal)
}

/// Turns the bytes of one connection into requests: the parse path without sockets.
///
/// Bytes are read in place from the loop's buffer. Only what is left of a request that is not
/// complete, or of requests behind one that waits for its answer, moves into memory of the
/// connection's own, which goes when it is used up. One thread.
struct RequestReader {
  /// The parser of the request under way.
  private(set) var parser: UnsafeMutablePointer<RequestParser>?
  /// The bytes at hand: the loop's buffer, or `own`.
  private var bytes: UnsafeMutablePointer<UInt8>?
  private var own: UnsafeMutablePointer<UInt8>?
  private var capacity: UInt32 = 0
  /// Where the present request begins.
  private var start: UInt32 = 0
  /// The end of the bytes at hand.
  private var fill: UInt32 = 0
  /// How many bytes of the present request the parser has read and kept.
  private var fed: UInt32 = 0
  /// Where the present request ends, once it is complete.
  private var end: UInt32 = 0
  private var blankLines: UInt8 = 0

  /// RFC 9112, section 2.2 asks servers to ignore at least one.
  private static let maximumBlankLines = 4

  init() {}

  /// Whether bytes of a request are kept from one read to the next.
  var holdsBytes: Bool { own != nil }

  /// Whether a request has begun and is not complete.
  var isInRequest: Bool { parser != nil || fill > start }

  /// Whether the head of the present request is complete and its body is not.
  var isInBody: Bool { parser?.pointee.headComplete ?? false }

  /// Bytes of the connection's own memory.
  var held: Int { Int(capacity) }

  /// Whether bytes are at hand that nobody has read.
  var hasRest: Bool { fill > start }

  /// The bytes at hand, for a connection that does not speak HTTP any more.
  var rest: UnsafeMutableBufferPointer<UInt8>? {
    guard let bytes, fill > start else { return nil }
    return UnsafeMutableBufferPointer(start: bytes + Int(start), count: Int(fill - start))
  }

  /// The first `count` bytes of `rest` are used up.
  mutating func skip(_ count: Int) { start += UInt32(truncatingIfNeeded: count) }

  /// The first byte of the present request, which its places count from.
  var base: UnsafeMutablePointer<UInt8> {
    // Only asked while a request is complete, when there are bytes.
    bytes.unsafelyUnwrapped + Int(start)
  }

  /// Where to read to: the connection's own memory where it holds bytes, else `shared`.
  mutating func room(_ shared: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
    guard let own else {
      return shared
    }
    if capacity - fill < 4096 { grow(own) }
    return UnsafeMutableRawBufferPointer(
      start: self.own.map { $0 + Int(fill) }, count: Int(capacity - fill))
  }

  private mutating func grow(_ old: UnsafeMutablePointer<UInt8>) {
    let larger = max(capacity * 2, 16_384)
    guard let memory = realloc(old, Int(larger)) else { fatalError("out of memory") }
    own = memory.assumingMemoryBound(to: UInt8.self)
    bytes = own
    capacity = larger
  }

  /// `count` bytes arrived where `room` said.
  mutating func received(_ count: Int, in place: UnsafeMutableRawBufferPointer) {
    if own == nil {
      bytes = place.baseAddress?.assumingMemoryBound(to: UInt8.self)
      start = 0
      fill = UInt32(truncatingIfNeeded: count)
      fed = 0
    } else {
      fill += UInt32(truncatingIfNeeded: count)
    }
  }

  /// Goes on with the bytes at hand.
  mutating func next(_ pool: inout ParserPool) -> ReaderOutcome {
    guard let bytes else { return .needsMore(waiting: false) }
    if parser == nil {
      if let refusal = skipBlankLines(bytes) { return .refused(refusal) }
      if start == fill { return .needsMore(waiting: false) }
      if bytes[Int(start)] == 0x0d { return .needsMore(waiting: true) }
      blankLines = 0
      parser = pool.take()
      fed = 0
    }
    guard let parser else { return .needsMore(waiting: false) }
    switch RequestParser.feed(
      parser, bytes + Int(start), from: Int(fed), to: Int(fill - start))
    {
    case .complete(let end):
      self.end = start + UInt32(truncatingIfNeeded: end)
      return .request
    case .incomplete(let retained):
      fed = UInt32(truncatingIfNeeded: retained)
      fill = start + fed
      return .needsMore(waiting: true)
    case .refused(let refusal):
      return .refused(refusal)
    }
  }

  private mutating func skipBlankLines(_ bytes: UnsafeMutablePointer<UInt8>) -> Refusal? {
    while start < fill {
      let byte = bytes[Int(start)]
      if byte == 0x0a { return .lineEnd }
      if byte != 0x0d || start + 1 == fill { return nil }
      if bytes[Int(start) + 1] != 0x0a { return .lineEnd }
      start += 2
      blankLines += 1
      if blankLines > Self.maximumBlankLines { return .blankLines }
    }
    return nil
  }

  /// Lets go of the complete request: its places are void.
  mutating func finish(_ pool: inout ParserPool) {
    if let parser { pool.give(parser) }
    parser = nil
    start = end
    fed = 0
  }

  /// Keeps what is left of the shared buffer, or frees the own memory where nothing is left. To be
  /// called before the shared buffer is used for another connection.
  mutating func suspend() {
    let count = Int(fill - start)
    if count == 0, parser == nil {
      release()
      return
    }
    if let own {
      if start > 0 { memmove(own, own + Int(start), count) }
    } else {
      // A little more than what is there: most requests that come in pieces come in two.
      let size = max(1024, count + count / 2)
      guard let memory = malloc(size) else { fatalError("out of memory") }
      if count > 0, let bytes { memcpy(memory, bytes + Int(start), count) }
      own = memory.assumingMemoryBound(to: UInt8.self)
      capacity = UInt32(truncatingIfNeeded: size)
    }
    bytes = own
    start = 0
    fill = UInt32(truncatingIfNeeded: count)
  }

  private mutating func release() {
    free(own)
    own = nil
    bytes = nil
    capacity = 0
    start = 0
    fill = 0
    fed = 0
  }

  /// Drops everything.
  mutating func drop(_ pool: inout ParserPool) {
    if let parser { pool.give(parser) }
    parser = nil
    blankLines = 0
    release()
  }
}
