// A libFuzzer target: the parse path of the HTTP transport without sockets.
//
// The first byte says how many cuts follow, each a byte; the rest is what a client sends. The input
// is read three times: at once, byte by byte and cut where the fuzzer says. What is handed over and
// what is refused must be the same, and what is handed over must obey the rules that keep two
// readers of one request from disagreeing.

/// What came of an input.
struct Outcome: Equatable {
  var requests: [[UInt8]] = []
  var status: UInt16 = 0
  var isWaiting = false
}

private let limits = ParserLimits(
  headerBytes: 512, targetBytes: 64, fields: 8, bodyBytes: 256, chunkOverheadBytes: 64)

/// Feeds the input in pieces of the given sizes, the last again and again. Every piece lies in
/// memory of exactly its size, so that a read beyond it is seen.
func read(_ input: UnsafeBufferPointer<UInt8>, pieces: [Int]) -> Outcome {
  var pool = ParserPool(limits)
  var reader = RequestReader()
  var outcome = Outcome()
  var place = 0
  var turn = 0
  while place < input.count, outcome.status == 0 {
    let size = min(max(pieces[min(turn, pieces.count - 1)], 1), input.count - place)
    turn += 1
    let shared = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
    let room = reader.room(shared)
    let count = min(size, room.count)
    room.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(input)[place..<place + count]))
    reader.received(count, in: room)
    place += count
    drain(&reader, &pool, &outcome)
    reader.suspend()
    shared.deallocate()
  }
  outcome.isWaiting = outcome.status == 0 && reader.isInRequest
  reader.drop(&pool)
  pool.destroy()
  return outcome
}

/// Takes what is complete.
func drain(_ reader: inout RequestReader, _ pool: inout ParserPool, _ outcome: inout Outcome) {
  while true {
    switch reader.next(&pool) {
    case .needsMore: return
    case .refused(let refusal):
      precondition((400...505).contains(refusal.status))
      outcome.status = refusal.status
      return
    case .request:
      guard let parser = reader.parser else { preconditionFailure("a request without a parser") }
      outcome.requests.append(describe(parser, UnsafePointer(reader.base)))
      reader.finish(&pool)
    }
  }
}

/// A request as bytes, after its rules were checked.
func describe(
  _ parser: UnsafeMutablePointer<RequestParser>, _ base: UnsafePointer<UInt8>
) -> [UInt8] {
  func bytes(_ place: Int, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: base + place, count: count))
  }
  var text = bytes(0, parser.pointee.target + parser.pointee.targetCount)
  precondition(parser.pointee.targetCount <= limits.targetBytes)
  precondition(parser.pointee.fieldCount <= limits.fields)
  precondition(parser.pointee.bodyCount <= limits.bodyBytes)
  var hosts = 0
  var lengths = 0
  var codings = 0
  for index in 0..<parser.pointee.fieldCount {
    let field = parser.pointee.fields[index]
    let name = bytes(Int(field.name), Int(field.nameCount))
    let value = bytes(Int(field.value), Int(field.valueCount))
    precondition(!name.isEmpty && name.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3a })
    precondition(value.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 })
    precondition(value.first != 0x20 && value.last != 0x20)
    switch String(decoding: name, as: UTF8.self).lowercased() {
    case "host": hosts += 1
    case "content-length":
      lengths += 1
      let number = Int(String(decoding: value, as: UTF8.self))
      precondition(number == parser.pointee.bodyCount)
    case "transfer-encoding":
      codings += 1
      precondition(String(decoding: value, as: UTF8.self).lowercased() == "chunked")
    default: break
    }
    text += [10] + name + [58] + value
  }
  precondition(hosts == 1 || (hosts == 0 && parser.pointee.oldVersion))
  precondition(lengths + codings <= 1)
  if lengths + codings == 0 { precondition(parser.pointee.bodyCount == 0) }
  text.append(parser.pointee.isWebSocket ? 1 : 0)
  return text + [10] + bytes(parser.pointee.body, parser.pointee.bodyCount)
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
