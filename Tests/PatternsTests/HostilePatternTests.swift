import Foundation
import Synchronization
import Testing

@testable import Patterns

/// Sources and subjects that are made to hang or to crash.
@Suite struct HostilePatternTests {
  static let hostile: [(String, String)] = [
    ("^(a+)+$", String(repeating: "a", count: 40) + "!"),
    ("^(a|a)*$", String(repeating: "a", count: 1_000) + "!"),
    ("(a+)+$", String(repeating: "a", count: 100_000) + "!"),
    ("(x+x+)+y", String(repeating: "x", count: 500)),
    ("^(([a-z])+.)+[A-Z]([a-z])+$", String(repeating: "a", count: 60)),
    ("(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)q", String(repeating: "b", count: 3_000)),
    ("[^x]*x", String(repeating: "b", count: 500_000)),
    ("(?:.|\\n)*\\1(z)", String(repeating: "é", count: 200_000)),
  ]

  @Test(arguments: hostile.indices) func endsSoon(_ index: Int) throws {
    let (source, subject) = Self.hostile[index]
    let pattern = try Pattern(compiling: source)
    let start = ContinuousClock.now
    do throws(PatternError) {
      let found = try pattern.matches(subject)
      #expect(!found)
    } catch {
      #expect(error.kind == .searchLimit)
      #expect(error.message.contains("nested repetitions"))
    }
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  /// Long subjects are searched in windows; what is found does not depend on where they end.
  @Test func findsInLongSubjects() throws {
    let pattern = try Pattern(compiling: "(?<=é)needle$")
    for count in [1, 2_000, 2_040, 2_048, 5_000, 70_000, 300_000] {
      let text = String(repeating: "é", count: count) + "needle"
      #expect(try pattern.matches(text), "\(count)")
      #expect(try !pattern.matches(text + "!"), "\(count)")
    }
    let linear = try Pattern(compiling: "^(a|b)*$")
    #expect(try linear.matches(String(repeating: "ab", count: 20_000)))
  }

  @Test func refusesWhatIsNoUTF8() throws {
    let pattern = try Pattern(compiling: "^.*$")
    for bytes: [UInt8] in [[0xff], [0x61, 0xc3], [0xed, 0xa0, 0x80]] {
      let error = try #require(throws: PatternError.self) {
        try bytes.withUnsafeBytes { try pattern.matches($0) }
      }
      #expect(error.kind == .invalidSubject)
    }
    #expect(try [UInt8]().withUnsafeBytes { try pattern.matches($0) })
  }

  @Test func isSharedByThreads() throws {
    let pattern = try Pattern(compiling: "^(?:[a-z]+-)*\\d+$")
    let wrong = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for round in 0..<2_000 {
        let text = String(repeating: "ab-", count: round % 20) + "\(thread)"
        let found = (try? pattern.matches(text)) ?? false
        let absent = (try? pattern.matches(text + "x")) ?? true
        if !found || absent { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  /// No source, however broken, does anything but compile or fail.
  @Test func survivesRandomSources() {
    var random = SystemRandomNumberGenerator()
    let parts = [
      "(", ")", "[", "]", "{", "}", "?", "*", "+", "\\", "^", "$", "|", "a", "é", "\\d", "\\p{L}",
      "\\u", "{2,3}", "(?:", "(?<n>", "(?=", "-", "\\k<n>", "\\1", "[^", "😀", "\\b", ",", "0",
    ]
    var compiled = 0
    for _ in 0..<20_000 {
      let source = (0..<Int.random(in: 1...9, using: &random))
        .map { _ in parts.randomElement(using: &random) ?? "" }.joined()
      do {
        let pattern = try Pattern(compiling: source)
        _ = try pattern.matches("aé0😀aa")
        compiled += 1
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
    #expect(compiled > 1_000)
  }
}
