extension ECMATranslation {
  /// What one member of a class, or one escape, stands for.
  enum Atom {
    case scalar(Unicode.Scalar)
    /// Half of a surrogate pair.
    case surrogate(UInt32)
    /// Ranges as they stand inside a class of PCRE2.
    case set(String)
    /// `\p{…}` or `\P{…}`.
    case property(String)

    /// The code point where it is one.
    var value: UInt32? {
      switch self {
      case .scalar(let scalar): scalar.value
      case .surrogate(let value): value
      case .set, .property: nil
      }
    }
  }

  /// White space and line terminators (ECMA-262, 12.2 and 12.3).
  static let space =
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}"
    + "\\x{3000}\\x{feff}"

  static let notSpace =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"
    + "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"
    + "\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

  /// Reads a class after its `[`.
  mutating func characterClass(_ start: Int) throws(PatternError) {
    let isNegated = pass("^")
    var body = ""
    while true {
      guard let scalar = next else { throw error("found '[' without its ']'", at: start) }
      index += 1
      if scalar == "]" { break }
      let place = index - 1
      let low = scalar == "\\" ? try escapedMember(place) : .scalar(scalar)
      guard next == "-", let end = peek(1), end != "]" else {
        body += Self.member(low)
        continue
      }
      index += 2
      let high = end == "\\" ? try escapedMember(index - 1) : .scalar(end)
      guard let first = low.value, let last = high.value else {
        // A class at an end of a range: the hyphen is itself (Annex B).
        body += Self.member(low) + "\\-" + Self.member(high)
        continue
      }
      guard first <= last else {
        throw error("found a range whose end stands before its start", at: place)
      }
      body += Self.range(first, last)
    }
    if body.isEmpty {
      emit(isNegated ? "(?s:.)" : "(?!)")
    } else {
      emit((isNegated ? "[^" : "[") + body + "]")
    }
  }

  private mutating func escapedMember(_ start: Int) throws(PatternError) -> Atom {
    switch next {
    case "b":
      index += 1
      return .scalar("\u{8}")
    case "-":
      index += 1
      return .scalar("-")
    default: return try classAtom(start)
    }
  }

  private static func code(_ value: UInt32) -> String { "\\x{" + String(value, radix: 16) + "}" }

  private static func member(_ atom: Atom) -> String {
    switch atom {
    case .scalar(let scalar): code(scalar.value)
    case .surrogate: ""
    case .set(let set), .property(let set): set
    }
  }

  /// A range without the surrogates at its ends.
  private static func range(_ first: UInt32, _ last: UInt32) -> String {
    let low = (0xd800...0xdfff).contains(first) ? 0xe000 : first
    let high = (0xd800...0xdfff).contains(last) ? 0xd7ff : last
    return low <= high ? code(low) + "-" + code(high) : ""
  }

  /// Reads what follows a `\` and means the same inside and outside a class.
  mutating func classAtom(_ start: Int) throws(PatternError) -> Atom {
    guard let scalar = next else { throw error("found '\\' at the end", at: start) }
    index += 1
    switch scalar {
    case "d": return .set("0-9")
    case "D": return .set("\\D")
    case "w": return .set("\\w")
    case "W": return .set("\\W")
    case "s": return .set(Self.space)
    case "S": return .set(Self.notSpace)
    case "t": return .scalar("\t")
    case "n": return .scalar("\n")
    case "v": return .scalar("\u{b}")
    case "f": return .scalar("\u{c}")
    case "r": return .scalar("\r")
    case "0":
      if let digit = next, ("0"..."9").contains(digit) {
        throw error("found an octal escape, expected \\x and two hexadecimal digits", at: start)
      }
      return .scalar("\0")
    case "c":
      guard let letter = next, letter.isASCII, letter.properties.isAlphabetic else {
        throw error("found \(found) after '\\c', expected a letter from A to Z")
      }
      index += 1
      return .scalar(Unicode.Scalar(UInt8(letter.value & 0x1f)))
    case "x": return atom(try hexadecimal(2, start))
    case "u": return try unicodeEscape(start)
    case "p", "P": return .property(try property(scalar == "P", start))
    default:
      let isLetter = scalar.isASCII ? scalar.properties.isAlphabetic : false
      guard !isLetter, !("0"..."9").contains(scalar) else {
        throw error("found '\\\(scalar)', which is no escape of ECMA-262", at: start)
      }
      return .scalar(scalar)
    }
  }

  private func atom(_ value: UInt32) -> Atom {
    Unicode.Scalar(value).map(Atom.scalar) ?? .surrogate(value)
  }

  private mutating func hexadecimal(_ count: Int, _ start: Int) throws(PatternError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let digit = next?.hexadecimalDigit else {
        throw error("found \(found), expected \(count) hexadecimal digits")
      }
      value = value << 4 | digit
      index += 1
    }
    return value
  }

  /// Reads `XXXX`, a pair of such escapes, or `{X…}`, after `\u`.
  private mutating func unicodeEscape(_ start: Int) throws(PatternError) -> Atom {
    if pass("{") {
      var value: UInt32 = 0
      var count = 0
      while let digit = next?.hexadecimalDigit {
        value = min(value << 4 | digit, 0x110000)
        count += 1
        index += 1
      }
      guard count > 0, value <= 0x10ffff, pass("}") else {
        throw error("expected \\u{…} with a code point up to 10FFFF", at: start)
      }
      return atom(value)
    }
    let unit = try hexadecimal(4, start)
    if unit & 0xfc00 == 0xd800 {
      let saved = index
      if pass("\\u"), next != "{", let low = try? hexadecimal(4, start), low & 0xfc00 == 0xdc00 {
        return atom(0x10000 + (unit & 0x3ff) << 10 + low & 0x3ff)
      }
      index = saved
    }
    return atom(unit)
  }

  /// Reads `{Name}` or `{Name=Value}` after `\p` and gives PCRE2's form of it.
  private mutating func property(_ isNegated: Bool, _ start: Int) throws(PatternError) -> String {
    guard pass("{") else { throw error("found \(found) after '\\p', expected '{'") }
    var text = ""
    while let scalar = next, scalar != "}" {
      guard scalar.isASCII,
        scalar.properties.isAlphabetic || "0123456789_=".unicodeScalars.contains(scalar)
      else { throw error("found \(found), expected the name of a Unicode property") }
      text.unicodeScalars.append(scalar)
      index += 1
    }
    guard pass("}"), !text.isEmpty else {
      throw error("found \\p without the name of a Unicode property in braces", at: start)
    }
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    let key = parts[0].lowercased().filter { $0 != "_" }
    var escape = isNegated ? "\\P{" : "\\p{"
    switch (parts.count, key) {
    case (1, "any"): return isNegated ? "\\P{Any}" : "\\p{Any}"
    case (1, "assigned"): return isNegated ? "\\p{Cn}" : "\\P{Cn}"
    case (1, _): escape += UnicodeCategories.short[key] ?? String(parts[0])
    case (2, "generalcategory"), (2, "gc"):
      let value = parts[1].lowercased().filter { $0 != "_" }
      escape += UnicodeCategories.short[value] ?? String(parts[1])
    case (2, "script"), (2, "sc"): escape += "sc:" + parts[1]
    case (2, "scriptextensions"), (2, "scx"): escape += "scx:" + parts[1]
    default:
      throw error(
        "found \\p{\(text)}, expected a category, Script, Script_Extensions or a binary property",
        at: start)
    }
    return escape + "}"
  }
}

