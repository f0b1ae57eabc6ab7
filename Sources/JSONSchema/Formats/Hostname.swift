/// Host names (RFC 1123, section 2.1) and internationalized ones (RFC 5890 to 5893).
enum Hostname {
  /// Whether `text` is a host name in ASCII. Labels with `xn--` must decode to what IDNA allows.
  static func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
    guard !text.isEmpty, text.count <= 253 else { return false }
    var start = 0
    var encoded = false
    while start <= text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: ".") { end += 1 }
      guard isASCIILabel(text, start, end) else { return false }
      if end - start >= 4, isEncoded(text[start..<end]) { encoded = true }
      start = end + 1
    }
    return !encoded || acceptsInternational(text)
  }

  private static func isASCIILabel(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int
  ) -> Bool {
    guard end > start, end - start <= 63, text[start] != UInt8(ascii: "-"),
      text[end - 1] != UInt8(ascii: "-")
    else { return false }
    for index in start..<end
    where !ASCII.isAlphanumeric(text[index]) && text[index] != UInt8(ascii: "-") {
      return false
    }
    return true
  }

  private static func isEncoded(_ label: some Collection<UInt8>) -> Bool {
    label.prefix(4).elementsEqual("xn--".utf8) { $0 | 0x20 == $1 | 0x20 }
  }

  /// Whether `text` is a host name whose labels are U-labels, A-labels or plain ones.
  static func acceptsInternational(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count <= 4 * 253 else { return false }
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars.map(\.value)
    let parts = scalars.split(omittingEmptySubsequences: false) { separators.contains($0) }
    var labels: [[UInt32]] = []
    var length = parts.count - 1
    for part in parts {
      guard let (label, count) = label(Array(part)) else { return false }
      labels.append(label)
      length += count
    }
    return length <= 253 && Bidi.accepts(labels)
  }

  private static let separators: Set<UInt32> = [0x2e, 0x3002, 0xff0e, 0xff61]

  /// The scalars that `label` stands for and the length of its form in ASCII; nil where it is no
  /// valid label.
  private static func label(_ label: [UInt32]) -> ([UInt32], Int)? {
    guard !label.isEmpty, label.count <= 63 else { return nil }
    guard label.allSatisfy({ $0 < 0x80 }) else {
      let count = 4 + Punycode.encode(label).count
      return count <= 63 && IDNA.accepts(label) ? (label, count) : nil
    }
    let bytes = label.map { UInt8($0) }
    let isPlain = bytes.withUnsafeBytes { isASCIILabel($0, 0, $0.count) }
    guard isPlain else { return nil }
    guard isEncoded(bytes) else {
      let isReserved = label.count >= 4 && label[2] == 0x2d && label[3] == 0x2d
      return isReserved ? nil : (label, label.count)
    }
    let lower = bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    guard let decoded = Punycode.decode(lower.dropFirst(4)),
      !decoded.allSatisfy({ $0 < 0x80 }),
      Punycode.encode(decoded).elementsEqual(lower.dropFirst(4)), IDNA.accepts(decoded)
    else { return nil }
    return (decoded, label.count)
  }

  /// Whether `text` is the domain of an internationalized mailbox (RFC 6531, section 3.3): labels of
  /// letters, digits, hyphens and whatever stands outside ASCII.
  static func acceptsMailDomain(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.contains(where: { $0 >= 0x80 }) else { return accepts(text) }
    let labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return text.count <= 1012
      && labels.allSatisfy { label in
        guard let first = label.first, let last = label.last else { return false }
        let hyphen = UInt8(ascii: "-")
        return first != hyphen && last != hyphen
          && label.allSatisfy { $0 >= 0x80 || ASCII.isAlphanumeric($0) || $0 == hyphen }
      }
  }
}
