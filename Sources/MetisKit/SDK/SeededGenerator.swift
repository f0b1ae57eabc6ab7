/// A random generator whose sequence is fixed for every release: xoshiro256** 1.0 (Blackman and
/// Vigna, 2018), its state filled by SplitMix64 (Steele, Lea and Flood, 2014) from one seed.
///
/// The standard library does not promise how it derives integers and choices from a generator, so
/// what must stay the same bytes uses the functions here. Test vectors: the seed 0 fills the state
/// with e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec; the state 1, 2, 3, 4
/// gives 11520, 0, 1509978240, 1215971899390074240.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The generator of `seed`.
  public init(seed: UInt64) {
    var filler = seed
    func next() -> UInt64 {
      filler &+= 0x9e37_79b9_7f4a_7c15
      var mixed = filler
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
    state = (next(), next(), next(), next())
  }

  /// The generator in a given state, which must not be all zero.
  public init(state: (UInt64, UInt64, UInt64, UInt64)) {
    precondition(state.0 | state.1 | state.2 | state.3 != 0, "xoshiro256** cannot leave zero")
    self.state = state
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, 45)
    return result
  }

  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    (value << count) | (value >> (64 - count))
  }

  /// A number below `bound`, each as likely as the others: the high word of `next() * bound`, drawn
  /// again where the low word is below `2^64 mod bound` (Lemire, 2019). `bound` 0 stands for 2^64.
  public mutating func below(_ bound: UInt64) -> UInt64 {
    guard bound > 0 else { return next() }
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// An integer of `range`, each as likely as the others.
  public mutating func integer(in range: ClosedRange<Int64>) -> Int64 {
    let span = UInt64(bitPattern: range.upperBound &- range.lowerBound) &+ 1
    return range.lowerBound &+ Int64(bitPattern: below(span))
  }

  /// A multiple of 2^-53 from 0 up to but without 1: the upper 53 bits of `next()`.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// `true` with `probability`, from 0 (never) to 1 (always).
  public mutating func bool(probability: Double = 0.5) -> Bool { unit() < probability }
}
