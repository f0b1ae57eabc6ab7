import Foundation
import JSON
import MetisConfig
import Testing

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

/// One character of a text removed, replaced or added.
private struct Damage {
  let text: String
  /// The line that it is on, from 1.
  let line: Int
  /// Of all lines below it.
  let shift: Int

  init(of text: String, using generator: inout SplitMix) {
    var characters = Array(text.unicodeScalars)
    let place = Int.random(in: 0..<characters.count, using: &generator)
    let scalar = Array("[]{}\"'=.,#\n\\ :-&*!|>%@\tax09_$é\u{0}".unicodeScalars)
      .randomElement(using: &generator)!
    line = characters[..<place].count { $0 == "\n" } + 1
    let before = characters.count { $0 == "\n" }
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: characters.remove(at: place)
    case 1: characters[place] = scalar
    default: characters.insert(scalar, at: place)
    }
    shift = characters.count { $0 == "\n" } - before
    var result = String.UnicodeScalarView()
    result.append(contentsOf: characters)
    self.text = String(result)
  }
}

@Suite struct DamageTests {
  /// A value that holds no others, and the line on which it begins.
  private struct Leaf: Hashable {
    let line: Int
    let text: String
  }

  private func leaves(_ value: ConfigValue) -> [Leaf] {
    if let entries = value.table { return entries.flatMap { leaves($0.value) } }
    if let elements = value.array { return elements.flatMap(leaves) }
    return [Leaf(line: value.place.line, text: value.toJSON().description)]
  }

  /// 500 damages of the examples: what is accepted differs on the damaged line alone, what is
  /// refused says where.
  @Test(.enabled(if: Examples.isAtHand, "not run: the examples of the plan are not at hand"))
  func damagedExamplesMeanTheSameOrSayWhere() throws {
    var generator = SplitMix(state: 88)
    var accepted = 0
    var refused = 0
    let sources = try Example.all.compactMap { example -> (Example, String, String, String?)? in
      let (text, format) = try Examples.text(example.number)
      switch example.reading {
      case .main(let files) where files.isEmpty: return (example, text, format, nil)
      case .later: return (example, text, format, nil)
      case .definition(let key): return (example, text, format, key)
      default: return nil
      }
    }
    #expect(sources.count > 30)
    for round in 0..<500 {
      let (example, text, format, key) = sources[round % sources.count]
      let damage = Damage(of: text, using: &generator)
      let folder = try Folder()
      let main: String
      if let key {
        try folder.write("config/\(key)/example.\(format)", damage.text)
        main = try folder.write("metis.toml", "\(key) = \"config/\(key)\"\n")
      } else {
        main = try folder.write("metis.\(format)", damage.text)
      }
      do {
        _ = try example.load(main)
        accepted += 1
        try expectSame(example, text, damage, format)
      } catch let errors as ConfigErrors {
        refused += 1
        #expect(!errors.errors.isEmpty)
        let lines = damage.text.unicodeScalars.count { $0 == "\n" } + 1
        for error in errors.errors {
          #expect((1...lines).contains(error.line) && error.column > 0, "\(error)")
          #expect(!error.message.isEmpty)
        }
      }
    }
    #expect(accepted + refused == 500)
    #expect(accepted > 50 && refused > 50, "\(accepted) accepted, \(refused) refused")
  }

  /// All values that are not on the damaged line are as they were.
  private func expectSame(
    _ example: Example, _ text: String, _ damage: Damage, _ format: String
  ) throws {
    let before = leaves(try ConfigSource.parse(Array(text.utf8), as: format, file: "a")).map {
      Leaf(line: $0.line > damage.line ? $0.line + damage.shift : $0.line, text: $0.text)
    }
    let after = leaves(try ConfigSource.parse(Array(damage.text.utf8), as: format, file: "a"))
    for leaf in Set(before).symmetricDifference(after) {
      // A text of several lines begins above the damage.
      let extent = leaf.text.components(separatedBy: "\\n").count
      let reach = (damage.line - extent)...(damage.line + 1)
      #expect(
        reach.contains(leaf.line),
        "example \(example.number), damage on line \(damage.line): \(leaf) changed")
    }
  }
}
