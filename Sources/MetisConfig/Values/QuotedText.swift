/// Texts and keys in double quotes, as TOML and YAML both read them.
enum QuotedText {
  /// Whether a key of TOML may stand without quotes.
  static func isBareKey(_ key: String) -> Bool {
    !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// `text` in quotes. Escaped are quotes, backslashes, line breaks and tabs, and by their number the
  /// characters of `isEscaped`, in hexadecimal digits of the given case; all of them below U+10000.
  static func quoted(
    _ text: String, uppercase: Bool = true, where isEscaped: (Unicode.Scalar) -> Bool
  ) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      escape(scalar, into: &out, uppercase: uppercase, where: isEscaped)
    }
    return out + "\""
  }

  /// One character as ``quoted(_:uppercase:where:)`` writes it.
  static func escape(
    _ scalar: Unicode.Scalar, into out: inout String, uppercase: Bool = true,
    where isEscaped: (Unicode.Scalar) -> Bool
  ) {
    switch scalar {
    case "\"": out += "\\\""
    case "\\": out += "\\\\"
    case "\n": out += "\\n"
    case "\r": out += "\\r"
    case "\t": out += "\\t"
    case _ where isEscaped(scalar):
      let digits = String(scalar.value, radix: 16, uppercase: uppercase)
      out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: out.unicodeScalars.append(scalar)
    }
  }
}
