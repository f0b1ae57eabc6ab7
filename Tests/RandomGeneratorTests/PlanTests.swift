import JSON
import MetisKit
import RandomGenerator
import Testing

/// Draws one value of a section with a seed.
func draw(_ section: String, seed: UInt64 = 1) throws -> JSONValue {
  try JSONValue(jsonBytes: bytes(section, seed: seed))
}

func bytes(_ section: String, seed: UInt64 = 1) throws -> [UInt8] {
  var random = SeededGenerator(seed: seed)
  return try Plan(JSONValue(json: section)).draw(&random)
}

/// The message of what the compiler refuses; nil where it accepts.
func refusal(_ section: String) throws -> String? {
  let section = try JSONValue(json: section)
  do throws(ConfigError) {
    _ = try Plan(section)
    return nil
  } catch {
    return error.description
  }
}

@Suite struct PlanTests {
  /// The bytes of every type, fixed for every release: a change here breaks recorded snapshots.
  @Test(arguments: golden)
  func theSameSeedGivesTheSameBytes(section: String, expected: String) throws {
    #expect(String(decoding: try bytes(section, seed: 42), as: UTF8.self) == expected)
    #expect(try bytes(section, seed: 42) == bytes(section, seed: 42))
  }

  @Test func otherSeedsGiveOtherBytes() throws {
    let values = Set(try (0..<1_000).map { try bytes(#"{"type":"uuid"}"#, seed: $0) })
    #expect(values.count == 1_000)
  }

  @Test func uuidsAreVersion4() throws {
    for seed in 0..<200 as Range<UInt64> {
      let text = Array(try #require(draw(#"{"type":"uuid"}"#, seed: seed).string).utf8)
      #expect(text.count == 36)
      #expect([8, 13, 18, 23].allSatisfy { text[$0] == UInt8(ascii: "-") })
      #expect(text[14] == UInt8(ascii: "4"))
      #expect("89ab".utf8.contains(text[19]))
      #expect(text.allSatisfy { "0123456789abcdef-".utf8.contains($0) })
    }
  }

  @Test(arguments: [
    (#"{"type":"integer","min":18,"max":80}"#, 18...80),
    (#"{"type":"integer"}"#, 0...100),
    (#"{"type":"integer","min":500}"#, 500...600),
    (#"{"type":"integer","max":3}"#, 0...3),
    (#"{"type":"integer","max":-5}"#, -105 ... -5),
    (#"{"type":"integer","min":7,"max":7}"#, 7...7),
    (
      #"{"type":"integer","min":-9223372036854775808,"max":9223372036854775807}"#,
      Int64.min...Int64.max
    ),
    (#"{"type":"integer","min":9223372036854775800}"#, 9_223_372_036_854_775_800...Int64.max),
  ])
  func integersStayInTheirRange(section: String, range: ClosedRange<Int64>) throws {
    for seed in 0..<300 as Range<UInt64> {
      let value = try #require(draw(section, seed: seed).int)
      #expect(range.contains(value))
    }
  }

  @Test(arguments: [
    (#"{"type":"float","min":9.99,"max":999.99,"precision":2}"#, 9.99...999.99, 2),
    (#"{"type":"float","precision":1}"#, 0.0...1.0, 1),
    (#"{"type":"float","min":-2.5,"max":-2.5,"precision":3}"#, -2.5 ... -2.5, 3),
    (#"{"type":"float","min":0.1,"max":0.3,"precision":1}"#, 0.1...0.3, 1),
    (#"{"type":"float","min":1,"max":5,"precision":0}"#, 1.0...5.0, 0),
    (#"{"type":"float","max":0.5}"#, 0.0...0.5, 400),
    (#"{"type":"float","max":-2}"#, -3.0 ... -2.0, 400),
    (#"{"type":"float","min":-1e300,"max":1e300}"#, -1e300...1e300, 400),
  ])
  func floatsStayInTheirRangeAndPrecision(
    section: String, range: ClosedRange<Double>, precision: Int
  ) throws {
    for seed in 0..<300 as Range<UInt64> {
      let value = try draw(section, seed: seed)
      #expect(range.contains(try #require(value.double)))
      let decimals = value.description.split(separator: ".").dropFirst().first ?? ""
      #expect(decimals.utf8.count <= max(precision, 1))
    }
  }

  @Test func bothBoundsOfADecimalRangeCome() throws {
    let section = #"{"type":"float","min":0.1,"max":0.3,"precision":1}"#
    let values = Set(try (0..<100).map { try draw(section, seed: $0).description })
    #expect(values == ["0.1", "0.2", "0.3"])
  }

  @Test func stringsHaveTheirLengthAndLetters() throws {
    let section = #"{"type":"string","min_length":3,"max_length":5,"alphabet":"aé\"😀"}"#
    var lengths: Set<Int> = []
    var letters: Set<Unicode.Scalar> = []
    for seed in 0..<300 as Range<UInt64> {
      let text = try #require(draw(section, seed: seed).string)
      lengths.insert(text.unicodeScalars.count)
      letters.formUnion(text.unicodeScalars)
    }
    #expect(lengths == [3, 4, 5])
    #expect(letters == ["a", "é", "\"", "😀"])
  }

  @Test(arguments: [
    ("numeric", "0123456789"), ("hex", "0123456789abcdef"),
    ("lowercase", "abcdefghijklmnopqrstuvwxyz"), ("uppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
  ])
  func charsetsHoldAllTheirLetters(name: String, letters: String) throws {
    let section = #"{"type":"string","charset":"\#(name)","min_length":500,"max_length":500}"#
    let text = try #require(draw(section).string)
    #expect(Set(text.unicodeScalars) == Set(letters.unicodeScalars))
  }

  @Test func lengthsMoveWhereOneIsMissing() throws {
    let short = try draw(#"{"type":"string","max_length":2}"#).string
    #expect(short?.utf8.count == 2)
    let long = try draw(#"{"type":"string","min_length":40}"#).string
    #expect(long?.utf8.count == 40)
    #expect(try draw(#"{"type":"array","items":{"type":"uuid"},"max_length":0}"#) == [])
  }

  @Test func arraysTakeItemAndItems() throws {
    for name in ["item", "items"] {
      let section =
        #"{"type":"array","min_length":5,"max_length":20,"\#(name)":{"type":"boolean"}}"#
      let lengths = try (0..<200).map { try #require(draw(section, seed: $0).array).count }
      #expect(lengths.min() == 5 && lengths.max() == 20)
    }
  }

  @Test func uniqueItemsDiffer() throws {
    let section =
      #"{"type":"array","unique":true,"min_length":5,"max_length":5,"items":{"type":"integer","min":1,"max":5}}"#
    for seed in 0..<50 as Range<UInt64> {
      let items = try #require(draw(section, seed: seed).array)
      #expect(Set(items.compactMap(\.int)) == [1, 2, 3, 4, 5])
    }
  }

  @Test func uniqueItemsThatRunOutEndTheArrayOrFail() throws {
    let few =
      #"{"type":"array","unique":true,"min_length":1,"max_length":9,"items":{"type":"boolean"}}"#
    for seed in 0..<50 as Range<UInt64> {
      let count = try #require(draw(few, seed: seed).array).count
      #expect((1...2).contains(count))
    }
    let many = #"{"type":"array","unique":true,"min_length":9,"items":{"x":{"type":"boolean"}}}"#
    #expect(throws: DrawError.self) { try draw(many) }
  }

  @Test func objectsKeepTheOrderOfTheirFields() throws {
    let section = """
      {"type":"object","schema":{"z":{"type":"boolean"},"a":{"b":{"type":"uuid"},
      "type":{"type":"integer"}},"m":{"type":"object","schema":{}}}}
      """
    let value = try draw(section)
    #expect(value.object?.keys == ["z", "a", "m"])
    #expect(value["a"]?.object?.keys == ["b", "type"])
    #expect(value["m"] == [:])
  }

  @Test func nullableGivesNullAtBothEnds() throws {
    #expect(try draw(#"{"type":"uuid","nullable":1}"#) == .null)
    #expect(try draw(#"{"type":"uuid","nullable":0}"#).string != nil)
    #expect(try bytes(#"{"type":"uuid","nullable":0}"#) == bytes(#"{"type":"uuid"}"#))
  }

  @Test func aHugeValueIsRefusedWhereItGrows() throws {
    let section = """
      {"type":"array","min_length":100000,"items":{"type":"string","min_length":1000,
      "max_length":1000}}
      """
    #expect(throws: DrawError.self) { try draw(section) }
  }
}

private let golden: [(String, String)] = [
  (#"{"type":"uuid"}"#, #""15780b2e-0c2e-4716-a104-d9866d113a7e""#),
  (#"{"type":"integer","min":18,"max":80}"#, #"23"#),
  (#"{"type":"float"}"#, #"0.08386297105988216"#),
  (#"{"type":"float","min":9.99,"max":999.99,"precision":2}"#, #"93.01"#),
  (#"{"type":"string"}"#, #""Xq59vs0v""#),
  (#"{"type":"string","alphabet":"aé😀\"","min_length":4,"max_length":4}"#, #""é😀\"\"""#),
  (#"{"type":"boolean"}"#, #"true"#),
  (#"{"type":"choice","values":["active",{"b":[1.50]},null]}"#, #""active""#),
  (#"{"type":"choice","values":["active","inactive"],"weights":[0.8,0.2]}"#, #""active""#),
  (
    #"{"type":"array","min_length":8,"max_length":8,"items":{"type":"integer"}}"#,
    #"[38,68,93,100,77,72,85,76]"#
  ),
  (
    #"{"type":"array","unique":true,"min_length":4,"max_length":8,"items":{"type":"integer","max":3}}"#,
    #"[1,2,3,0]"#
  ),
  (
    #"{"id":{"type":"uuid","nullable":0.5},"o":{"n":{"type":"integer"}}}"#,
    #"{"id":null,"o":{"n":38}}"#
  ),
]
