import Foundation
import JSON
import Testing

@testable import MetisConfig

/// Trees of everything that configurations can hold.
private struct RandomTree {
  var generator: SplitMix
  let hasNull: Bool
  let place = ConfigPlace(file: "random")

  mutating func table(_ depth: Int) -> ConfigValue {
    var entries: [ConfigEntry] = []
    var keys: Set<String> = []
    for _ in 0..<Int.random(in: 0...5, using: &generator) {
      let key = Bool.random(using: &generator) ? word() : text()
      guard keys.insert(key).inserted else { continue }
      entries.append(ConfigEntry(key: key, at: place, value: value(depth + 1)))
    }
    return ConfigValue(.table(entries), at: place)
  }

  private mutating func value(_ depth: Int) -> ConfigValue {
    switch Int.random(in: 0..<(depth < 6 ? 14 : 9), using: &generator) {
    case 0: return leaf(.bool(Bool.random(using: &generator)))
    case 1: return leaf(.number(JSONNumber(Int64.random(in: .min ... .max, using: &generator))))
    case 2: return leaf(.number(JSONNumber(Int64.random(in: -9...9, using: &generator))))
    case 3:
      let bits = Double(bitPattern: generator.next())
      return leaf(.number(JSONNumber(bits) ?? 0))
    case 4: return leaf(.number(JSONNumber(Double.random(in: -1...1, using: &generator)) ?? 0))
    case 5: return hasNull ? leaf(.null) : leaf(.string(""))
    case 6, 7: return leaf(.string(text()))
    case 8: return leaf(.string(word()))
    case 9, 10:
      let elements = (0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth + 1) }
      return leaf(.array(elements))
    case 11:
      let elements = (0..<Int.random(in: 1...3, using: &generator)).map { _ in table(depth + 1) }
      return leaf(.array(elements))
    default: return table(depth)
    }
  }

  private func leaf(_ content: ConfigValue.Content) -> ConfigValue {
    ConfigValue(content, at: place)
  }

  private mutating func word() -> String {
    ["a", "b", "name", "yes", "no", "1", "1.5", "null", "x y", "k-1", "true", "~", "0o7", "12:30"]
      .randomElement(using: &generator) ?? ""
  }

  private mutating func text() -> String {
    let scalars = Array(
      "ab 0.:-#\"'\\\n\n\t\r[]{},&*!|>%@`?~=<é😀\u{0}\u{1b}\u{7f}\u{85}\u{2028}\u{feff}"
        .unicodeScalars)
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...8, using: &generator) {
      if let scalar = scalars.randomElement(using: &generator) { text.append(scalar) }
    }
    return String(text)
  }
}

@Suite struct RoundTripTests {
  @Test(arguments: ConfigFormat.allCases, 0..<4)
  func randomTreesReadBack(_ format: ConfigFormat, _ seed: UInt64) throws {
    var random = RandomTree(
      generator: SplitMix(state: seed * 1000), hasNull: format != .toml)
    for _ in 0..<300 {
      let tree = random.table(0)
      let text = try ConfigWriter.text(of: tree, as: format)
      let read = try parsed(text, as: format)
      try #require(read.toJSON() == tree.toJSON(), "\(text)")
      if format != .toml { #expect(order(of: read) == order(of: tree)) }
      // What was read is written as the same text: nothing hangs on places or on chance.
      if format != .toml { #expect(try ConfigWriter.text(of: read, as: format) == text) }
    }
  }

  /// The keys in the order in which they stand.
  private func order(of value: ConfigValue) -> [String] {
    (value.table ?? []).flatMap { [$0.key] + order(of: $0.value) }
      + (value.array ?? []).flatMap { order(of: $0) }
  }

  @Test(.enabled(if: !Vectors.examples.isEmpty, "not run: the examples are not at hand"))
  func examplesReadTheSameInEveryFormat() throws {
    var wholes = 0
    for file in Vectors.examples {
      let bytes = Array(try Data(contentsOf: file))
      let format = file.pathExtension
      guard let tree = try? ConfigSource.parse(bytes, as: format, file: file.lastPathComponent)
      else { continue }
      wholes += 1
      for format in ConfigFormat.allCases {
        let text: String
        do {
          text = try ConfigWriter.text(of: tree, as: format)
        } catch {
          #expect(format == .toml && error.errors.allSatisfy { $0.message.contains("found null") })
          continue
        }
        let read = try parsed(text, as: format)
        #expect(read.toJSON() == tree.toJSON(), "\(file.lastPathComponent) as \(format)")
      }
    }
    #expect(wholes >= 78, "\(wholes) of \(Vectors.examples.count) are documents")
  }
}
