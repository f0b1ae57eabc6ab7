import JSON

/// A decimal number whose digits fit a word: `mantissa` × 10^`exponent`, without loss. Nearly every
/// number of a schema or an instance is one.
struct SmallDecimal: Hashable {
  /// At most 18 digits.
  var mantissa: Int64
  /// From -18 to 18.
  var exponent: Int32

  /// Ten to the power of `exponent`, from 0 to 18. A switch becomes a table without a lazy start.
  @inline(__always)
  static func power(_ exponent: Int) -> Int64 {
    switch exponent {
    case 0: 1
    case 1: 10
    case 2: 100
    case 3: 1_000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    case 8: 100_000_000
    case 9: 1_000_000_000
    case 10: 10_000_000_000
    case 11: 100_000_000_000
    case 12: 1_000_000_000_000
    case 13: 10_000_000_000_000
    case 14: 100_000_000_000_000
    case 15: 1_000_000_000_000_000
    case 16: 10_000_000_000_000_000
    case 17: 100_000_000_000_000_000
    default: 1_000_000_000_000_000_000
    }
  }

  init(mantissa: Int64, exponent: Int32) {
    self.mantissa = mantissa
    self.exponent = exponent
  }

  /// The number that `text`, a valid JSON number, denotes; nil where it does not fit.
  @inline(__always)
  init?(_ text: UnsafeRawBufferPointer) {
    var index = 0
    let count = text.count
    let isNegative = text[0] == UInt8(ascii: "-")
    if isNegative { index = 1 }
    var value: Int64 = 0
    var digits = 0
    var shift: Int32 = 0
    var inFraction = false
    while index < count {
      let byte = text[index]
      index += 1
      if ASCII.isDigit(byte) {
        digits += value == 0 ? 0 : 1
        guard digits < 18 else { return nil }
        value = value &* 10 &+ Int64(byte &- 0x30)
        if inFraction { shift &-= 1 }
      } else if byte == UInt8(ascii: ".") {
        inFraction = true
      } else {
        guard let power = Self.power(text, index) else { return nil }
        shift &+= power
        break
      }
    }
    guard shift >= -18, shift <= 18 else { return nil }
    self.init(mantissa: isNegative ? -value : value, exponent: shift)
  }

  /// The exponent written from `index` on.
  private static func power(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int32? {
    var index = start
    var isNegative = false
    if text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      isNegative = text[index] == UInt8(ascii: "-")
      index += 1
    }
    var power: Int32 = 0
    while index < text.count {
      power = power * 10 + Int32(text[index] - 0x30)
      guard power < 100 else { return nil }
      index += 1
    }
    return isNegative ? -power : power
  }

  /// Whether the number is an integer.
  @inline(__always)
  var isInteger: Bool {
    exponent >= 0 || mantissa % Self.power(Int(-exponent)) == 0
  }

  /// Whether this is less than `other`.
  @inline(__always)
  func isLess(than other: SmallDecimal) -> Bool {
    let difference = Int(exponent) &- Int(other.exponent)
    if difference == 0 { return mantissa < other.mantissa }
    // Most bounds are short: a word holds them with a few zeros more.
    if difference < 0, difference > -10, other.mantissa.magnitude < 1_000_000_000 {
      return mantissa < other.mantissa &* Self.power(-difference)
    }
    if difference > 0, difference < 10, mantissa.magnitude < 1_000_000_000 {
      return mantissa &* Self.power(difference) < other.mantissa
    }
    return isLessScaled(than: other)
  }

  @inline(never)
  private func isLessScaled(than other: SmallDecimal) -> Bool {
    let difference = Int(exponent) - Int(other.exponent)
    // 18 digits on either side and a distance of up to 36.
    guard difference.magnitude <= 18 else {
      if mantissa == 0 || other.mantissa == 0 { return mantissa < other.mantissa }
      if (mantissa < 0) != (other.mantissa < 0) { return mantissa < 0 }
      return (difference < 0) == (mantissa > 0)
    }
    let scale = Int128(Self.power(Int(difference.magnitude)))
    return difference > 0
      ? Int128(mantissa) * scale < Int128(other.mantissa)
      : Int128(mantissa) < Int128(other.mantissa) * scale
  }

  /// Whether this is an integer times `divisor`, which is above zero; nil where it does not fit.
  func isMultiple(of divisor: SmallDecimal) -> Bool? {
    let difference = Int(exponent) - Int(divisor.exponent)
    guard difference.magnitude <= 18 else { return nil }
    let scale = Int128(Self.power(Int(difference.magnitude)))
    return difference >= 0
      ? Int128(mantissa) * scale % Int128(divisor.mantissa) == 0
      : Int128(mantissa) % (Int128(divisor.mantissa) * scale) == 0
  }
}

/// A decimal number of any size: sign, digits without zeros at either end, and the power of ten
/// that they are multiplied by. Exponents are clamped to ±10^15, beyond which no memory holds the
/// digits that would tell two numbers apart.
struct ExactDecimal: Hashable {
  var isNegative = false
  var digits: [UInt8] = []
  var exponent = 0

  static let greatestExponent = 1_000_000_000_000_000

  init(_ number: JSONNumber) {
    var inFraction = false
    var inExponent = false
    var exponentIsNegative = false
    var power = 0
    for byte in number.description.utf8 {
      switch byte {
      case UInt8(ascii: "-"):
        if inExponent { exponentIsNegative = true } else { isNegative = true }
      case UInt8(ascii: "+"): break
      case UInt8(ascii: "."): inFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"): inExponent = true
      default:
        if inExponent {
          power = min(power * 10 + Int(byte - 0x30), Self.greatestExponent)
        } else {
          if inFraction { exponent -= 1 }
          if byte != 0x30 || !digits.isEmpty { digits.append(byte - 0x30) }
        }
      }
    }
    exponent += exponentIsNegative ? -power : power
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    if digits.isEmpty {
      isNegative = false
      exponent = 0
    }
  }

  /// Whether the number is an integer.
  var isInteger: Bool { exponent >= 0 }

  /// Whether this is less than `other`.
  func isLess(than other: ExactDecimal) -> Bool {
    if digits.isEmpty || other.digits.isEmpty {
      return digits.isEmpty ? !other.digits.isEmpty && !other.isNegative : isNegative
    }
    if isNegative != other.isNegative { return isNegative }
    let (low, high) = isNegative ? (other, self) : (self, other)
    // The power of ten above the first digit decides, then the digits.
    let (lowTop, highTop) = (low.exponent + low.digits.count, high.exponent + high.digits.count)
    if lowTop != highTop { return lowTop < highTop }
    return low.digits.lexicographicallyPrecedes(high.digits)
  }

  /// Whether this is an integer times `divisor`, which has at most 18 digits and is not zero.
  func isMultiple(of divisor: ExactDecimal) -> Bool {
    guard !digits.isEmpty else { return true }
    // Without zeros at their ends the digits are no multiple of ten.
    guard exponent >= divisor.exponent else { return false }
    let modulus = divisor.digits.reduce(0 as UInt64) { $0 * 10 + UInt64($1) }
    var rest: UInt64 = 0
    for digit in digits {
      rest = UInt64((UInt128(rest) * 10 + UInt128(digit)) % UInt128(modulus))
    }
    var power = exponent - divisor.exponent
    var factor = UInt64(10) % modulus
    while power > 0 {
      if power & 1 == 1 { rest = UInt64(UInt128(rest) * UInt128(factor) % UInt128(modulus)) }
      factor = UInt64(UInt128(factor) * UInt128(factor) % UInt128(modulus))
      power >>= 1
    }
    return rest == 0
  }
}
