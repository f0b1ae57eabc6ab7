import Foundation
import JSON
import Testing

/// A small generator with a seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A random tree of at most `depth` levels.
func randomValue(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
  switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
  case 0: return .null
  case 1: return .bool(.random(using: &generator))
  case 2: return JSONValue(Int64.random(in: .min ... .max, using: &generator))
  case 3: return JSONValue(Double(bitPattern: generator.next()))
  case 4: return JSONValue(Int.random(in: -10...10, using: &generator))
  case 5: return .string(randomString(&generator))
  case 6:
    let count = Int.random(in: 0..<6, using: &generator)
    return .array((0..<count).map { _ in randomValue(&generator, depth: depth - 1) })
  default:
    // Some objects are large enough for the index.
    let count =
      Int.random(in: 0..<8, using: &generator) == 0 ? 20 : Int.random(in: 0..<6, using: &generator)
    return .object(
      JSONObject(
        (0..<count).map { _ in (randomString(&generator), randomValue(&generator, depth: depth - 1))
        }))
  }
}

/// A random string of up to 24 characters of all lengths in UTF-8, control characters included.
func randomString(_ generator: inout SeededGenerator) -> String {
  var scalars = String.UnicodeScalarView()
  for _ in 0..<Int.random(in: 0...24, using: &generator) {
    let top: UInt32 =
      [0x20, 0x7f, 0x7f, 0x7f, 0x7ff, 0xffff, 0x10ffff].randomElement(using: &generator) ?? 0
    if let scalar = Unicode.Scalar(UInt32.random(in: 0...top, using: &generator)) {
      scalars.append(scalar)
    }
  }
  return String(scalars)
}

@Suite struct PropertyTests {
  @Test func treesRoundTrip() throws {
    var generator = SeededGenerator(state: 1)
    for _ in 0..<2000 {
      let value = randomValue(&generator, depth: 5)
      for pretty in [false, true] {
        let bytes = value.jsonBytes(pretty: pretty)
        let again = try JSONValue(jsonBytes: bytes)
        #expect(again == value)
        #expect(again.hashValue == value.hashValue)
        #expect(again.jsonBytes(pretty: pretty) == bytes)
        #expect(Verdicts(bytes).skip == nil)
      }
      let decoded = try JSONValueDecoder().decode(JSONValue.self, from: value)
      #expect(decoded == value)
    }
  }

  /// Mutated texts never crash, and the three readers and Foundation agree on which are valid.
  @Test func mutations() {
    var generator = SeededGenerator(state: 2)
    let spice =
      Array("\"\\{}[]:,0123456789eE+-.truefalsn u\n\t".utf8) + [0, 0x1f, 0x80, 0xc3, 0xed, 0xf4]
    var valid = 0
    for round in 0..<20_000 {
      var bytes = randomValue(&generator, depth: 3).jsonBytes(pretty: round % 2 == 0)
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = spice.randomElement(using: &generator) ?? 0
        case 1: bytes.insert(spice.randomElement(using: &generator) ?? 0, at: place)
        case 2: bytes.remove(at: place)
        default: bytes.removeSubrange(place...)
        }
      }
      let verdicts = Verdicts(bytes)
      #expect(verdicts.agree, "\(bytes)")
      if verdicts.skip == nil { valid += 1 }
    }
    // The mutations reach both sides.
    #expect(valid > 1000 && valid < 19_000)
  }

  /// Foundation reads what we write as the same text again.
  @Test func foundationReadsOurs() throws {
    var generator = SeededGenerator(state: 3)
    for _ in 0..<500 {
      let value = JSONValue.array([randomValue(&generator, depth: 4)])
      #expect(throws: Never.self, "\(value)") {
        try JSONSerialization.jsonObject(with: Data(value.jsonBytes()))
      }
    }
  }
}
