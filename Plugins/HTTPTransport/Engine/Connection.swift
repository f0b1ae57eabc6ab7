/// Where a connection is.
enum ConnectionState: UInt8 {
  /// The slot is free.
  case free
  /// It waits for a request or reads one.
  case reading
  /// A request was handed over and has no answer yet; nothing is read meanwhile.
  case waiting
  /// An answer was begun and its body goes on.
  case streaming
  /// A WebSocket: messages go both ways until it is closed.
  case framed
  /// The last answer is being written.
  case closing
  /// The last answer is written and our side is shut; what the peer still sends is dropped, so
  /// that no reset overtakes the answer (RFC 9112, section 9.6).
  case lingering
  /// It is given up; its slot is freed at the end of the batch.
  case dead
}

/// Which of its time-outs a connection that reads is under.
enum ReadPhase: UInt8 {
  case idle
  case head
  case body
}

/// A connection: a slot of raw memory that lives as long as its loop. Only its loop touches it.
struct Connection {
  var fd: Int32 = -1
  let slot: UInt32
  /// Counts the exchanges of this slot, over all its connections: it never goes back.
  var generation: UInt64 = 0
  var reader = RequestReader()
  var output = OutputQueue()
  /// OpenSSL's `SSL`, or nil where the connection is plain.
  var tls: OpaquePointer?
  /// What a WebSocket has beside; nil where none was asked for. Freed with the slot.
  var webSocket: UnsafeMutablePointer<WebSocketConnection>?
  /// Bytes of unfinished requests and messages that count in the instance's bound.
  var held = 0
  /// The peer's address as text; room for `PeerText.capacity` bytes, of the slot.
  let peer: UnsafeMutablePointer<UInt8>
  /// When reading must have come on, in ns of CLOCK_MONOTONIC; `UInt64.max` for never.
  var readDeadline = UInt64.max
  /// When the peer must have taken some of `output`.
  var writeDeadline = UInt64.max
  /// What the wheel is set to; `UInt64.max` where it is not set.
  var timer = UInt64.max
  /// The next connection of the loop's list of those that need a look.
  var nextReady: UInt32 = 0
  var peerCount: UInt8 = 0
  var state = ConnectionState.free
  var phase = ReadPhase.idle
  /// Stands in the list of those that need a look.
  var isReady = false
  /// `process` runs for it: whoever ends an exchange leaves the rest to `process`.
  var isProcessing = false
  /// The socket may hold bytes that were not read.
  var mayRead = false
  /// The peer has shut its side, or all.
  var peerEnded = false
  /// Reading or writing failed: there is nobody to talk to.
  var failed = false
  /// Reading stopped because the peer does not take its answers.
  var isThrottled = false
  /// The present request allows another one after it.
  var keepAlive = false
  /// The present request is HTTP/1.0.
  var oldVersion = false
  /// The present request is HEAD: its answer has no body.
  var isHead = false
  /// `100 Continue` was sent for the request that is being read.
  var continued = false
  /// The body of the present stream is chunked.
  var chunked = false
  /// The present stream has no body: HEAD, 204, 304.
  var bodiless = false
  /// The present request is a handshake of WebSocket: it may be answered with 101.
  var isHandshake = false
  /// The kernel's queue is bounded.
  var isBounded = false
  /// The host was told to wait for `writable`.
  var wantsWritable = false

  init(slot: UInt32, peer: UnsafeMutablePointer<UInt8>) {
    self.slot = slot
    self.peer = peer
  }
}

typealias ConnectionPointer = UnsafeMutablePointer<Connection>

/// The number of an exchange: generation (40 bits), loop (6), slot (18). At 100,000 requests a
/// second on one connection a number comes again after 127 days.
enum ExchangeID {
  static let slotBits: UInt64 = 18
  static let loopBits: UInt64 = 6
  /// The most connections a loop can have.
  static let maximumSlots = 1 << Int(slotBits)
  /// The most loops an instance can have.
  static let maximumLoops = 1 << Int(loopBits)

  @inline(__always)
  static func make(generation: UInt64, loop: UInt32, slot: UInt32) -> UInt64 {
    generation << (slotBits + loopBits) | UInt64(loop) << slotBits | UInt64(slot)
  }

  @inline(__always)
  static func slot(_ id: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: id & (1 << slotBits - 1))
  }

  @inline(__always)
  static func loop(_ id: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: id >> slotBits & (1 << loopBits - 1))
  }

  @inline(__always)
  static func generation(_ id: UInt64) -> UInt64 { id >> (slotBits + loopBits) }
}
