import Testing

@testable import HTTPEngine

/// What a reader makes of a connection's input.
struct Reading: Equatable {
  var requests: [String] = []
  var status: UInt16?

  /// Feeds `input` in pieces that end at `cuts`.
  init(_ input: [UInt8], cuts: [Int], limits: ParserLimits = ParserLimits()) {
    var pool = ParserPool(limits)
    var reader = RequestReader()
    let shared = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)
    defer {
      reader.drop(&pool)
      pool.destroy()
      shared.deallocate()
    }
    var place = 0
    for cut in cuts + [input.count] {
      while place < cut, status == nil {
        let room = reader.room(shared)
        let count = min(room.count, cut - place)
        room.copyBytes(from: input[place..<place + count])
        reader.received(count, in: room)
        place += count
        read(&reader, &pool)
        reader.suspend()
      }
    }
  }

  private mutating func read(_ reader: inout RequestReader, _ pool: inout ParserPool) {
    while true {
      switch reader.next(&pool) {
      case .request:
        guard let parser = reader.parser else { return }
        let base = reader.base
        func text(_ place: Int, _ count: Int) -> String {
          String(decoding: UnsafeBufferPointer(start: base + place, count: count), as: UTF8.self)
        }
        var request =
          text(0, parser.pointee.target - 1) + " "
          + text(parser.pointee.target, parser.pointee.targetCount)
        for index in 0..<parser.pointee.fieldCount {
          let field = parser.pointee.fields[index]
          request +=
            "|" + text(Int(field.name), Int(field.nameCount)) + "="
            + text(Int(field.value), Int(field.valueCount))
        }
        request += "|" + text(parser.pointee.body, parser.pointee.bodyCount)
        requests.append(request)
        reader.finish(&pool)
      case .needsMore: return
      case .refused(let refusal):
        status = refusal.status
        return
      }
    }
  }
}

@Suite struct ParserTests {
  @Test(arguments: RequestCase.all)
  func readsTheSameHoweverItIsSplit(_ testCase: RequestCase) {
    let input = Array(testCase.input.utf8)
    let whole = Reading(input, cuts: [])
    #expect(whole == Reading(input, cuts: Array(1..<max(input.count, 1))))
    let step = max(1, input.count / 300)
    for cut in stride(from: 1, to: input.count, by: step) {
      #expect(whole == Reading(input, cuts: [cut]), "cut at \(cut)")
    }
  }

  @Test(arguments: RequestCase.all)
  func refusesWithTheStatus(_ testCase: RequestCase) {
    let reading = Reading(Array(testCase.input.utf8), cuts: [])
    let refused = testCase.statuses.last.flatMap { $0 >= 400 ? UInt16($0) : nil }
    #expect(reading.status == refused)
    #expect(reading.requests.count >= testCase.statuses.count - (refused == nil ? 0 : 1))
  }

  @Test func trimsValuesAndKeepsNames() {
    let input = "GET /x HTTP/1.1\r\nHoSt:a\r\nA: \t b c \t\r\nB:\r\nC:  \r\n\r\n"
    let reading = Reading(Array(input.utf8), cuts: [])
    #expect(reading.requests == ["GET /x|HoSt=a|A=b c|B=|C=|"])
  }

  @Test func decodesChunksInPlace() {
    let chunks = (1...200).map {
      "\(String($0, radix: 16));e\r\n" + String(repeating: "z", count: $0) + "\r\n"
    }
    let input =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      + chunks.joined() + "0\r\nT: u\r\n\r\n" + RequestCase.good
    let body = String(repeating: "z", count: 200 * 201 / 2)
    for cuts in [
      [], [60, 61, 62, 500, 9_000], Array(stride(from: 7, to: input.utf8.count, by: 7)),
    ] {
      let reading = Reading(Array(input.utf8), cuts: cuts)
      #expect(
        reading.requests == ["POST /|Host=a|Transfer-Encoding=chunked|" + body, "GET /|Host=a|"])
    }
  }

  @Test func boundsAChunkedBody() {
    let limits = ParserLimits(bodyBytes: 10)
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let fits = Array((head + "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n").utf8)
    #expect(Reading(fits, cuts: [], limits: limits).requests.count == 1)
    let over = Array((head + "5\r\nhello\r\n6\r\nworld!\r\n0\r\n\r\n").utf8)
    #expect(Reading(over, cuts: [], limits: limits).status == 413)
    #expect(Reading(over, cuts: Array(1..<over.count), limits: limits).status == 413)
  }
}