extension Unicode.Scalar {
  /// The value of a hexadecimal digit.
  fileprivate var hexadecimalDigit: UInt32? {
    guard properties.isASCIIHexDigit else { return nil }
    return value <= 0x39 ? value - 0x30 : (value | 0x20) - 0x61 + 10
  }
}

/// The long names of the general categories (Unicode Standard Annex 44), which PCRE2 knows by their
/// short ones.
enum UnicodeCategories {
  static let short: [String: String] = [
    "letter": "L", "casedletter": "L&", "lc": "L&", "uppercaseletter": "Lu",
    "lowercaseletter": "Ll", "titlecaseletter": "Lt", "modifierletter": "Lm", "otherletter": "Lo",
    "mark": "M", "combiningmark": "M", "nonspacingmark": "Mn", "spacingmark": "Mc",
    "enclosingmark": "Me", "number": "N", "decimalnumber": "Nd", "digit": "Nd",
    "letternumber": "Nl", "othernumber": "No", "symbol": "S", "mathsymbol": "Sm",
    "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So", "punctuation": "P",
    "punct": "P", "connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps",
    "closepunctuation": "Pe", "initialpunctuation": "Pi", "finalpunctuation": "Pf",
    "otherpunctuation": "Po", "separator": "Z", "spaceseparator": "Zs", "lineseparator": "Zl",
    "paragraphseparator": "Zp", "other": "C", "control": "Cc", "cntrl": "Cc", "format": "Cf",
    "surrogate": "Cs", "privateuse": "Co", "unassigned": "Cn",
  ]
}
