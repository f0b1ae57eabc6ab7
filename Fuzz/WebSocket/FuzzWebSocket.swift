// A libFuzzer target: the framing of WebSockets without sockets.
//
// The first byte says how many cuts follow, each a byte; the rest is what a client sends. The input
// is read three times: at once, byte by byte and cut where the fuzzer says. What comes out must be
// the same, and must obey the rules: text is UTF-8 and within the limit, close codes are valid,
// control payloads are short.

private let limit = 300

/// Feeds the input in pieces of the given sizes, the last again and again. Every piece lies in
/// memory of exactly its size, so that a read beyond it is seen.
func read(_ input: UnsafeBufferPointer<UInt8>, pieces: [Int]) -> [[UInt8]] {
  var reader = WebSocketReader(limit: limit)
  var events: [[UInt8]] = []
  var place = 0
  var turn = 0
  var isOver = false
  while place < input.count, !isOver {
    let size = min(max(pieces[min(turn, pieces.count - 1)], 1), input.count - place)
    turn += 1
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
    _ = piece.initialize(from: input[place..<place + size])
    place += size
    isOver = drain(&reader, piece, &events)
    piece.deallocate()
  }
  precondition(reader.held <= limit)
  reader.free()
  return events
}

/// Takes what is complete; true where nothing may follow.
func drain(
  _ reader: inout WebSocketReader, _ piece: UnsafeMutableBufferPointer<UInt8>,
  _ events: inout [[UInt8]]
) -> Bool {
  guard var base = piece.baseAddress else { return false }
  var left = piece.count
  while true {
    var used = 0
    let event = reader.next(base, left, used: &used)
    precondition(used >= 0 && used <= left)
    base += used
    left -= used
    switch event {
    case .needsMore:
      precondition(left == 0)
      return false
    case .text(let text):
      precondition(text.count <= limit)
      // The standard library's verdict is the same.
      precondition(String(validating: text, as: UTF8.self) != nil)
      events.append([1] + text)
      reader.dropSpent()
    case .ping(let payload):
      precondition(payload.count <= 125)
      events.append([9] + payload)
    case .pong: events.append([10])
    case .close(let code):
      if let code { precondition(WebSocketCloseCode.isValid(code)) }
      events.append([8, UInt8((code ?? 0) >> 8), UInt8((code ?? 0) & 0xff)])
      return true
    case .failed(let failure):
      precondition([1002, 1003, 1007, 1009].contains(failure.code))
      precondition(failure.reason.utf8CodeUnitCount <= 123)
      events.append([0, UInt8(failure.code >> 8), UInt8(failure.code & 0xff)])
      return true
    }
  }
}

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let bytes, count > 1 else { return 0 }
  let cutCount = min(Int(bytes[0] & 7), count - 2)
  let cuts = (0..<max(cutCount, 0)).map { Int(bytes[1 + $0]) }
  let input = UnsafeBufferPointer(start: bytes + 1 + cuts.count, count: count - 1 - cuts.count)
  let whole = read(input, pieces: [input.count])
  precondition(whole == read(input, pieces: [1]), "byte by byte differs")
  precondition(whole == read(input, pieces: cuts + [input.count]), "cut differs")
  return 0
}
