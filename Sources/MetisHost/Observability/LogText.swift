/// Writing text that others chose into a line of the log, so that it cannot start another line,
/// forge a field or steer a terminal.
enum LogText {
  /// Whether a scalar must not stand in a line as it is: controls (C0, DEL, C1), separators of
  /// lines, and marks that reorder the text around them.
  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: true
    case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
    default: false
    }
  }

  /// How many bytes `text` may give to a line before it is cut.
  static let longestText = 8 << 10

  /// Appends `text` for people: what is unsafe becomes `\n`, `\t`, `\r` or `\u{…}`, a backslash
  /// is doubled. Cut after `limit` bytes of it with a note of how many are missing.
  static func appendPlain(
    _ text: String, quotes: Bool = false, limit: Int = longestText, to line: inout [UInt8]
  ) {
    let (kept, cut) = bounded(text, limit)
    for scalar in kept {
      switch scalar {
      case "\\": line.append(contentsOf: "\\\\".utf8)
      case "\n": line.append(contentsOf: "\\n".utf8)
      case "\r": line.append(contentsOf: "\\r".utf8)
      case "\t": line.append(contentsOf: "\\t".utf8)
      case "\"" where quotes: line.append(contentsOf: "\\\"".utf8)
      default:
        if isUnsafe(scalar) {
          line.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
        } else {
          line.append(contentsOf: UTF8.encode(scalar)!)
        }
      }
    }
    if cut > 0 { line.append(contentsOf: "…[\(cut) bytes more]".utf8) }
  }

  /// Appends `text` as a JSON string with its quotes (RFC 8259 section 7); what is unsafe is
  /// escaped even where JSON would allow it. Cut like `appendPlain`.
  static func appendJSON(_ text: String, limit: Int = longestText, to line: inout [UInt8]) {
    let (kept, cut) = bounded(text, limit)
    line.append(UInt8(ascii: "\""))
    for scalar in kept {
      switch scalar {
      case "\\": line.append(contentsOf: "\\\\".utf8)
      case "\"": line.append(contentsOf: "\\\"".utf8)
      case "\n": line.append(contentsOf: "\\n".utf8)
      case "\r": line.append(contentsOf: "\\r".utf8)
      case "\t": line.append(contentsOf: "\\t".utf8)
      default: appendInJSON(scalar, to: &line)
      }
    }
    if cut > 0 { line.append(contentsOf: "…[\(cut) bytes more]".utf8) }
    line.append(UInt8(ascii: "\""))
  }

  /// Appends JSON that was checked already: line ends between its tokens become spaces, unsafe
  /// scalars in its strings become escapes; its meaning stays.
  static func appendChecked(json: String, to line: inout [UInt8]) {
    for scalar in json.unicodeScalars {
      if scalar.value < 0x20 {
        line.append(UInt8(ascii: " "))
      } else {
        appendInJSON(scalar, to: &line)
      }
    }
  }

  /// Appends a value of a field for people; text in quotes where it would be ambiguous without.
  static func appendPlain(_ value: LogValue, to line: inout [UInt8]) {
    switch value {
    case .string(let text):
      let bare =
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x3d }
      if bare {
        appendPlain(text, to: &line)
      } else {
        line.append(UInt8(ascii: "\""))
        appendPlain(text, quotes: true, to: &line)
        line.append(UInt8(ascii: "\""))
      }
    case .int(let number): line.append(contentsOf: "\(number)".utf8)
    case .uint(let number): line.append(contentsOf: "\(number)".utf8)
    case .double(let number): line.append(contentsOf: "\(number)".utf8)
    case .bool(let flag): line.append(contentsOf: "\(flag)".utf8)
    }
  }

  /// Appends a value of a field as JSON; a number that JSON cannot write becomes a string.
  static func appendJSON(_ value: LogValue, to line: inout [UInt8]) {
    switch value {
    case .string(let text): appendJSON(text, to: &line)
    case .double(let number) where !number.isFinite: appendJSON("\(number)", to: &line)
    case .int, .uint, .double, .bool: appendPlain(value, to: &line)
    }
  }

  private static func appendInJSON(_ scalar: Unicode.Scalar, to line: inout [UInt8]) {
    if isUnsafe(scalar) {
      // All of them lie in the basic plane: one escape each.
      let digits = String(scalar.value, radix: 16)
      line.append(contentsOf: "\\u".utf8)
      line.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
      line.append(contentsOf: digits.utf8)
    } else {
      line.append(contentsOf: UTF8.encode(scalar)!)
    }
  }

  /// The scalars of at most `limit` bytes of `text`, and how many bytes were cut off.
  private static func bounded(_ text: String, _ limit: Int) -> (Substring.UnicodeScalarView, Int) {
    let count = text.utf8.count
    guard count > limit else { return (text.unicodeScalars[...], 0) }
    var end = text.utf8.index(text.startIndex, offsetBy: limit)
    // Back to the start of a scalar.
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    let kept = text.unicodeScalars[..<end]
    return (kept, count - text.utf8.distance(from: text.startIndex, to: end))
  }
}
