import JSON
import Testing

@testable import MetisConfig

/// What must neither crash nor hang, and says where it is wrong.
@Suite struct HostileTests {
  private static let samples: [ConfigFormat: String] = [
    .yaml: """
    %YAML 1.2
    ---
    # a comment
    base: &base {a: 1, "b": 'c', d: [x, "y\\u00e9", ~]}
    tools:
      - name: é😀
        text: |-
          one
            two
        more: >2
            folded
          text
        <<: *base
      - !!str 12
      - ? key
        : - - nested
    quoted: "x \\
      y"
    "key": &n !!int 0x1F
    last: *n
    ...

    """,
    .toml: """
    # a comment
    "a b" = 'c' # d
    n = [0x1F, 1_000, 1e3, -0.5, 1979-05-27T07:32:00Z, 07:32:00]
    t = \"\"\"
    é😀 \\u00e9 \\
      x\"\"\"
    i = { a.b = 1, c = { d = [], }, }
    [x.y]
    z = true
    [[l]]
    m = '''n'''

    """,
    .json: """
    {"a": [1, -2.5e3, null, true, "é😀\\u00e9\\ud83d\\ude00"], "b": {"c": {}, "d": []}, "e": ""}

    """,
  ]

  /// Reads; what is wrong has a place inside the text.
  @discardableResult
  private func isSurvived(_ bytes: [UInt8], _ format: ConfigFormat) -> Bool {
    do {
      let tree = try ConfigSource.parse(bytes, as: format.rawValue, file: "f")
      #expect(tree.table != nil)
      return true
    } catch {
      let lines = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 1
      #expect(!error.errors.isEmpty)
      for found in error.errors {
        #expect((1...lines).contains(found.line), "\(found)")
        #expect((1...(bytes.count + 1)).contains(found.column), "\(found)")
        #expect(!found.message.isEmpty)
      }
      return false
    }
  }

  @Test(arguments: ConfigFormat.allCases)
  func survivesTruncation(_ format: ConfigFormat) throws {
    let bytes = Array((Self.samples[format] ?? "").utf8)
    #expect(isSurvived(bytes, format))
    for count in 0..<bytes.count { isSurvived(Array(bytes[..<count]), format) }
  }

  @Test(arguments: ConfigFormat.allCases, 0..<4)
  func survivesDamage(_ format: ConfigFormat, _ seed: UInt64) throws {
    let original = Array((Self.samples[format] ?? "").utf8)
    let bytes =
      Array("[]{}\"'=.,:#&*!|>-?%\n\r\t \\ax0-_$\u{0}".utf8) + [0xff, 0xc3, 0xe2, 0x80, 0xa8]
    var generator = SplitMix(state: seed)
    var refused = 0
    for _ in 0..<1500 {
      var damaged = original
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<damaged.count, using: &generator)
        let byte = bytes.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: damaged.remove(at: place)
        case 1: damaged[place] = byte
        default: damaged.insert(byte, at: place)
        }
      }
      if !isSurvived(damaged, format) { refused += 1 }
    }
    #expect(refused > 300)
    #expect(refused < 1500)
  }

  @Test(arguments: ConfigFormat.allCases)
  func survivesNoise(_ format: ConfigFormat) {
    var generator = SplitMix(state: 42)
    for _ in 0..<500 {
      let count = Int.random(in: 0..<200, using: &generator)
      let range: ClosedRange<UInt8> = Bool.random(using: &generator) ? 0...255 : 0x20...0x7e
      isSurvived((0..<count).map { _ in UInt8.random(in: range, using: &generator) }, format)
    }
  }

  @Test(arguments: [
    (ConfigFormat.yaml, "[", ""), (.yaml, "{a: ", ""), (.yaml, "- ", ""), (.yaml, "? ", ""),
    (.yaml, "!!seq [", ""), (.yaml, "&a [", ""), (.json, "[", "{\"a\": "), (.json, "{\"a\":", ""),
    (.toml, "[", "a = "), (.toml, "{a=", "a = "), (.toml, "a.", ""), (.toml, "[[", ""),
  ])
  func boundsDepth(_ format: ConfigFormat, _ part: String, _ before: String) {
    let text = before + String(repeating: part, count: 10_000)
    #expect(!isSurvived(Array(text.utf8), format))
  }

  @Test func boundsDepthOfBlocks() {
    let steps = (0..<10_000).map { String(repeating: " ", count: min($0, 200)) + "a:\n" }
    #expect(!isSurvived(Array(steps.joined().utf8), .yaml))
    let exact = { (count: Int) in
      (0..<count).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    }
    #expect(complaint(exact(64)) == nil)
    #expect(
      complaint(exact(65))
        == "f:65:65: error: tables and lists stand more than 64 deep; the limit is 64")
    #expect(
      complaint(
        "a: &x [[[1]]]\nb: " + String(repeating: "[", count: 61) + "*x"
          + String(repeating: "]", count: 61) + "\n")
        == "f:2:65: error: tables and lists stand more than 64 deep; the limit is 64")
    #expect(
      complaint(
        "a: &x [[[1]]]\nb: " + String(repeating: "[", count: 60) + "*x"
          + String(repeating: "]", count: 60) + "\n") == nil)
  }

  @Test func boundsAliases() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<30 {
      let list = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(list)]\n"
    }
    #expect(
      complaint(text)
        == "f:5:45: error: the aliases stand for more than 100000 values; the limit is 100000")
    let long = "a: &a " + String(repeating: "x", count: 1 << 20) + "\nb:\n"
    #expect(
      complaint(long + String(repeating: "  - *a\n", count: 17))
        == "f:19:5: error: the aliases stand for more than 16777216 bytes of text; the limit is "
        + "16777216")
    #expect(complaint(long + String(repeating: "  - *a\n", count: 16)) == nil)
    let merges = (0..<200).map { "m\($0): {<<: *m}\n" }.joined()
    let wide = (0..<600).map { "k\($0): 1" }.joined(separator: ", ")
    #expect(complaint("m: &m {\(wide)}\n" + merges)?.contains("more than 100000 values") == true)
  }

  @Test func readsManyAnchorsKeysAndLongScalars() throws {
    let anchors = (0..<20_000).map { "k\($0): &a\($0) v\n" }.joined() + "l: *a19999\n"
    #expect(try parsed(anchors)["l"]?.string == "v")
    let long = String(repeating: "x", count: 4 << 20)
    for (format, text) in [
      (ConfigFormat.yaml, "a: \(long)\nb: \"\(long)\"\n"), (.toml, "a = \"\(long)\"\n"),
      (.json, "{\"a\": \"\(long)\"}"), (.yaml, "a: |\n  \(long)\n"),
    ] {
      #expect(try parsed(text, as: format)["a"]?.string?.utf8.prefix(9).count == 9)
    }
    #expect(complaint(String(repeating: "x", count: 1 << 20) + ": 1\n") != nil)
    #expect(try parsed("a: \(String(repeating: "9", count: 100_000))\n")["a"]?.kind == "an integer")
  }
}
