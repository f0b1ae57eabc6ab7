import JSON
import MCP
import Testing

@testable import MetisHost

/// Lists that take over what the configuration before has encoded.
@Suite struct EncodedListTests {
  private func tool(_ number: Int, _ description: String? = nil) -> Target {
    Target(
      listing: .tool(
        ToolDefinition(
          name: "tool-\(number)", title: "T", description: description,
          inputSchema: ["type": "object", "title": .string(String(repeating: "x", count: number))]
        )), seed: 1, timeout: 1)
  }

  private func list(
    _ targets: [Target], _ pageSize: Int?, before: EncodedList? = nil,
    hints: CacheHints = CacheHints()
  ) -> EncodedList {
    EncodedList(.tools, targets[...], hints, pageSize: pageSize, before: before)
  }

  /// All pages of a list, one after the other.
  private func pages(_ list: EncodedList, _ revision: ProtocolRevision) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var start: Int? = 0
    while let place = start {
      let (page, next) = list.page(revision, from: place)
      found.append(page.last)
      for entry in page.entries {
        let value = try? JSONValue(jsonBytes: Array(page.last[entry]))
        #expect(value?["name"] != nil)
      }
      start = next
    }
    return found
  }

  /// Whatever changes, the bytes are those of a list that is encoded from the beginning.
  @Test(arguments: [nil, 7]) func everyChangeGivesTheBytesOfAFreshList(_ pageSize: Int?) {
    var generator = SystemRandomNumberGenerator()
    var targets = (0..<40).map { tool($0) }
    var current = list(targets, pageSize)
    for step in 0..<120 {
      for revision in [ProtocolRevision.july2026, .newestLegacy] where step % 3 != 0 {
        #expect(pages(current, revision) == pages(list(targets, pageSize), revision))
      }
      switch step % 6 {
      case 0: targets[Int.random(in: 0..<targets.count, using: &generator)] = tool(step, "new")
      case 1: targets.insert(tool(step), at: Int.random(in: 0...targets.count))
      case 2: targets.remove(at: Int.random(in: 0..<targets.count))
      case 3: targets.swapAt(0, targets.count / 2)
      case 4: targets.reverse()
      default: break
      }
      current = list(targets, pageSize, before: current)
    }
  }

  @Test func whatIsTheSameIsNotEncodedAgain() {
    let targets = (0..<20).map { tool($0) }
    let before = list(targets, nil)
    func address(_ list: EncodedList) -> UnsafeRawPointer? {
      list.page(.july2026, from: 0).page.last.withUnsafeBytes { $0.baseAddress }
    }
    let bytes = address(before)
    // Over configurations in which nobody asked as well.
    let after = list(targets, nil, before: list(targets, nil, before: before))
    #expect(address(after) == bytes)
    // Other hints are other bytes around the same entries.
    let hinted = list(targets, nil, before: after, hints: CacheHints(ttlMs: 5, scope: "public"))
    #expect(address(hinted) != bytes)
    #expect(
      pages(hinted, .july2026)
        == pages(list(targets, nil, hints: CacheHints(ttlMs: 5, scope: "public")), .july2026))
  }

  @Test func aListIsAnotherWhereClientsSeeAnother() {
    let targets = (0..<5).map { tool($0) }
    let same = list((0..<5).map { tool($0) }, nil)
    let one = list(targets, nil)
    #expect(one.isSame(as: same) && one.fingerprint == same.fingerprint)
    var changed = targets
    changed[2] = tool(2, "other")
    let others = [
      list(changed, nil), list(Array(targets.dropLast()), nil), list(targets.reversed(), nil),
    ]
    for other in others {
      #expect(!one.isSame(as: other) && one.fingerprint != other.fingerprint)
    }
    // A cursor counts entries in pages of one size.
    #expect(list(targets, 2).fingerprint != one.fingerprint)
    #expect(list([], nil).isSame(as: list([], nil)))
  }

  /// A page that was taken over leaves nothing behind of the configuration before.
  @Test func whatWasReplacedIsFreed() {
    var targets = (0..<10).map { tool($0) }
    var current = list(targets, nil)
    weak var old: Target?
    weak var before: EncodedList?
    for round in 0..<20 {
      _ = pages(current, .july2026)
      #expect(round == 0 || (old == nil && before == nil))
      old = targets[3]
      before = current
      targets[3] = tool(round, "round")
      current = list(targets, nil, before: current)
    }
  }
}
