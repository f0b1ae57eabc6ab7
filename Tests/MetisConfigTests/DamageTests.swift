import Foundation
import JSON
import Testing

@testable import MetisConfig

/// A small generator with a fixed start: the same damages in every run.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct DamageTests {
  /// One byte removed, replaced or added: the file still loads, or every error says where.
  @Test(arguments: ["toml", "json"], ["quickstart", "protocol"])
  func damagedFilesLoadOrSayWhere(_ format: String, _ source: String) throws {
    let text =
      source == "quickstart"
      ? [UInt8](try Data(contentsOf: URL(fileURLWithPath: quickstart)))
      : Array((everySetting + "\n" + definitions).utf8)
    let tree = try ConfigSource.parse(text, as: "toml", file: source)
    let original = format == "toml" ? text : tree.toJSON().jsonBytes(pretty: true)
    let bytes = Array("[]{}\"'=.,#\n\\ ax0-_$\u{0}".utf8) + [0xff, 0xc3]
    var generator = SplitMix(state: 7)
    let folder = try Folder()
    let file = folder.path + "/metis.\(format)"
    var refused = 0
    for _ in 0..<500 {
      var damaged = original
      let place = Int.random(in: 0..<original.count, using: &generator)
      let byte = bytes.randomElement(using: &generator) ?? 0
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: damaged.remove(at: place)
      case 1: damaged[place] = byte
      default: damaged.insert(byte, at: place)
      }
      try Data(damaged).write(to: URL(fileURLWithPath: file))
      do {
        let configuration = try Configuration.load([file]) {
          $0 == "KEY" ? "0123456789abcdef" : nil
        }
        #expect(!configuration.files.isEmpty)
      } catch {
        refused += 1
        #expect(!error.errors.isEmpty)
        let lines = damaged.count { $0 == UInt8(ascii: "\n") } + 1
        for found in error.errors {
          #expect((1...lines).contains(found.line), "\(found)")
          #expect(found.column > 0, "\(found)")
          #expect(!found.message.isEmpty)
        }
      }
    }
    #expect(refused > 50)
    #expect(refused < 500)
  }
}
