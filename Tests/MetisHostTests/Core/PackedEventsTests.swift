import Testing

@testable import MetisHost

/// What a stream keeps of what it has sent, against an array of events.
@Suite struct PackedEventsTests {
  private func text(_ content: MessageStream.Content) -> String {
    switch content {
    case .message(let bytes): "m" + String(decoding: bytes, as: UTF8.self)
    case .priming(let retry): "p\(retry ?? -1)"
    }
  }

  @Test func eventsComeOutAsTheyWentIn() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      var packed = PackedEvents()
      var expected: [MessageStream.Content] = []
      for _ in 0..<2000 {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0, 1:
          let size = Int.random(in: 0...300, using: &generator)
          let event = MessageStream.Content.message(
            (0..<size).map { _ in UInt8.random(in: 32...126, using: &generator) })
          packed.append(event)
          expected.append(event)
        case 2 where Bool.random(using: &generator):
          let event = MessageStream.Content.priming(
            retryMs: Bool.random(using: &generator) ? nil : 1500)
          packed.append(event)
          expected.append(event)
        case 3 where !expected.isEmpty:
          #expect(packed.removeFirst() == expected.removeFirst().count)
        default:
          guard !expected.isEmpty else { continue }
          let index = Int.random(in: 0..<expected.count, using: &generator)
          #expect(text(packed.content(at: index)) == text(expected[index]))
          #expect(packed.size(at: index) == expected[index].count)
        }
        #expect(packed.count == expected.count)
      }
      for (index, event) in expected.enumerated() {
        #expect(text(packed.content(at: index)) == text(event))
      }
      for event in expected { #expect(packed.removeFirst() == event.count) }
      #expect(packed.count == 0)
    }
  }
}
