/// Text as a terminal shows it: how wide a character is, and what stands for one that would move
/// the cursor, change colours or turn the direction of writing.
enum DisplayText {
  /// Columns that a scalar takes: 0 for combining ones, 2 for wide ones (Unicode TR 11).
  static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    case .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
      0xa000...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff,
      0x1fa70...0x1faff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }

  /// Whether a terminal would do something else than show `scalar`: controls, and the format
  /// characters that turn the direction of what follows.
  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1f, 0x7f...0x9f, 0x2028, 0x2029, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069,
      0xfeff:
      true
    default: false
    }
  }

  /// A character of one column in the place of an unsafe one: Unicode's picture of the control, or
  /// the sign for what cannot be shown.
  static func picture(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0...0x1f: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{fffd}"
    case 0x7f: "\u{2421}"
    default: "\u{fffd}"
    }
  }

  /// `text` in one line, with nothing in it that a terminal would act on.
  static func safe(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" {
        out.append(" ")
      } else {
        out.append(isUnsafe(scalar) ? picture(scalar) : scalar)
      }
    }
    return String(out)
  }
}
