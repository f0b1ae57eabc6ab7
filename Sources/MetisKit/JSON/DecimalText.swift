/// Arithmetic on the text of a JSON number, exact for any length.
struct DecimalText: Hashable {
  /// Whether the number is below zero. Zero has no sign: `-0` equals `0`.
  var isNegative = false

  /// The significant digits, as ASCII, without zeros at either end. Empty for zero.
  var digits: [UInt8] = []

  /// The power of ten by which ``digits``, read as an integer, are multiplied. 0 for zero.
  var exponent = 0

  /// Digits of an exponent beyond which it is compared by its text alone; no memory could hold the
  /// digits that would bridge two such exponents.
  private static let exponentDigits = 15

  /// The exponent's text, where it has more than ``exponentDigits`` digits.
  var hugeExponent: [UInt8] = []

  /// The number that `text`, a valid JSON number, denotes.
  init(_ text: UnsafeRawBufferPointer) {
    var index = 0
    if text[0] == UInt8(ascii: "-") {
      isNegative = true
      index = 1
    }
    var inFraction = false
    while index < text.count {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: ".") {
        inFraction = true
      } else if JSONText.isDigit(byte) {
        if inFraction { exponent -= 1 }
        if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte) }
      } else {
        addExponent(text[index...])
        break
      }
    }
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    if digits.isEmpty {
      isNegative = false
      exponent = 0
      hugeExponent = []
    }
  }

  private mutating func addExponent(_ text: Slice<UnsafeRawBufferPointer>) {
    var text = text
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative || text.first == UInt8(ascii: "+") { text = text.dropFirst() }
    text = text.drop { $0 == UInt8(ascii: "0") }
    guard text.count <= Self.exponentDigits else {
      hugeExponent = (isNegative ? [UInt8(ascii: "-")] : []) + text
      return
    }
    let value = text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    exponent += isNegative ? -value : value
  }

  /// The number as an integer of type `T`; nil where it is none or does not fit.
  func integer<T: FixedWidthInteger>(_ type: T.Type) -> T? {
    guard hugeExponent.isEmpty, exponent >= 0, digits.count + exponent <= 20 else { return nil }
    var value: T = 0
    for index in 0..<(digits.count + exponent) {
      let digit = index < digits.count ? T(digits[index] - UInt8(ascii: "0")) : 0
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      // Negative numbers are built downwards, so that the least value has a path too.
      let (sum, carry) =
        isNegative
        ? product.subtractingReportingOverflow(digit)
        : product.addingReportingOverflow(digit)
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// The integer that `text`, a valid JSON number without fraction and exponent, denotes; nil where
  /// it does not fit.
  static func int64(_ text: UnsafeRawBufferPointer) -> Int64? {
    let isNegative = text[0] == UInt8(ascii: "-")
    let first = isNegative ? 1 : 0
    guard text.count - first <= 19 else { return nil }
    // 19 digits fit UInt64.
    var magnitude: UInt64 = 0
    for index in first..<text.count {
      magnitude = magnitude &* 10 &+ UInt64(text[index] &- UInt8(ascii: "0"))
    }
    if isNegative {
      return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
    return Int64(exactly: magnitude)
  }
}
