import Glibc

/// What `WebSocketReader.next` found.
enum WebSocketEvent {
  /// All bytes are used up.
  case needsMore
  /// A complete text message, UTF-8. Valid until `next`, `dropSpent` or `free`.
  case text(UnsafeBufferPointer<UInt8>)
  /// The payload to send back. Valid until `next` or `free`.
  case ping(UnsafeBufferPointer<UInt8>)
  case pong
  /// The peer closes; nil where it gave no code.
  case close(UInt16?)
  /// What came is refused; nothing after it can be trusted.
  case failed(WebSocketFailure)
}

/// Turns the bytes of a client into messages (RFC 6455, section 5), however they are cut.
///
/// A message of one frame that lies whole in the input is unmasked and handed out in place. Any
/// other is gathered in memory that grows with what has arrived, not with what a head announces,
/// and goes with the message. A value that owns memory: `free` ends it. One thread.
struct WebSocketReader {
  /// Bytes of a message.
  private let limit: Int
  /// The head under way, then the payload of a control frame.
  private let scratch: UnsafeMutablePointer<UInt8>
  private var scratchCount = 0
  /// Whether the head of the present frame is complete.
  private var isInPayload = false
  private var opcode: UInt8 = 0
  private var isFinal = false
  /// Bytes of the present payload that have not come.
  private var remaining = 0
  /// The mask, turned to the next byte of the payload.
  private var mask: UInt32 = 0
  /// A message was begun by a frame that was not its last.
  private var isInMessage = false
  private var message: UnsafeMutablePointer<UInt8>?
  private var capacity = 0
  private var messageCount = 0
  private var validator = UTF8Validator()
  /// The message was handed out: its memory goes.
  private var isSpent = false

  /// The longest head: two bytes, a length of eight, a mask of four.
  private static let headBound = 14
  private static let controlBound = 125

  init(limit: Int) {
    self.limit = limit
    scratch = .allocate(capacity: Self.controlBound)
  }

  /// Bytes of memory that hold an unfinished message.
  var held: Int { capacity }

  /// Whether a frame or a message has begun and is not complete.
  var isUnfinished: Bool { isInPayload || isInMessage || scratchCount > 0 }

  /// Ends the value.
  mutating func free() {
    dropMessage()
    scratch.deallocate()
  }

  /// Reads of `bytes`, which it may change, up to the next event; `used` becomes how many.
  mutating func next(
    _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, used: inout Int
  ) -> WebSocketEvent {
    dropSpent()
    used = 0
    while true {
      if !isInPayload {
        while scratchCount < headCount, used < count {
          scratch[scratchCount] = bytes[used]
          scratchCount += 1
          used += 1
          if scratchCount == 2, let failure = checkHead() { return .failed(failure) }
        }
        if scratchCount < 2 || scratchCount < headCount { return .needsMore }
        if let failure = beginPayload() { return .failed(failure) }
      }
      let event =
        opcode & 0x8 != 0
        ? takeControl(bytes, count, &used) : takeData(bytes, count, &used)
      if let event { return event }
    }
  }

  // MARK: Heads

  /// How long the head is, as far as its bytes say so.
  private var headCount: Int {
    if scratchCount < 2 { return 2 }
    return switch scratch[1] & 0x7f {
    case 126: 8
    case 127: Self.headBound
    default: 6
    }
  }

  /// What the first two bytes say.
  private func checkHead() -> WebSocketFailure? {
    let opcode = scratch[0] & 0xf
    let length = scratch[1] & 0x7f
    let isFinal = scratch[0] & 0x80 != 0
    if scratch[0] & 0x70 != 0 { return .reserved }
    switch opcode {
    case WebSocketOpcode.continuation: if !isInMessage { return .noMessage }
    case WebSocketOpcode.text, WebSocketOpcode.binary: if isInMessage { return .inMessage }
    case WebSocketOpcode.close, WebSocketOpcode.ping, WebSocketOpcode.pong:
      if !isFinal { return .controlFragment }
      if length > Self.controlBound { return .controlLength }
    default: return .opcode
    }
    if scratch[1] & 0x80 == 0 { return .unmasked }
    return opcode == WebSocketOpcode.binary ? .binary : nil
  }

