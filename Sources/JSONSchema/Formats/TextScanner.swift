/// A position in borrowed text, and the grammars of the formats that read on from it.
struct TextScanner {
  private let text: UnsafeRawBufferPointer
  private(set) var index = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  var isAtEnd: Bool { index == text.count }

  /// What is left.
  var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: text[index...]) }

  /// The next byte, or 0 at the end.
  var next: UInt8 { index < text.count ? text[index] : 0 }

  mutating func advance() { index += 1 }

  mutating func back(to saved: Int) { index = saved }

  /// Passes over `byte` where it is next.
  @inline(__always)
  mutating func pass(_ byte: UInt8) -> Bool {
    guard index < text.count, text[index] == byte else { return false }
    index += 1
    return true
  }

  /// Passes over either of two bytes.
  @inline(__always)
  mutating func pass(_ byte: UInt8, or other: UInt8) -> Bool { pass(byte) || pass(other) }

  /// Reads exactly `count` digits.
  @inline(__always)
  mutating func number(digits count: Int) -> Int? {
    guard text.count - index >= count else { return nil }
    var value = 0
    for _ in 0..<count {
      guard ASCII.isDigit(text[index]) else { return nil }
      value = value * 10 + Int(text[index] - 0x30)
      index += 1
    }
    return value
  }

  /// Passes over digits; gives how many.
  mutating func digits() -> Int {
    let start = index
    while index < text.count, ASCII.isDigit(text[index]) { index += 1 }
    return index - start
  }

  /// Passes over one hexadecimal digit.
  mutating func hexadecimal() -> Bool {
    guard index < text.count, ASCII.isHexadecimal(text[index]) else { return false }
    index += 1
    return true
  }

  /// Passes over `%` and two hexadecimal digits.
  mutating func percentEncoded() -> Bool {
    pass(UInt8(ascii: "%")) && hexadecimal() && hexadecimal()
  }

  /// The scalar that begins here, in valid UTF-8, and passes over it; nil at the end.
  mutating func scalar() -> UInt32? {
    guard index < text.count else { return nil }
    let lead = text[index]
    let count = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    guard index + count <= text.count else { return nil }
    var value = UInt32(lead)
    if count > 1 { value &= 0x7f >> UInt32(count) }
    for offset in 1..<max(count, 1) { value = value << 6 | UInt32(text[index + offset] & 0x3f) }
    index += count
    return value
  }
}

// RFC 3339, section 5.6 and appendix A.
extension TextScanner {
  mutating func dateTime() -> Bool {
    date() && pass(UInt8(ascii: "T"), or: UInt8(ascii: "t")) && time()
  }

  mutating func date() -> Bool {
    guard let year = number(digits: 4), pass(UInt8(ascii: "-")),
      let month = number(digits: 2), (1...12).contains(month), pass(UInt8(ascii: "-")),
      let day = number(digits: 2), day >= 1
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let last = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    return day <= last
  }

  mutating func time() -> Bool {
    guard let hour = number(digits: 2), hour <= 23, pass(UInt8(ascii: ":")),
      let minute = number(digits: 2), minute <= 59, pass(UInt8(ascii: ":")),
      let second = number(digits: 2), second <= 60
    else { return false }
    if pass(UInt8(ascii: ".")), digits() == 0 { return false }
    var offset = 0
    if !pass(UInt8(ascii: "Z"), or: UInt8(ascii: "z")) {
      let isEast = next == UInt8(ascii: "+")
      guard pass(UInt8(ascii: "+"), or: UInt8(ascii: "-")),
        let hours = number(digits: 2), hours <= 23, pass(UInt8(ascii: ":")),
        let minutes = number(digits: 2), minutes <= 59
      else { return false }
      offset = (hours * 60 + minutes) * (isEast ? 1 : -1)
    }
    // A leap second is the last second of a day in UTC.
    guard second == 60 else { return true }
    return (hour * 60 + minute - offset + 2880) % 1440 == 1439
  }

  mutating func duration() -> Bool {
    guard pass(UInt8(ascii: "P")) else { return false }
    let saved = index
    if digits() > 0, pass(UInt8(ascii: "W")) { return true }
    index = saved
    let hasDate: Bool
    switch units("Y", "M", "D") {
    case nil: return false
    case let found?: hasDate = found
    }
    guard pass(UInt8(ascii: "T")) else { return hasDate }
    return units("H", "M", "S") ?? false
  }

  /// Reads numbers with the given units, in order and without a gap between them; whether there is
  /// any, nil where they break the rule.
  private mutating func units(_ names: Unicode.Scalar...) -> Bool? {
    var last: Int?
    while ASCII.isDigit(next) {
      _ = digits()
      let unit = next
      guard let place = names.firstIndex(where: { UInt8(ascii: $0) == unit }) else { return nil }
      if let last, place != last + 1 { return nil }
      last = place
      index += 1
    }
    return last != nil
  }
}

// RFC 4122, RFC 6901 and the draft of relative JSON Pointers.
extension TextScanner {
  mutating func uuid() -> Bool {
    for (place, count) in [8, 4, 4, 4, 12].enumerated() {
      if place > 0, !pass(UInt8(ascii: "-")) { return false }
      for _ in 0..<count where !hexadecimal() { return false }
    }
    return true
  }

  mutating func jsonPointer() -> Bool {
    guard isAtEnd || next == UInt8(ascii: "/") else { return false }
    while !isAtEnd {
      if pass(UInt8(ascii: "~")) {
        guard pass(UInt8(ascii: "0"), or: UInt8(ascii: "1")) else { return false }
      } else {
        index += 1
      }
    }
    return true
  }

  mutating func relativeJSONPointer() -> Bool {
    let isZero = next == UInt8(ascii: "0")
    let count = digits()
    guard count > 0, !isZero || count == 1 else { return false }
    if pass(UInt8(ascii: "+"), or: UInt8(ascii: "-")) {
      // The draft of 2020 moves an index: a number without a leading zero follows.
      let isZero = next == UInt8(ascii: "0")
      let count = digits()
      guard count > 0, !isZero else { return false }
    }
    if pass(UInt8(ascii: "#")) { return isAtEnd }
    return jsonPointer()
  }
}
