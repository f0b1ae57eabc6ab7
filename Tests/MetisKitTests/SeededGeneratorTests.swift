import MetisKit
import Testing

@Suite struct SeededGeneratorTests {
  /// The reference implementation's first outputs (prng.di.unimi.it, xoshiro256starstar.c).
  @Test func theStateOneTwoThreeFourGivesTheReferenceOutputs() {
    var random = SeededGenerator(state: (1, 2, 3, 4))
    let outputs = (0..<10).map { _ in random.next() }
    #expect(
      outputs == [
        11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
        607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
        10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
      ])
  }

  @Test func aSeedFillsTheStateBySplitMix64() {
    var seeded = SeededGenerator(seed: 0)
    var stated = SeededGenerator(
      state: (
        0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f,
        0xf88b_b8a8_724c_81ec
      ))
    for _ in 0..<100 { #expect(seeded.next() == stated.next()) }
  }

  @Test func derivedDrawsAreFixed() {
    var random = SeededGenerator(seed: 12_345)
    #expect((0..<10).map { _ in random.below(6) } == [4, 0, 5, 0, 3, 0, 0, 1, 2, 5])
    #expect(random.unit() == 0.7818442024444772)
  }

  @Test func numbersBelowABoundAreEven() {
    var random = SeededGenerator(seed: 3)
    // Two thirds of 2^64: a plain remainder would give the lower half twice as often.
    let bound: UInt64 = 0xaaaa_aaaa_aaaa_aaaa
    var low = 0
    for _ in 0..<10_000 {
      let value = random.below(bound)
      #expect(value < bound)
      if value < bound / 2 { low += 1 }
    }
    #expect((4_800...5_200).contains(low))
    #expect(random.below(1) == 0)
  }

  @Test func rangesIncludeTheirBounds() {
    var random = SeededGenerator(seed: 4)
    let values = Set((0..<200).map { _ in random.integer(in: -1...1) })
    #expect(values == [-1, 0, 1])
    #expect(random.integer(in: .min ... .min) == .min)
    let signs = Set((0..<64).map { _ in random.integer(in: .min ... .max).signum() })
    #expect(signs == [-1, 1])
  }

  @Test func unitsLieBelowOne() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<1_000 {
      let unit = random.unit()
      #expect(unit >= 0 && unit < 1)
    }
    #expect((0..<100).allSatisfy { _ in random.bool(probability: 1) })
    #expect((0..<100).allSatisfy { _ in !random.bool(probability: 0) })
  }
}
