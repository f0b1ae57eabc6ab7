/// A JSON Pointer (RFC 6901): the path to one value inside a JSON value.
public struct JSONPointer: Sendable, Hashable {
  /// The reference tokens from the root, unescaped. Empty for the whole value.
  public var tokens: [String]

  /// A pointer of unescaped reference tokens.
  public init(tokens: [String]) { self.tokens = tokens }

  /// The pointer that `text` says, such as `/tools/0/name`, or the empty text for the whole value.
  public init(_ text: String) throws(JSONPointerError) {
    guard !text.isEmpty else {
      tokens = []
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else {
      throw JSONPointerError(
        message: "found \"\(text)\", expected a JSON Pointer that begins with '/'")
    }
    var tokens: [String] = []
    for part in text.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      var token: [UInt8] = []
      var escaped = false
      for byte in part {
        switch (escaped, byte) {
        case (false, UInt8(ascii: "~")): escaped = true
        case (false, _): token.append(byte)
        case (true, UInt8(ascii: "0")):
          token.append(UInt8(ascii: "~"))
          escaped = false
        case (true, UInt8(ascii: "1")):
          token.append(UInt8(ascii: "/"))
          escaped = false
        case (true, _): throw Self.badEscape(text)
        }
      }
      if escaped { throw Self.badEscape(text) }
      tokens.append(String(decoding: token, as: UTF8.self))
    }
    self.tokens = tokens
  }

  private static func badEscape(_ text: String) -> JSONPointerError {
    JSONPointerError(message: "found '~' in \"\(text)\", expected '~0' for '~' or '~1' for '/'")
  }

  /// The pointer to the member or element `token` of what this one points to.
  public func appending(_ token: String) -> JSONPointer { JSONPointer(tokens: tokens + [token]) }

  /// The value that the pointer points to in `root`. The error names the first token that leads
  /// nowhere.
  public func evaluate(_ root: JSONValue) throws(JSONPointerError) -> JSONValue {
    var value = root
    for (depth, token) in tokens.enumerated() {
      func fail(_ what: String) -> JSONPointerError {
        let place = JSONPointer(tokens: Array(tokens[..<depth])).description
        return JSONPointerError(message: "at \"\(place)\": \(what)")
      }
      switch value {
      case .object(let object):
        guard let member = object[token] else { throw fail("found no member \"\(token)\"") }
        value = member
      case .array(let elements):
        guard let index = Self.index(token) else {
          throw fail("found \"\(token)\", expected the index of an element")
        }
        guard elements.indices.contains(index) else {
          throw fail("found \(elements.count) elements, expected one with the index \(token)")
        }
        value = elements[index]
      default:
        throw fail("found \(value.kind), expected an object or an array with \"\(token)\"")
      }
    }
    return value
  }

  /// The index that a token says: digits without a leading zero. `-`, the place after the last
  /// element, is no value (RFC 6901, section 4).
  private static func index(_ token: String) -> Int? {
    let digits = token.utf8
    guard !digits.isEmpty, digits.allSatisfy(JSONText.isDigit) else { return nil }
    guard digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
    return Int(token)
  }
}

extension JSONPointer: CustomStringConvertible {
  /// The pointer as text, escaped.
  public var description: String {
    var text: [UInt8] = []
    for token in tokens {
      text.append(UInt8(ascii: "/"))
      for byte in token.utf8 {
        switch byte {
        case UInt8(ascii: "~"): text += [UInt8(ascii: "~"), UInt8(ascii: "0")]
        case UInt8(ascii: "/"): text += [UInt8(ascii: "~"), UInt8(ascii: "1")]
        default: text.append(byte)
        }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Why a text is no JSON Pointer, or leads nowhere.
public struct JSONPointerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found and what was expected.
  public let message: String

  /// The message.
  public var description: String { "JSON Pointer: \(message)" }
}

extension JSONValue {
  /// The value at `pointer`; nil where it leads nowhere.
  public subscript(pointer: JSONPointer) -> JSONValue? { try? pointer.evaluate(self) }
}
