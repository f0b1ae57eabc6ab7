/// Punycode (RFC 3492): labels of host names outside ASCII, written in ASCII.
enum Punycode {
  private static func adapt(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var bias = 0
    while delta > 455 {
      delta /= 35
      bias += 36
    }
    return bias + 36 * delta / (delta + 38)
  }

  /// The scalars of a label without its `xn--`; nil where it is no Punycode. Section 6.2.
  static func decode(_ text: some Collection<UInt8>) -> [UInt32]? {
    let text = Array(text)
    var output: [UInt32] = []
    var index = 0
    if let hyphen = text.lastIndex(of: UInt8(ascii: "-")) {
      output = text[..<hyphen].map(UInt32.init)
      index = hyphen + 1
    }
    var (scalar, position, bias) = (128, 0, 72)
    while index < text.count {
      let start = position
      var weight = 1
      var base = 36
      while true {
        guard index < text.count, let digit = digit(text[index]) else { return nil }
        index += 1
        position += digit * weight
        let threshold = min(max(base - bias, 1), 26)
        if digit < threshold { break }
        weight *= 36 - threshold
        // A scalar's place in a label of 63 bytes never gets near this.
        guard weight < 1 << 40, position < 1 << 40 else { return nil }
        base += 36
      }
      let count = output.count + 1
      bias = adapt(position - start, count, isFirst: start == 0)
      scalar += position / count
      position %= count
      guard scalar <= 0x10ffff, let value = Unicode.Scalar(UInt32(scalar)) else { return nil }
      output.insert(value.value, at: position)
      position += 1
    }
    return output
  }

  private static func digit(_ byte: UInt8) -> Int? {
    if ASCII.isLetter(byte) { return Int((byte | 0x20) - 0x61) }
    return ASCII.isDigit(byte) ? Int(byte - 0x30) + 26 : nil
  }

  /// The label without its `xn--`. Section 6.3.
  static func encode(_ scalars: [UInt32]) -> [UInt8] {
    var output = scalars.filter { $0 < 128 }.map { UInt8($0) }
    let basic = output.count
    if basic > 0 { output.append(UInt8(ascii: "-")) }
    var (scalar, delta, bias, handled) = (128, 0, 72, basic)
    while handled < scalars.count {
      guard let least = scalars.lazy.map(Int.init).filter({ $0 >= scalar }).min() else { break }
      delta += (least - scalar) * (handled + 1)
      scalar = least
      for value in scalars.lazy.map(Int.init) {
        if value < scalar { delta += 1 }
        guard value == scalar else { continue }
        var rest = delta
        var base = 36
        while true {
          let threshold = min(max(base - bias, 1), 26)
          if rest < threshold { break }
          output.append(letter(threshold + (rest - threshold) % (36 - threshold)))
          rest = (rest - threshold) / (36 - threshold)
          base += 36
        }
        output.append(letter(rest))
        bias = adapt(delta, handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      scalar += 1
    }
    return output
  }

  private static func letter(_ digit: Int) -> UInt8 {
    UInt8(digit < 26 ? 0x61 + digit : 0x30 + digit - 26)
  }
}
