/// A template of URIs (RFC 6570): expands to a URI, and finds the values in a URI that it could
/// have expanded to.
///
/// Values are strings, which are levels 1 to 3 of the RFC, and the prefix modifier `:n`. An exploded
/// variable `*` is one string as well: `{/path*}` stands for several segments, `{?tag*}` for a
/// parameter that repeats, joined by commas.
///
/// Matching takes time in proportion to the length of the URI times that of the template, whatever
/// both say. The parameters of `{?…}`, `{&…}` and `{;…}` may stand in any order or be absent, and so
/// may the fragment of `{#…}`; every other variable has at least one character. A value of `{id}`
/// ends at `/`, `?` and `#`; that of `{+id}` and `{#id}` does not.
public struct URITemplate: Sendable {
  /// The template as it was written.
  public let text: String
  /// The names of its variables in the order in which they first stand.
  public let variables: [String]
  /// How many bytes stand outside of expressions.
  public let literalCount: Int
  /// How many variables match across `/`.
  public let reservedCount: Int

  let parts: [Part]
  let steps: [Step]

  /// The longest URI that is matched, in bytes.
  public static let greatestURI = 8192

  /// What stands in a template.
  enum Part: Sendable {
    case literal([UInt8])
    case expression(operator: UInt8, [Variable])
  }

  /// One variable of an expression.
  struct Variable: Sendable {
    /// Its place in ``URITemplate/variables``.
    var place: Int
    var name: [UInt8]
    /// `:n`.
    var prefix: Int?
    /// `*`.
    var isExploded: Bool
  }

  /// Why a text is no template.
  public struct Failure: Error, Sendable {
    /// What was found and what was expected.
    public let message: String
  }

  /// Reads a template.
  public init(_ text: String) throws(Failure) {
    var parser = TemplateParser(Array(text.utf8))
    try parser.parse()
    self.text = text
    variables = parser.names.map { String(decoding: $0, as: UTF8.self) }
    parts = parser.parts
    literalCount = parts.reduce(0) { sum, part in
      if case .literal(let bytes) = part { sum + bytes.count } else { sum }
    }
    reservedCount = parts.reduce(0) { sum, part in
      if case .expression(let kind, let list) = part, "+#".utf8.contains(kind) {
        sum + list.count
      } else {
        sum
      }
    }
    steps = TemplateMatching.steps(parts)
  }

  /// Whether this template is tried before `other` where both match: the one that says more in
  /// literal text, then the one with fewer variables, then the one that crosses fewer slashes.
  public func isMoreSpecific(than other: URITemplate) -> Bool {
    if literalCount != other.literalCount { return literalCount > other.literalCount }
    if variables.count != other.variables.count { return variables.count < other.variables.count }
    return reservedCount < other.reservedCount
  }

  // MARK: Expansion

