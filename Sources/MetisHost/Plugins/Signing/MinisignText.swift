import CSodium

/// The lines of minisign's files: comments in clear text and structures in Base64.
enum MinisignText {
  static let untrustedPrefix = "untrusted comment: "
  static let trustedPrefix = "trusted comment: "
  /// Bytes of a file of this kind; minisign itself takes 1,024 to 8,192 a line.
  static let limit = 64 << 10
  /// Bytes of a comment.
  static let commentLimit = 8192

  /// The lines of a file, without line ends.
  static func lines(_ file: [UInt8]) throws(SigningError) -> [String] {
    guard file.count <= limit else {
      throw SigningError("the file has \(file.count) bytes; expected at most \(limit)")
    }
    guard let text = String(validating: file, as: UTF8.self) else {
      throw SigningError("the file is not UTF-8")
    }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// The structure of a Base64 line.
  static func decode(_ line: String, count: Int, what: String) throws(SigningError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var length = 0
    let text = Array(line.utf8)
    let code = text.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { chars in
        sodium_base642bin(
          &bytes, count, chars.baseAddress, chars.count, nil, &length, nil,
          sodium_base64_VARIANT_ORIGINAL)
      }
    }
    guard code == 0, length == count else {
      throw SigningError("\(what) is not the Base64 of \(count) bytes")
    }
    return bytes
  }

  /// The Base64 line of a structure.
  static func encode(_ bytes: [UInt8]) -> String {
    let size = sodium_base64_encoded_len(bytes.count, sodium_base64_VARIANT_ORIGINAL)
    var text = [CChar](repeating: 0, count: size)
    sodium_bin2base64(&text, size, bytes, bytes.count, sodium_base64_VARIANT_ORIGINAL)
    return String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A comment must stay on its line.
  static func checkComment(_ comment: String) throws(SigningError) {
    guard comment.utf8.count <= commentLimit else {
      throw SigningError(
        "a comment has \(comment.utf8.count) bytes; expected at most \(commentLimit)")
    }
    guard
      !comment.unicodeScalars.contains(where: {
        $0.properties.generalCategory == .control && $0 != "\t"
      })
    else {
      throw SigningError("a comment holds a control character; expected one line of text")
    }
  }

  /// The key id as minisign prints it: eight bytes, little-endian, upper-case hexadecimal.
  static func keyIDText(_ id: [UInt8]) -> String {
    hexadecimal(id.reversed()).uppercased()
  }

  /// BLAKE2b without a key.
  static func blake2b(_ bytes: [UInt8], count: Int) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: count)
    crypto_generichash(&digest, count, bytes, UInt64(bytes.count), nil, 0)
    return digest
  }
}
