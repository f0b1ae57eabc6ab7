import Testing

@testable import HTTPEngine

/// Frames as a client writes them.
enum ClientFrame {
  static let mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]

  /// A masked frame; `length` overrides what the head says.
  static func make(
    _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, reserved: UInt8 = 0,
    isMasked: Bool = true, lengthBytes: Int? = nil, length: UInt64? = nil
  ) -> [UInt8] {
    let count = length ?? UInt64(payload.count)
    let bytes = lengthBytes ?? (count < 126 ? 0 : count <= 0xffff ? 2 : 8)
    var frame = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
    let bit: UInt8 = isMasked ? 0x80 : 0
    frame.append(bit | (bytes == 0 ? UInt8(count) : bytes == 2 ? 126 : 127))
    for index in 0..<bytes {
      frame.append(UInt8(truncatingIfNeeded: count >> (8 * (bytes - 1 - index))))
    }
    if !isMasked { return frame + payload }
    return frame + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
  }

  static func text(_ text: String, isFinal: Bool = true) -> [UInt8] {
    make(1, Array(text.utf8), isFinal: isFinal)
  }

  static func more(_ text: String, isFinal: Bool = true) -> [UInt8] {
    make(0, Array(text.utf8), isFinal: isFinal)
  }

  static func close(_ code: UInt16?, _ reason: String = "") -> [UInt8] {
    guard let code else { return make(8, []) }
    return make(8, [UInt8(code >> 8), UInt8(code & 0xff)] + Array(reason.utf8))
  }
}

/// The framing without sockets.
@Suite struct WebSocketFrameTests {
  /// What came out, as text.
  private func read(_ input: [UInt8], limit: Int = 1_000, piece: Int = Int.max) -> [String] {
    var reader = WebSocketReader(limit: limit)
    defer { reader.free() }
    var found: [String] = []
    var place = 0
    while place < input.count {
      var bytes = Array(input[place..<min(place + min(piece, input.count), input.count)])
      place += bytes.count
      let isOver = bytes.withUnsafeMutableBufferPointer { bytes in
        guard var base = bytes.baseAddress else { return false }
        var left = bytes.count
        while true {
          var used = 0
          let event = reader.next(base, left, used: &used)
          base += used
          left -= used
          switch event {
          case .needsMore: return false
          case .text(let text): found.append("text " + String(decoding: text, as: UTF8.self))
          case .ping(let text): found.append("ping " + String(decoding: text, as: UTF8.self))
          case .pong: found.append("pong")
          case .close(let code):
            found.append("close \(code ?? 0)")
            return true
          case .failed(let failure):
            found.append("failed \(failure.code)")
            return true
          }
        }
      }
      if isOver { break }
    }
    return found
  }

