import MetisKit

/// An echo strategy's section of a definition.
struct EchoSection {
  /// What of the arguments to echo; all of them where it is nil.
  let field: JSONPointer?

  /// A text that goes before the echo, which is then a text too.
  let prefix: String?

  init(_ section: JSONValue) throws(ConfigError) {
    if let value = section["field"] {
      guard let text = value.string else {
        throw ConfigError(
          ["field"], "found \(value.kind), expected a JSON Pointer such as \"/message\"")
      }
      field = try JSONPointer(text)
    } else {
      field = nil
    }
    if let value = section["prefix"] {
      guard let text = value.string else {
        throw ConfigError(["prefix"], "found \(value.kind), expected a text")
      }
      prefix = text
    } else {
      prefix = nil
    }
  }
}

/// A JSON Pointer (RFC 6901).
struct JSONPointer {
  /// The pointer as written.
  let text: String
  private let tokens: [String]

  init(_ text: String) throws(ConfigError) {
    guard text.isEmpty || text.hasPrefix("/") else {
      throw ConfigError(
        ["field"], "found \"\(text)\", expected a JSON Pointer: \"/\(text)\" names the member")
    }
    var tokens: [String] = []
    for part in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .dropFirst()
    {
      tokens.append(try Self.unescape(String(Substring(part)), in: text))
    }
    self.text = text
    self.tokens = tokens
  }

  private static func unescape(_ part: String, in text: String) throws(ConfigError) -> String {
    var token = String.UnicodeScalarView()
    var scalars = part.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "~" else {
        token.append(scalar)
        continue
      }
      switch scalars.next() {
      case "0": token.append("~")
      case "1": token.append("/")
      default:
        throw ConfigError(
          ["field"], "found '~' alone in \"\(text)\", expected ~0 (for ~) or ~1 (for /)")
      }
    }
    return String(token)
  }

  /// The value that the pointer names in `root`, or nil.
  func find(in root: JSONValue) -> JSONValue? {
    var value = root
    for token in tokens {
      let next =
        switch value {
        case .object(let object): object[token]
        case .array: Self.index(token).flatMap { value[$0] }
        default: nil as JSONValue?
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }

  /// An index of RFC 6901, section 4: digits without a leading zero.
  private static func index(_ token: String) -> Int? {
    guard token == "0" || (token.utf8.first.map { (0x31...0x39).contains($0) } ?? false) else {
      return nil
    }
    return token.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(token) : nil
  }
}

/// The JSON Schema of the section.
let echoSchema: StaticString = """
  {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Echo strategy",\
  "type":"object","properties":{\
  "field":{"type":"string","pattern":"^(/([^~]|~[01])*)?$",\
  "description":"A JSON Pointer (RFC 6901) into the arguments: what to echo instead of all."},\
  "prefix":{"type":"string","description":"A text before the echo; the answer is then a text."}},\
  "additionalProperties":false}
  """