  /// The URI for `values` (RFC 6570 section 3); variables without a value are left out.
  public func expand(_ values: [String: String]) -> String {
    var output: [UInt8] = []
    for part in parts {
      switch part {
      case .literal(let bytes): output += bytes
      case .expression(let kind, let list):
        let rules = ExpansionRules(kind)
        var isFirst = true
        for variable in list {
          guard let value = values[variables[variable.place]] else { continue }
          if isFirst, let first = rules.first { output.append(first) }
          if !isFirst { output.append(rules.separator) }
          isFirst = false
          if rules.isNamed {
            output += variable.name
            if value.isEmpty {
              if rules.emptyHasSign { output.append(UInt8(ascii: "=")) }
              continue
            }
            output.append(UInt8(ascii: "="))
          }
          let shown = variable.prefix.map { String(value.unicodeScalars.prefix($0)) } ?? value
          ExpansionRules.encode(shown, allowsReserved: rules.allowsReserved, into: &output)
        }
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}

/// The table of RFC 6570, appendix A.
struct ExpansionRules {
  var first: UInt8?
  var separator: UInt8
  var isNamed: Bool
  var emptyHasSign: Bool
  var allowsReserved: Bool

  /// The rules of an operator; 0 for an expression without one.
  init(_ kind: UInt8) {
    first = kind == 0 || kind == UInt8(ascii: "+") ? nil : kind
    switch kind {
    case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ";"): separator = kind
    case UInt8(ascii: "?"), UInt8(ascii: "&"): separator = UInt8(ascii: "&")
    default: separator = UInt8(ascii: ",")
    }
    isNamed = ";?&".utf8.contains(kind)
    emptyHasSign = "?&".utf8.contains(kind)
    allowsReserved = "+#".utf8.contains(kind)
  }

  /// Percent-encodes what may not stand there (RFC 3986 section 2).
  static func encode(_ text: String, allowsReserved: Bool, into output: inout [UInt8]) {
    let bytes = Array(text.utf8)
    let digits = Array("0123456789ABCDEF".utf8)
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if isUnreserved(byte) || (allowsReserved && isReserved(byte)) {
        output.append(byte)
      } else if allowsReserved, byte == UInt8(ascii: "%"), position + 2 < bytes.count,
        Percent.value(bytes[position + 1]) != nil, Percent.value(bytes[position + 2]) != nil
      {
        output += bytes[position...position + 2]
        position += 2
      } else {
        output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
      position += 1
    }
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    TemplateParser.isLetter(byte) || TemplateParser.isDigit(byte) || "-._~".utf8.contains(byte)
  }

  private static func isReserved(_ byte: UInt8) -> Bool {
    ":/?#[]@!$&'()*+,;=".utf8.contains(byte)
  }
}

/// Percent-encoding (RFC 3986 section 2.1).
enum Percent {
  /// The value of a hexadecimal digit.
  static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The text that `bytes` encode; nil where an escape is malformed or the bytes are no UTF-8.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> String? {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == UInt8(ascii: "%") else {
        output.append(byte)
        position += 1
        continue
      }
      guard position + 2 < bytes.count, let high = value(bytes[position + 1]),
        let low = value(bytes[position + 2])
      else { return nil }
      output.append(high << 4 | low)
      position += 3
    }
    return String(validating: output, as: UTF8.self)
  }
}

/// Takes a template apart.
struct TemplateParser {
  private let bytes: [UInt8]
  private(set) var parts: [URITemplate.Part] = []
  private(set) var names: [[UInt8]] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws(URITemplate.Failure) {
    var position = 0
    var literal: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "}") {
        throw URITemplate.Failure(message: "found } without {, expected an expression such as {id}")
      }
      guard byte == UInt8(ascii: "{") else {
        literal.append(byte)
        position += 1
        continue
      }
      guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "}")) else {
        throw URITemplate.Failure(message: "found { without }, expected an expression such as {id}")
      }
      if !literal.isEmpty { parts.append(.literal(literal)) }
      literal = []
      try expression(bytes[(position + 1)..<end])
      position = end + 1
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
  }

  private mutating func expression(_ text: ArraySlice<UInt8>) throws(URITemplate.Failure) {
    var text = text
    var kind: UInt8 = 0
    if let first = text.first, "+#./;?&".utf8.contains(first) {
      kind = first
      text = text.dropFirst()
    }
    var list: [URITemplate.Variable] = []
    for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      list.append(try variable(part))
    }
    parts.append(.expression(operator: kind, list))
  }

  private mutating func variable(
    _ text: ArraySlice<UInt8>
  ) throws(URITemplate.Failure) -> URITemplate.Variable {
    var name = text
    var prefix: Int?
    let isExploded = name.last == UInt8(ascii: "*")
    if isExploded {
      name = name.dropLast()
    } else if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
      let digits = name[(colon + 1)...]
      guard (1...4).contains(digits.count), digits.allSatisfy(TemplateParser.isDigit),
        digits.first != UInt8(ascii: "0")
      else {
        throw URITemplate.Failure(
          message: "found a prefix that is no length, expected one from 1 to 9999 such as {id:3}")
      }
      prefix = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
      name = name[..<colon]
    }
    let isName =
      !name.isEmpty
      && name.allSatisfy {
        TemplateParser.isLetter($0) || TemplateParser.isDigit($0) || "_.%".utf8.contains($0)
      }
    guard isName else {
      throw URITemplate.Failure(
        message: "found an expression without the name of a variable, expected one such as {id}")
    }
    let bytes = Array(name)
    let place = names.firstIndex(of: bytes) ?? names.count
    if place == names.count { names.append(bytes) }
    return URITemplate.Variable(place: place, name: bytes, prefix: prefix, isExploded: isExploded)
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
