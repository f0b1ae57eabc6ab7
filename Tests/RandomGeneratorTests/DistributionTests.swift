import MetisKit
import RandomGenerator
import Testing

/// Pearson's statistic of observed counts against expected ones.
private func chiSquare(_ counts: [Int], _ expected: [Double]) -> Double {
  zip(counts, expected).reduce(0) { sum, pair in
    let difference = Double(pair.0) - pair.1
    return sum + difference * difference / pair.1
  }
}

/// The bound that a fair sample exceeds once in 1,000, for `freedom` degrees: Wilson and Hilferty's
/// approximation (1931), good to a percent here. Seeds are fixed, so a test passes always or never.
private func bound(_ freedom: Int) -> Double {
  let degrees = Double(freedom)
  let term = 2 / (9 * degrees)
  let root = 1 - term + 3.0902 * term.squareRoot()
  return degrees * root * root * root
}

@Suite struct DistributionTests {
  private static let draws = 20_000

  /// Draws values of one plan, each with a seed of its own as calls have them.
  private func count(_ section: String, _ names: [String]) throws -> [Int] {
    let plan = try Plan(JSONValue(json: section))
    var counts = [Int](repeating: 0, count: names.count)
    for seed in 0..<Self.draws {
      var random = SeededGenerator(seed: UInt64(seed))
      let text = String(decoding: try plan.draw(&random), as: UTF8.self)
      counts[try #require(names.firstIndex(of: text))] += 1
    }
    return counts
  }

  @Test func integersAreUniform() throws {
    let counts = try count(#"{"type":"integer","min":-3,"max":9}"#, (-3...9).map(String.init))
    let expected = [Double](repeating: Double(Self.draws) / 13, count: 13)
    #expect(chiSquare(counts, expected) < bound(12))
  }

  @Test func choicesAreUniformAndFollowTheirWeights() throws {
    let fair = try count(#"{"type":"choice","values":[1,2,3,4,5]}"#, ["1", "2", "3", "4", "5"])
    #expect(chiSquare(fair, [Double](repeating: Double(Self.draws) / 5, count: 5)) < bound(4))
    let weighted = try count(
      #"{"type":"choice","values":["a","b","c","never"],"weights":[8,1.5,0.5,0]}"#,
      [#""a""#, #""b""#, #""c""#, #""never""#])
    #expect(weighted[3] == 0)
    let expected = [0.8, 0.15, 0.05].map { $0 * Double(Self.draws) }
    #expect(chiSquare(Array(weighted.prefix(3)), expected) < bound(2))
  }

  @Test(arguments: [0.0, 0.1, 0.5, 0.9, 1.0])
  func booleansFollowTheirProbability(probability: Double) throws {
    let counts = try count(
      #"{"type":"boolean","probability":\#(probability)}"#, ["true", "false"])
    guard probability > 0, probability < 1 else {
      #expect(counts == (probability == 0 ? [0, Self.draws] : [Self.draws, 0]))
      return
    }
    let expected = [probability, 1 - probability].map { $0 * Double(Self.draws) }
    #expect(chiSquare(counts, expected) < bound(1))
  }

  @Test func nullsFollowTheirProbability() throws {
    let counts = try count(
      #"{"type":"choice","values":[1],"nullable":0.3}"#, ["null", "1"])
    #expect(chiSquare(counts, [0.3, 0.7].map { $0 * Double(Self.draws) }) < bound(1))
  }

  @Test func floatsFillTheirRangeEvenly() throws {
    let plan = try Plan(JSONValue(json: #"{"type":"float","min":-5,"max":5}"#))
    var counts = [Int](repeating: 0, count: 20)
    for seed in 0..<Self.draws {
      var random = SeededGenerator(seed: UInt64(seed))
      let value = try #require(JSONValue(jsonBytes: plan.draw(&random)).double)
      counts[min(19, Int((value + 5) * 2))] += 1
    }
    let expected = [Double](repeating: Double(Self.draws) / 20, count: 20)
    #expect(chiSquare(counts, expected) < bound(19))
  }

  @Test func lettersAndLengthsAreUniform() throws {
    let plan = try Plan(
      JSONValue(json: #"{"type":"string","charset":"hex","min_length":1,"max_length":8}"#))
    var letters = [Int](repeating: 0, count: 16)
    var lengths = [Int](repeating: 0, count: 8)
    for seed in 0..<Self.draws {
      var random = SeededGenerator(seed: UInt64(seed))
      let text = try plan.draw(&random).dropFirst().dropLast()
      lengths[text.count - 1] += 1
      for letter in text {
        letters[try #require(Int(String(Unicode.Scalar(letter)), radix: 16))] += 1
      }
    }
    #expect(
      chiSquare(lengths, [Double](repeating: Double(Self.draws) / 8, count: 8)) < bound(7))
    let total = Double(letters.reduce(0, +))
    #expect(chiSquare(letters, [Double](repeating: total / 16, count: 16)) < bound(15))
  }
}
