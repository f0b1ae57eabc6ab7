import JSON

/// What a plain scalar means: the core schema of YAML 1.2.2, section 10.3.2.
enum YAMLScalar {
  enum Meaning {
    case null
    case bool(Bool)
    case number(JSONNumber)
    /// `.inf` and `.nan` in all their spellings.
    case notFinite
    /// An octal or hexadecimal integer of more than 64 bits.
    case tooLarge
    case string
  }

  /// The meaning of a scalar without quotes and without a tag.
  static func meaning(of text: String) -> Meaning {
    let utf8 = text.utf8
    guard let first = utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
      return isNull(text) ? .null : .string
    case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
      return bool(text).map(Meaning.bool) ?? .string
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      return number(text)
    default: return .string
    }
  }

  static func isNull(_ text: String) -> Bool {
    ["", "~", "null", "Null", "NULL"].contains(text)
  }

  static func bool(_ text: String) -> Bool? {
    switch text {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }

  /// A number, or a string where it is none.
  static func number(_ text: String) -> Meaning {
    if let int = decimal(text) { return .number(JSONNumber(int)) }
    let bytes = Array(text.utf8)
    guard bytes.count > 1 else { return .string }
    if bytes[0] == UInt8(ascii: "0") {
      switch bytes[1] {
      case UInt8(ascii: "o"): return radix(bytes, 8)
      case UInt8(ascii: "x"): return radix(bytes, 16)
      default: break
      }
    }
    return real(bytes, text)
  }

  /// A decimal integer of at most 18 digits: nearly every number.
  private static func decimal(_ text: String) -> Int64? {
    let utf8 = text.utf8
    guard utf8.count <= 18 else { return nil }
    var value: Int64 = 0
    var isNegative = false
    var digits = 0
    for (index, byte) in utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        digits += 1
      case UInt8(ascii: "-") where index == 0: isNegative = true
      case UInt8(ascii: "+") where index == 0: break
      default: return nil
      }
    }
    return digits > 0 ? (isNegative ? -value : value) : nil
  }

  private static func radix(_ bytes: [UInt8], _ radix: Int) -> Meaning {
    let digits = bytes.dropFirst(2)
    let isNumber =
      !digits.isEmpty
      && digits.allSatisfy {
        switch $0 {
        case UInt8(ascii: "0")...UInt8(ascii: "7"): true
        case UInt8(ascii: "8"), UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
          UInt8(ascii: "A")...UInt8(ascii: "F"):
          radix == 16
        default: false
        }
      }
    guard isNumber else { return .string }
    guard let value = UInt64(String(decoding: digits, as: UTF8.self), radix: radix) else {
      return .tooLarge
    }
    return .number(JSONNumber(value))
  }

  /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, and the words for what is
  /// no finite number. What JSON writes otherwise is written as JSON does.
  private static func real(_ bytes: [UInt8], _ text: String) -> Meaning {
    var position = 0
    var out: [UInt8] = []
    func digits() -> ArraySlice<UInt8> {
      let start = position
      while position < bytes.count, isDigit(bytes[position]) { position += 1 }
      return bytes[start..<position]
    }
    func has(_ found: UInt8...) -> Bool {
      guard position < bytes.count, found.contains(bytes[position]) else { return false }
      position += 1
      return true
    }
    if has(UInt8(ascii: "-")) { out.append(UInt8(ascii: "-")) } else { _ = has(UInt8(ascii: "+")) }
    let rest = String(decoding: bytes[position...], as: UTF8.self)
    if [".inf", ".Inf", ".INF"].contains(rest) || [".nan", ".NaN", ".NAN"].contains(text) {
      return .notFinite
    }
    let whole = digits()
    out += whole.drop { $0 == UInt8(ascii: "0") }
    if out.last.map(isDigit) != true { out.append(UInt8(ascii: "0")) }
    if has(UInt8(ascii: ".")) {
      let fraction = digits()
      guard !whole.isEmpty || !fraction.isEmpty else { return .string }
      out += [UInt8(ascii: ".")] + (fraction.isEmpty ? [UInt8(ascii: "0")] : fraction)
    } else if whole.isEmpty {
      return .string
    }
    let mark = position
    if has(UInt8(ascii: "e"), UInt8(ascii: "E")) {
      _ = has(UInt8(ascii: "-"), UInt8(ascii: "+"))
      guard !digits().isEmpty else { return .string }
      out += bytes[mark..<position]
    }
    guard position == bytes.count,
      let number = try? JSONNumber(text: String(decoding: out, as: UTF8.self))
    else { return .string }
    return .number(number)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
