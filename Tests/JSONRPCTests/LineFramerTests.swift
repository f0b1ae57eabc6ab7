import JSONRPC
import Testing

@Suite struct LineFramerTests {
  /// The lines of `stream` fed in chunks of `size` bytes; nil for one that was too long.
  private func lines(_ stream: [UInt8], size: Int, maximum: Int = 8) -> [String?] {
    var framer = LineFramer(maximumLength: maximum)
    var lines: [String?] = []
    func note(_ event: LineFramer.Event) {
      switch event {
      case .line(let line): lines.append(String(decoding: line, as: UTF8.self))
      case .tooLong(let limit):
        #expect(limit == maximum)
        lines.append(nil)
      }
    }
    var start = 0
    while start < stream.count {
      let end = min(start + size, stream.count)
      Array(stream[start..<end]).withUnsafeBytes { bytes in
        var chunk = bytes
        while let event = framer.next(&chunk) { note(event) }
        #expect(chunk.isEmpty)
      }
      #expect(framer.pendingCount <= maximum + 1)
      start = end
    }
    if let event = framer.finish() { note(event) }
    #expect(framer.finish() == nil)
    return lines
  }

  @Test(arguments: [
    ("a\nb\n", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]), ("a\nb", ["a", "b"]), ("", []),
    ("\n\n\r\n", []),
    ("a\n\nb\n", ["a", "b"]), ("a\rb\n", ["a\rb"]), ("12345678\n", ["12345678"]),
    ("12345678\r\nx\n", ["12345678", "x"]), ("123456789\nx\n", [nil, "x"]),
    ("123456789\r\nx", [nil, "x"]), ("1234567890123456789012\nab\n", [nil, "ab"]),
    ("a\n123456789", ["a", nil]), ("123456789\n123456789\n", [nil, nil]),
    ("12345678\r", ["12345678"]),
    ("12345678\rx\ny\n", [nil, "y"]), ("é€\n𝄞\n", ["é€", "𝄞"]),
  ])
  func splits(_ stream: String, _ expected: [String?]) {
    for size in 1...max(stream.utf8.count, 1) {
      #expect(lines(Array(stream.utf8), size: size) == expected, "chunks of \(size)")
    }
  }

  /// A line that lies whole in one chunk is a part of that chunk.
  @Test func noCopy() {
    var framer = LineFramer(maximumLength: 100)
    Array("part\nwhole\nrest".utf8).withUnsafeBytes { bytes in
      var chunk = bytes
      var addresses: [Int] = []
      while let event = framer.next(&chunk) {
        guard case .line(let line) = event, let start = line.baseAddress,
          let base = bytes.baseAddress
        else { continue }
        addresses.append(start - base)
      }
      #expect(addresses == [0, 5])
      #expect(framer.pendingCount == 4)
    }
  }

  /// A line too long is told once, as soon as it is known, and its bytes are not kept.
  @Test func endlessLine() {
    var framer = LineFramer(maximumLength: 1000)
    var told = 0
    let block = [UInt8](repeating: 0x61, count: 300)
    for _ in 0..<1000 {
      block.withUnsafeBytes { bytes in
        var chunk = bytes
        while let event = framer.next(&chunk) {
          if case .tooLong(1000) = event { told += 1 }
        }
      }
      #expect(framer.pendingCount <= 1000)
    }
    #expect(told == 1)
    #expect(framer.finish() == nil)
  }
}
