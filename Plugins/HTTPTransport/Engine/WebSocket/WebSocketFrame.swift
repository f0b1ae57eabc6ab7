/// What a frame is (RFC 6455, section 5.2).
enum WebSocketOpcode {
  static let continuation: UInt8 = 0x0
  static let text: UInt8 = 0x1
  static let binary: UInt8 = 0x2
  static let close: UInt8 = 0x8
  static let ping: UInt8 = 0x9
  static let pong: UInt8 = 0xa
}

/// Why a connection is closed (RFC 6455, section 7.4.1, and its IANA registry).
enum WebSocketCloseCode {
  static let normal: UInt16 = 1000
  static let goingAway: UInt16 = 1001
  static let protocolError: UInt16 = 1002
  static let unsupportedData: UInt16 = 1003
  static let invalidText: UInt16 = 1007
  static let policyViolation: UInt16 = 1008
  static let messageTooBig: UInt16 = 1009
  static let tryAgainLater: UInt16 = 1013

  /// Whether a close frame may carry the code: 1004 to 1006 and 1015 never stand in one, what is
  /// not registered below 3000 neither.
  static func isValid(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

/// Why what a client sent ends the connection: the close code and one line for the close frame.
struct WebSocketFailure {
  let code: UInt16
  /// At most 123 bytes.
  let reason: StaticString

  private init(_ code: UInt16, _ reason: StaticString) {
    self.code = code
    self.reason = reason
  }

  private static let wrong = WebSocketCloseCode.protocolError

  static let reserved = WebSocketFailure(wrong, "reserved bits are set; no extension was agreed on")
  static let opcode = WebSocketFailure(wrong, "unknown opcode; expected 0, 1, 2, 8, 9 or 10")
  static let unmasked = WebSocketFailure(wrong, "a client's frame must be masked")
  static let controlLength = WebSocketFailure(wrong, "a control frame has at most 125 bytes")
  static let controlFragment = WebSocketFailure(wrong, "a control frame must not be fragmented")
  static let noMessage = WebSocketFailure(wrong, "a continuation without a message to continue")
  static let inMessage = WebSocketFailure(wrong, "a new message began inside a fragmented one")
  static let length = WebSocketFailure(wrong, "a length that is not in its shortest form")
  static let closeLength = WebSocketFailure(wrong, "a close frame with half a code")
  static let closeCode = WebSocketFailure(wrong, "a code that must not stand in a close frame")
  static let closeText = WebSocketFailure(
    WebSocketCloseCode.invalidText, "the reason of the close frame is not UTF-8")
  static let text = WebSocketFailure(WebSocketCloseCode.invalidText, "a text that is not UTF-8")
  static let binary = WebSocketFailure(
    WebSocketCloseCode.unsupportedData, "binary messages are not taken; expected text")
  static let tooBig = WebSocketFailure(
    WebSocketCloseCode.messageTooBig, "a message longer than websocket_message_limit")
  static let timeout = WebSocketFailure(
    WebSocketCloseCode.policyViolation, "a message did not arrive in time")
  static let overload = WebSocketFailure(
    WebSocketCloseCode.tryAgainLater, "unfinished messages use up partial_bodies_limit")
}

/// Writes heads of frames and applies masks.
enum WebSocketFraming {
  /// The most bytes of a head without a mask.
  static let headBound = 10

  /// The head of a whole, unmasked frame of `count` bytes; returns its length.
  @inline(__always)
  static func writeHead(
    _ opcode: UInt8, _ count: Int, to out: UnsafeMutablePointer<UInt8>
  ) -> Int {
    out[0] = 0x80 | opcode
    if count < 126 {
      out[1] = UInt8(truncatingIfNeeded: count)
      return 2
    }
    let bytes = count <= 0xffff ? 2 : 8
    out[1] = bytes == 2 ? 126 : 127
    for index in 0..<bytes {
      out[2 + index] = UInt8(truncatingIfNeeded: count >> (8 * (bytes - 1 - index)))
    }
    return 2 + bytes
  }

  /// Applies a mask of four bytes, eight bytes at a time. Byte 0 of `mask`, in memory order, masks
  /// the first byte. Returns the mask for the byte behind (RFC 6455, section 5.3).
  static func unmask(
    _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ mask: UInt32
  ) -> UInt32 {
    let raw = UnsafeMutableRawPointer(bytes)
    let twice = UInt64(mask) << 32 | UInt64(mask)
    var place = 0
    while count - place >= 8 {
      let word = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      raw.storeBytes(of: word ^ twice, toByteOffset: place, as: UInt64.self)
      place += 8
    }
    var rest = mask
    while place < count {
      bytes[place] ^= UInt8(truncatingIfNeeded: rest.littleEndian)
      rest = rotate(rest)
      place += 1
    }
    return rest
  }

  /// The mask one byte on.
  @inline(__always)
  private static func rotate(_ mask: UInt32) -> UInt32 {
    let value = mask.littleEndian
    return UInt32(littleEndian: value >> 8 | value << 24)
  }
}