  /// The head is complete: its length and its mask.
  private mutating func beginPayload() -> WebSocketFailure? {
    let short = scratch[1] & 0x7f
    var length = UInt64(short)
    if short >= 126 {
      length = 0
      for place in 2..<headCount - 4 { length = length << 8 | UInt64(scratch[place]) }
      // The highest bit of eight bytes is never set.
      if length < 126 || (short == 127 && (length <= 0xffff || length >> 63 != 0)) {
        return .length
      }
    }
    opcode = scratch[0] & 0xf
    isFinal = scratch[0] & 0x80 != 0
    if opcode & 0x8 == 0, length > UInt64(limit - messageCount) { return .tooBig }
    remaining = Int(length)
    mask = UnsafeRawPointer(scratch).loadUnaligned(
      fromByteOffset: headCount - 4, as: UInt32.self)
    isInPayload = true
    scratchCount = 0
    return nil
  }

  private mutating func endFrame() {
    isInPayload = false
    scratchCount = 0
  }

  // MARK: Control frames

  private mutating func takeControl(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ used: inout Int
  ) -> WebSocketEvent? {
    let step = min(remaining, count - used)
    if step > 0 {
      memcpy(scratch + scratchCount, bytes + used, step)
      mask = WebSocketFraming.unmask(scratch + scratchCount, step, mask)
      scratchCount += step
      used += step
      remaining -= step
    }
    if remaining > 0 { return .needsMore }
    let payload = UnsafeBufferPointer(start: UnsafePointer(scratch), count: scratchCount)
    endFrame()
    switch opcode {
    case WebSocketOpcode.ping: return .ping(payload)
    case WebSocketOpcode.pong: return .pong
    default: return Self.close(payload)
    }
  }

  private static func close(_ payload: UnsafeBufferPointer<UInt8>) -> WebSocketEvent {
    guard let bytes = payload.baseAddress, payload.count > 0 else { return .close(nil) }
    guard payload.count >= 2 else { return .failed(.closeLength) }
    let code = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    guard WebSocketCloseCode.isValid(code) else { return .failed(.closeCode) }
    var validator = UTF8Validator()
    guard validator.take(bytes + 2, payload.count - 2), validator.isComplete else {
      return .failed(.closeText)
    }
    return .close(code)
  }

  // MARK: Messages

  /// Nil where the frame was not the last of its message: the next one may be at hand.
  private mutating func takeData(
    _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ used: inout Int
  ) -> WebSocketEvent? {
    let step = min(remaining, count - used)
    var place = bytes + used
    let isWhole = isFinal && !isInMessage && messageCount == 0 && step == remaining
    if step > 0, !isWhole {
      reserve(messageCount + step)
      guard let message else { return .failed(.overload) }
      memcpy(message + messageCount, place, step)
      place = message + messageCount
      messageCount += step
    }
    mask = WebSocketFraming.unmask(place, step, mask)
    used += step
    remaining -= step
    guard validator.take(place, step) else { return .failed(.text) }
    if remaining > 0 { return .needsMore }
    endFrame()
    isInMessage = !isFinal
    if isInMessage { return nil }
    guard validator.isComplete else { return .failed(.text) }
    if isWhole { return .text(UnsafeBufferPointer(start: place, count: step)) }
    isSpent = true
    return .text(UnsafeBufferPointer(start: message, count: messageCount))
  }

  private mutating func reserve(_ size: Int) {
    if size <= capacity { return }
    let larger = max(size, min(max(capacity * 2, 1_024), limit))
    guard let memory = realloc(message, larger) else { fatalError("out of memory") }
    message = memory.assumingMemoryBound(to: UInt8.self)
    capacity = larger
  }

  /// Gives the memory of a message that was handed out back.
  mutating func dropSpent() { if isSpent { dropMessage() } }

  /// Gives the memory of a message back.
  mutating func dropMessage() {
    Glibc.free(message)
    message = nil
    capacity = 0
    messageCount = 0
    isSpent = false
  }
}
