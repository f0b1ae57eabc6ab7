/// The syntax of URIs (RFC 3986) and of templates of URIs (RFC 6570), as far as configurations need
/// it: that something is one, and which variables it has.
enum URISyntax {
  /// What is wrong with a text. Never quotes more of it than one character.
  struct Failure: Error {
    var message: String
    var hint: String?
  }

  /// Refuses what is no absolute URI.
  static func check(_ text: String) throws(Failure) {
    try checkScheme(text)
    let bytes = Array(text.utf8)
    var position = 0
    while position < bytes.count { try literal(bytes, &position) }
  }

  /// The variables of a template in the order in which they first stand.
  static func templateVariables(_ text: String) throws(Failure) -> [String] {
    // A template may begin with a variable that brings the scheme.
    if !text.hasPrefix("{") { try checkScheme(text) }
    let bytes = Array(text.utf8)
    var variables: [String] = []
    var position = 0
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "{") else {
        try literal(bytes, &position)
        continue
      }
      guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "}")) else {
        throw Failure(message: "found { without }, expected an expression such as {id}")
      }
      for name in try expression(bytes[(position + 1)..<end]) where !variables.contains(name) {
        variables.append(name)
      }
      position = end + 1
    }
    return variables
  }

  /// What stands after the last `/`, or without one after the first `:`; slashes at the end do not
  /// count. The whole text where that is empty.
  static func lastSegment(of text: String) -> String {
    var rest = text[...]
    while rest.hasSuffix("/") { rest = rest.dropLast() }
    let segment: Substring
    if let slash = rest.lastIndex(of: "/") {
      segment = rest[rest.index(after: slash)...]
    } else if let colon = rest.firstIndex(of: ":") {
      segment = rest[rest.index(after: colon)...]
    } else {
      segment = rest
    }
    return segment.isEmpty ? text : String(segment)
  }

  private static func checkScheme(_ text: String) throws(Failure) {
    let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
    let isScheme =
      scheme.first.map(isLetter) == true && scheme.count < text.utf8.count
      && scheme.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    guard isScheme else {
      throw Failure(
        message: "found no scheme, expected a URI", hint: "write it as scheme:…, such as notes://a")
    }
  }

  /// One character outside expressions.
  private static func literal(_ bytes: [UInt8], _ position: inout Int) throws(Failure) {
    let byte = bytes[position]
    if byte == UInt8(ascii: "%") {
      guard position + 2 < bytes.count, bytes[position + 1...position + 2].allSatisfy(isHexadecimal)
      else { throw Failure(message: "found % without two hexadecimal digits") }
      position += 3
      return
    }
    guard isLetter(byte) || isDigit(byte) || "-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte) else {
      let character = String(decoding: bytes[position...], as: UTF8.self).unicodeScalars.first
      let shown = byte > 0x20 && byte != 0x7f ? character.map { "\"\($0)\"" } : nil
      throw Failure(
        message: "found \(shown ?? "white space or a control character"), which no URI has",
        hint: "percent-encode it (RFC 3986, section 2.1)")
    }
    position += 1
  }

  /// The variables of the expression between braces.
  private static func expression(_ bytes: ArraySlice<UInt8>) throws(Failure) -> [String] {
    var bytes = bytes
    if let first = bytes.first {
      if "=,!@|".utf8.contains(first) {
        throw Failure(
          message: "found an operator that RFC 6570 reserves, expected one of +#./;?& or none")
      }
      if "+#./;?&".utf8.contains(first) { bytes = bytes.dropFirst() }
    }
    var names: [String] = []
    for part in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      var name = part
      if name.last == UInt8(ascii: "*") {
        name = name.dropLast()
      } else if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
        let digits = name[(colon + 1)...]
        // RFC 6570, section 2.4.1: below 10,000, and no zero in front.
        guard (1...4).contains(digits.count), digits.allSatisfy(isDigit),
          digits.first != UInt8(ascii: "0")
        else {
          throw Failure(message: "found a prefix that is no length, expected one such as {id:3}")
        }
        name = name[..<colon]
      }
      let isName =
        !name.isEmpty && name.first != UInt8(ascii: ".") && name.last != UInt8(ascii: ".")
        && name.allSatisfy { isLetter($0) || isDigit($0) || "_.%".utf8.contains($0) }
      guard isName else {
        throw Failure(
          message: "found an expression without the name of a variable, expected one such as {id}",
          hint: "names consist of letters, digits and _ (RFC 6570, section 2.3)")
      }
      names.append(String(decoding: name, as: UTF8.self))
    }
    return names
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
