/// Secrets inside of texts, and references in place of secrets.
enum SecretText {
  /// What stands for a secret.
  static let stars = "***"

  /// The ranges in `bytes` that are the passwords of URLs, `scheme://user:password@host`, and of
  /// connection strings, `Password=…;`. References, `${NAME}`, are no passwords.
  static func passwords(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    let found = urlPasswords(in: bytes) + fieldPasswords(in: bytes)
    return found.filter { !$0.isEmpty && !isReference(bytes[$0]) }
  }

  /// `text` with its ``passwords(in:)`` starred out.
  static func withoutPasswords(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let ranges = passwords(in: bytes[...])
    guard !ranges.isEmpty else { return text }
    var out: [UInt8] = []
    var position = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound })
    where range.lowerBound >= position {
      out += bytes[position..<range.lowerBound]
      out += Array(stars.utf8)
      position = range.upperBound
    }
    return String(decoding: out + bytes[position...], as: UTF8.self)
  }

  /// Whether all of `bytes` comes from elsewhere: one reference without a default, `${NAME}`,
  /// `${file:PATH}`.
  static func isReference(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.starts(with: "${".utf8), bytes.last == UInt8(ascii: "}") else { return false }
    let inner = bytes.dropFirst(2).dropLast()
    return !inner.isEmpty && !inner.contains(UInt8(ascii: "}")) && !contains(":-", in: inner)
  }

  /// Whether `text`, the value of a secret key, gives nothing away: it is empty, or comes from
  /// elsewhere, or is a URL that names nobody and asks nothing. `Bearer ${TOKEN}` comes from
  /// elsewhere; the default of `${TOKEN:-abc}` does not.
  static func isHarmless(_ text: String) -> Bool {
    literals(of: Array(text.utf8)).allSatisfy { literal in
      literal.allSatisfy { $0 == UInt8(ascii: "*") || $0 <= 0x20 } || isOpenURL(literal)
    }
  }

  /// `text`, the value of a secret key, as it may be shown: a URL without its password, all else as
  /// stars.
  static func masked(_ text: String) -> String {
    let bytes = Array(text.utf8)
    if text.isEmpty || isReference(bytes[...]) || isOpenURL(bytes[...]) { return text }
    let without = withoutPasswords(text)
    let isURL = without != text && contains("://", in: bytes[...])
    return isURL && !bytes.contains(UInt8(ascii: "?")) ? without : stars
  }

  /// A URL without a user and a query.
  private static func isOpenURL(_ text: ArraySlice<UInt8>) -> Bool {
    contains("://", in: text) && !text.contains { "@?#".utf8.contains($0) }
  }

  /// What stands in the clear in a text: the defaults of its references, or all of it where it has
  /// none.
  private static func literals(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var defaults: [ArraySlice<UInt8>] = []
    var hasReference = false
    var position = 0
    while position < bytes.count {
      let rest = bytes[position...]
      if rest.starts(with: "$${".utf8) {
        position += 3
      } else if rest.starts(with: "${".utf8), let close = rest.firstIndex(of: UInt8(ascii: "}")) {
        hasReference = true
        let inner = rest[(position + 2)..<close]
        let separator: StaticString = ":-"
        if let start = separator.withUTF8Buffer({ find($0, in: inner, from: inner.startIndex) }) {
          defaults.append(inner[(start + 2)...])
        }
        position = close + 1
      } else {
        position += 1
      }
    }
    return hasReference ? defaults : [bytes[...]]
  }

  private static func contains(_ text: StaticString, in bytes: ArraySlice<UInt8>) -> Bool {
    text.withUTF8Buffer { find($0, in: bytes, from: bytes.startIndex) != nil }
  }

  private static func find(
    _ pattern: UnsafeBufferPointer<UInt8>, in bytes: ArraySlice<UInt8>, from start: Int
  ) -> Int? {
    var position = start
    while position + pattern.count <= bytes.endIndex {
      if bytes[position] == pattern[0], bytes[position...].starts(with: pattern) {
        return position
      }
      position += 1
    }
    return nil
  }

  private static func urlPasswords(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    let separator: StaticString = "://"
    return separator.withUTF8Buffer { separator in
      var found: [Range<Int>] = []
      var position = bytes.startIndex
      while let start = find(separator, in: bytes, from: position) {
        let authority = start + separator.count
        position = authority
        // The authority ends at a slash or at what no URL holds. A reference has a colon and a
        // slash of its own.
        var end = authority
        var at: Int?
        var colon: Int?
        var isReference = false
        while end < bytes.endIndex {
          let byte = bytes[end]
          if bytes[end...].starts(with: "${".utf8) { isReference = true }
          if isReference {
            if byte == UInt8(ascii: "}") { isReference = false }
          } else if byte == UInt8(ascii: "@") {
            at = end
          } else if byte == UInt8(ascii: ":"), colon == nil, at == nil {
            colon = end
          } else if byte <= 0x20 || "/\"'<>?#".utf8.contains(byte) {
            break
          }
          end += 1
        }
        if let at, let colon, colon + 1 < at { found.append((colon + 1)..<at) }
        position = max(position, end)
      }
      return found
    }
  }

  private static func fieldPasswords(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for start in bytes.indices where bytes[start] == UInt8(ascii: "=") {
      var begin = start
      while begin > bytes.startIndex, isLetter(bytes[begin - 1]) { begin -= 1 }
      let name = String(decoding: bytes[begin..<start], as: UTF8.self).lowercased()
      guard name == "password" || name == "pwd" else { continue }
      let rest = bytes[(start + 1)...]
      let end = rest.firstIndex { $0 <= 0x20 || ";&\"'".utf8.contains($0) } ?? bytes.endIndex
      if end > start + 1 { found.append((start + 1)..<end) }
    }
    return found
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
