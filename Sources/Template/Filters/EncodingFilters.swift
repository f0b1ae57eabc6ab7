extension Filter {
  /// Filters between values and their encodings.
  static let encodingFilters = [
    Filter("json_encode", ["pretty?"]) { input, evaluation throws(Fault) in
      let pretty = try input.bool(0)
      try evaluation.charge(input.value, at: input.offset)
      let text = input.value.encodedText(pretty: pretty)
      if pretty { try evaluation.charge(text.utf8.count, at: input.offset) }
      return .string(text)
    },
    Filter("json_decode") { input, evaluation throws(Fault) in
      let text = try input.text()
      try evaluation.charge(text.utf8.count, at: input.offset)
      do throws(JSONError) {
        return try JSONValue(json: text, limits: JSONLimits(depth: Extent.depth))
      } catch {
        throw Fault(input.offset, "the text before `| json_decode` is not JSON: \(error)")
      }
    },
    Filter("base64_encode") { input, evaluation throws(Fault) in
      let text = try evaluation.text(input.value, at: input.offset)
      try evaluation.charge(text.utf8.count / 3 * 4 + 4, at: input.offset)
      return .string(Base64.encode(text.utf8))
    },
    Filter("base64_decode") { input, evaluation throws(Fault) in
      let text = try input.text()
      try evaluation.charge(text.utf8.count, at: input.offset)
      guard let bytes = Base64.decode(text.utf8),
        let decoded = String(validating: bytes, as: UTF8.self)
      else {
        throw Fault(
          input.offset, "the text before `| base64_decode` is not base64 of a text in UTF-8")
      }
      return .string(decoded)
    },
    Filter("urlencode") { input, evaluation throws(Fault) in
      let text = try evaluation.text(input.value, at: input.offset)
      try evaluation.charge(text.utf8.count * 3, at: input.offset)
      return .string(percentEncoded(text, keep: "-._~/"))
    },
    Filter("urlencode_strict") { input, evaluation throws(Fault) in
      let text = try evaluation.text(input.value, at: input.offset)
      try evaluation.charge(text.utf8.count * 3, at: input.offset)
      return .string(percentEncoded(text, keep: "-._~"))
    },
  ]

  /// Percent-encoding (RFC 3986, section 2.1) of what is neither a letter nor a digit nor kept.
  private static func percentEncoded(_ text: String, keep: StaticString) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      let isPlain =
        Lexer.isDigit(byte) || (0x61...0x7a).contains(byte | 0x20)
        || keep.withUTF8Buffer { $0.contains(byte) }
      encoded +=
        isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}
