import Patterns

/// Which labels IDNA 2008 allows (RFC 5891, 5892), by the Unicode tables of the standard library and
/// of PCRE2. Whether a label is in normalization form C is not checked.
enum IDNA {
  /// Whether `label`, which is not all ASCII, is a U-label but for its length.
  static func accepts(_ label: [UInt32]) -> Bool {
    guard label.first != 0x2d, label.last != 0x2d else { return false }
    if label.count >= 4, label[2] == 0x2d, label[3] == 0x2d { return false }
    guard let first = label.first.flatMap(Unicode.Scalar.init) else { return false }
    switch first.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return false
    default: break
    }
    return label.indices.allSatisfy { isAllowed(label, $0) }
  }

  /// RFC 5892, section 3, with the rules of context of appendix A.
  private static func isAllowed(_ label: [UInt32], _ index: Int) -> Bool {
    let value = label[index]
    let before = index > 0 ? label[index - 1] : nil
    let after = index + 1 < label.count ? label[index + 1] : nil
    switch value {
    case 0xdf, 0x3c2, 0x6fd, 0x6fe, 0xf0b, 0x3007: return true
    case 0x640, 0x7fa, 0x302e, 0x302f, 0x3031...0x3035, 0x303b: return false
    case 0xb7: return before == 0x6c && after == 0x6c
    case 0x375: return after.map { matches(greek, [$0]) } ?? false
    case 0x5f3, 0x5f4: return before.map { matches(hebrew, [$0]) } ?? false
    case 0x30fb: return matches(japanese, label)
    case 0x660...0x669: return !label.contains { (0x6f0...0x6f9).contains($0) }
    case 0x6f0...0x6f9: return !label.contains { (0x660...0x669).contains($0) }
    case 0x200d: return isVirama(before)
    case 0x200c: return isVirama(before) || joins(label, index)
    case 0x2d, 0x30...0x39, 0x61...0x7a: return true
    case 0x1100...0x11ff, 0xa960...0xa97f, 0xd7b0...0xd7ff: return false
    case 0x20d0...0x20ff, 0x1d100...0x1d24f: return false
    default: break
    }
    guard let scalar = Unicode.Scalar(value) else { return false }
    let properties = scalar.properties
    if properties.changesWhenNFKCCaseFolded || properties.isDefaultIgnorableCodePoint
      || properties.isWhitespace || properties.isNoncharacterCodePoint
    {
      return false
    }
    switch properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .decimalNumber,
      .nonspacingMark, .spacingMark:
      return true
    default: return false
    }
  }

  private static func isVirama(_ value: UInt32?) -> Bool {
    value.flatMap(Unicode.Scalar.init)?.properties.canonicalCombiningClass == .virama
  }

  /// Appendix A.1: a zero width non-joiner between letters that would join.
  private static func joins(_ label: [UInt32], _ index: Int) -> Bool {
    guard let left = label[..<index].last(where: { !isTransparent($0) }),
      let right = label[(index + 1)...].first(where: { !isTransparent($0) })
    else { return false }
    return JoiningTypes.joinsLeft(left) && JoiningTypes.joinsRight(right)
  }

  private static func isTransparent(_ value: UInt32) -> Bool {
    switch Unicode.Scalar(value)?.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: value != 0x200c && value != 0x200d
    default: false
    }
  }

  // Constants of this file, which the tests of formats compile.
  private static let greek = try? Pattern(compiling: "^\\p{sc:Greek}", dialect: .perl)
  private static let hebrew = try? Pattern(compiling: "^\\p{sc:Hebrew}", dialect: .perl)
  private static let japanese = try? Pattern(
    compiling: "[\\p{sc:Hiragana}\\p{sc:Katakana}\\p{sc:Han}]", dialect: .perl)

  static func matches(_ pattern: Pattern?, _ label: [UInt32]) -> Bool {
    var text = String.UnicodeScalarView()
    for value in label { if let scalar = Unicode.Scalar(value) { text.append(scalar) } }
    return (try? pattern?.matches(String(text))) ?? false
  }
}

/// The rule for names that hold a letter of a script written from right to left (RFC 5893).
enum Bidi {
  private static func pattern(_ source: String) -> Pattern? {
    // `<R>` in the sources below is a bidirectional class.
    var text = ""
    for part in source.split(separator: "<", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: ">", omittingEmptySubsequences: false)
      text += pieces.count == 2 ? "\\p{bidi_class:\(pieces[0])}\(pieces[1])" : String(part)
    }
    return try? Pattern(compiling: text, dialect: .perl)
  }

  private static let anyRightToLeft = pattern("[<R><AL><AN>]")
  private static let rightToLeft = pattern(
    "^(?=[<R><AL>])(?!.*<EN>.*<AN>)(?!.*<AN>.*<EN>)"
      + "[<R><AL><AN><EN><ES><CS><ET><ON><BN><NSM>]*[<R><AL><EN><AN>]<NSM>*\\z")
  private static let leftToRight = pattern(
    "^(?=<L>)[<L><EN><ES><CS><ET><ON><BN><NSM>]*[<L><EN>]<NSM>*\\z")

  /// Section 2: where one label is written from right to left, all labels keep the rule.
  static func accepts(_ labels: [[UInt32]]) -> Bool {
    guard
      labels.contains(where: { $0.contains { $0 >= 0x590 } && IDNA.matches(anyRightToLeft, $0) })
    else { return true }
    return labels.allSatisfy {
      IDNA.matches(rightToLeft, $0) || IDNA.matches(leftToRight, $0)
    }
  }
}