  /// The same however it is cut.
  private func expect(
    _ input: [UInt8], _ expected: String..., limit: Int = 1_000,
    location: SourceLocation = #_sourceLocation
  ) {
    for piece in [Int.max, 1, 2, 3, 7, 64] {
      #expect(
        read(input, limit: limit, piece: piece) == expected, "in pieces of \(piece)",
        sourceLocation: location)
    }
  }

  @Test func readsMessages() {
    expect(ClientFrame.text("Hello"), "text Hello")
    expect(ClientFrame.text("") + ClientFrame.text("x"), "text ", "text x")
    for count in [125, 126, 127, 500, 1_000] {
      let text = String(repeating: "a", count: count)
      expect(ClientFrame.text(text), "text " + text)
    }
    let long = String(repeating: "é", count: 40_000)
    expect(ClientFrame.text(long) + ClientFrame.text("x"), "text " + long, "text x", limit: 80_000)
  }

  @Test func assemblesFragmentsWithControlFramesBetween() {
    expect(
      ClientFrame.text("Hel", isFinal: false) + ClientFrame.make(9, Array("p".utf8))
        + ClientFrame.more("l", isFinal: false) + ClientFrame.make(10, [])
        + ClientFrame.more("o") + ClientFrame.text("next"),
      "ping p", "pong", "text Hello", "text next")
    expect(
      ClientFrame.text("", isFinal: false) + ClientFrame.more("", isFinal: false)
        + ClientFrame.more(""), "text ")
  }

  @Test func refusesHeadsAgainstTheRules() {
    for reserved: UInt8 in [1, 2, 4] {
      expect(ClientFrame.make(1, [], reserved: reserved), "failed 1002")
    }
    for opcode: UInt8 in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
      expect(ClientFrame.make(opcode, []), "failed 1002")
    }
    expect(ClientFrame.make(1, [0x61], isMasked: false), "failed 1002")
    expect(ClientFrame.make(9, [], isFinal: false), "failed 1002")
    expect(ClientFrame.make(8, [], isFinal: false), "failed 1002")
    expect(ClientFrame.make(9, [UInt8](repeating: 0, count: 126)), "failed 1002")
    expect(
      ClientFrame.make(9, [UInt8](repeating: 0x61, count: 125)),
      "ping " + String(repeating: "a", count: 125))
    expect(ClientFrame.more("x"), "failed 1002")
    expect(ClientFrame.text("x", isFinal: false) + ClientFrame.text("y"), "failed 1002")
    expect(ClientFrame.make(2, [1]), "failed 1003")
    // Lengths that are not in their shortest form, and one with the highest bit.
    expect(ClientFrame.make(1, [], lengthBytes: 2), "failed 1002")
    expect(ClientFrame.make(1, [], lengthBytes: 8, length: 500), "failed 1002")
    expect(ClientFrame.make(1, [], lengthBytes: 8, length: 1 << 63), "failed 1002")
  }

  @Test func boundsMessages() {
    expect(
      ClientFrame.text(String(repeating: "a", count: 10)),
      "text aaaaaaaaaa", limit: 10)
    expect(ClientFrame.text(String(repeating: "a", count: 11)), "failed 1009", limit: 10)
    expect(
      ClientFrame.text("aaaaaa", isFinal: false) + ClientFrame.more("aaaaa"), "failed 1009",
      limit: 10)
    // A head is refused before its payload comes.
    expect(ClientFrame.make(1, [], lengthBytes: 8, length: 1 << 62), "failed 1009")
  }

  @Test func takesNoMemoryForWhatIsOnlyAnnounced() {
    var reader = WebSocketReader(limit: 1 << 30)
    defer { reader.free() }
    var bytes = ClientFrame.make(1, [0x61], length: 1 << 29)
    var used = 0
    let count = bytes.count
    _ = bytes.withUnsafeMutableBufferPointer {
      reader.next($0.baseAddress!, count, used: &used)
    }
    #expect(used == count && reader.held <= 1_024)
  }

  @Test func checksTextAcrossFragments() {
    let euro: [UInt8] = [0xe2, 0x82, 0xac]
    expect(
      ClientFrame.make(1, [euro[0]], isFinal: false)
        + ClientFrame.make(0, [euro[1]], isFinal: false)
        + ClientFrame.make(0, [euro[2]]), "text €")
    expect(ClientFrame.make(1, [euro[0], euro[1]]), "failed 1007")
    expect(
      ClientFrame.make(1, [euro[0]], isFinal: false) + ClientFrame.make(0, [0x61]), "failed 1007")
    for bad: [UInt8] in [
      [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80],
      [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff],
      [0xc2, 0x41], [0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0xbf],
    ] {
      expect(ClientFrame.make(1, bad), "failed 1007")
    }
    for good in ["\u{7f}", "\u{80}", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{10ffff}"] {
      expect(ClientFrame.text(good), "text " + good)
    }
  }

  /// Every code of two bytes (RFC 6455, section 7.4).
  @Test func checksEveryCloseCode() {
    for code in UInt16.min...UInt16.max {
      let isValid =
        (1000...1003).contains(code) || (1007...1014).contains(code)
        || (3000...4999).contains(code)
      let found = read(ClientFrame.close(code, "bye"))
      #expect(found == [isValid ? "close \(code)" : "failed 1002"])
    }
    expect(ClientFrame.close(nil), "close 0")
    expect(ClientFrame.make(8, [3]), "failed 1002")
    expect(ClientFrame.make(8, [0x03, 0xe8, 0xff]), "failed 1007")
    expect(ClientFrame.make(8, [0x03, 0xe8, 0xe2, 0x82]), "failed 1007")
    // Nothing behind a close frame is read.
    expect(ClientFrame.close(1000) + ClientFrame.text("x"), "close 1000")
  }

  @Test func unmasksAtEveryOffset() {
    let plain = (0..<100).map { UInt8($0) }
    for start in 0..<4 {
      for count in 0..<40 {
        var bytes = plain
        let rest = bytes.withUnsafeMutableBufferPointer { bytes in
          WebSocketFraming.unmask(bytes.baseAddress! + start, count, 0x0403_0201)
        }
        let keys: [UInt8] = [1, 2, 3, 4]
        for index in 0..<100 {
          let isMasked = index >= start && index < start + count
          #expect(bytes[index] == plain[index] ^ (isMasked ? keys[(index - start) & 3] : 0))
        }
        var next: UInt8 = 0
        _ = withUnsafeMutablePointer(to: &next) { WebSocketFraming.unmask($0, 1, rest) }
        #expect(next == keys[count & 3])
      }
    }
  }

  @Test func writesHeads() {
    func head(_ count: Int) -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: WebSocketFraming.headBound) { room, written in
        written = WebSocketFraming.writeHead(1, count, to: room.baseAddress!)
      }
    }
    #expect(head(0) == [0x81, 0] && head(125) == [0x81, 125])
    #expect(head(126) == [0x81, 126, 0, 126] && head(65_535) == [0x81, 126, 255, 255])
    #expect(head(65_536) == [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0])
  }

  @Test func answersTheKeyOfTheRFC() {
    let socket = WebSocketConnection.make(limit: 10)
    defer { WebSocketConnection.free(socket) }
    Array("dGhlIHNhbXBsZSBub25jZQ==".utf8).withUnsafeBufferPointer {
      socket.pointee.answer($0.baseAddress!)
    }
    let text = UnsafeBufferPointer(
      start: socket.pointee.accept, count: WebSocketConnection.acceptCount)
    #expect(String(decoding: text, as: UTF8.self) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }
}
