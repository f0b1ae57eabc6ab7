/// A path to a key as people write it: `server.port`, `tools[0].name`, `server."a.b"`,
/// `tools.greet.mock.seed`, `tools[name=greet].mock`.
struct ConfigKeyPath {
  /// A step down.
  enum Step: Hashable {
    case key(String)
    /// The element of an array, from 0.
    case index(Int)
    /// The element of an array of tables whose `key` is `value`.
    case match(key: String, value: String)
  }

  /// Why a text is no path.
  struct Failure: Error {
    var message: String
  }

  /// How many steps there may be: trees of files are no deeper.
  static let greatestCount = ConfigSource.greatestDepth

  /// The steps from the top, at least one, the first of them a key.
  let steps: [Step]

  init(_ text: String) throws(Failure) {
    var reading = Reading(rest: Substring(text))
    var steps = [Step.key(try reading.key())]
    while let next = reading.rest.first {
      guard steps.count < Self.greatestCount else {
        throw Failure(message: "found more than \(Self.greatestCount) steps")
      }
      reading.rest.removeFirst()
      switch next {
      case ".": steps.append(.key(try reading.key()))
      case "[": steps.append(try reading.bracket())
      default: throw Failure(message: "found \"\(next)\", expected . or [")
      }
    }
    self.steps = steps
  }

  private struct Reading {
    var rest: Substring

    /// A bare or quoted key.
    mutating func key() throws(Failure) -> String {
      if let quote = rest.first, quote == "\"" || quote == "'" { return try quoted() }
      let key = rest.prefix { !".[]\"'=".contains($0) && !$0.isWhitespace }
      guard !key.isEmpty else {
        throw Failure(
          message: rest.isEmpty
            ? "found the end, expected a key" : "found \"\(rest.prefix(1))\", expected a key")
      }
      rest = rest.dropFirst(key.count)
      return String(key)
    }

    mutating func quoted() throws(Failure) -> String {
      let quote = rest.removeFirst()
      var text = ""
      while let next = rest.popFirst() {
        if next == quote { return text }
        if next == "\\", quote == "\"", let escaped = rest.popFirst() {
          text.append(escaped)
        } else {
          text.append(next)
        }
      }
      throw Failure(message: "found a quote that does not end")
    }

    /// What follows `[`, with the `]`.
    mutating func bracket() throws(Failure) -> Step {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      if !digits.isEmpty, rest.dropFirst(digits.count).first == "]" {
        rest = rest.dropFirst(digits.count + 1)
        guard let index = Int(digits) else { throw Failure(message: "found too large an index") }
        return .index(index)
      }
      let key = try key()
      guard rest.popFirst() == "=" else {
        throw Failure(message: "expected [0] or [\(key)=…]")
      }
      let value: String
      if let quote = rest.first, quote == "\"" || quote == "'" {
        value = try quoted()
      } else {
        value = String(rest.prefix { $0 != "]" })
        rest = rest.dropFirst(value.count)
      }
      guard rest.popFirst() == "]" else { throw Failure(message: "expected ] after \(value)") }
      return .match(key: key, value: value)
    }
  }

  /// The path as messages show it.
  static func text(_ steps: some Sequence<Step>) -> String {
    var text = ""
    for step in steps {
      switch step {
      case .key(let key): text += (text.isEmpty ? "" : ".") + quotedIfNeeded(key)
      case .index(let index): text += "[\(index)]"
      case .match(let key, let value):
        text += "[\(key)=\(value.contains { "]\"'\\".contains($0) } ? quoted(value) : value)]"
      }
    }
    return text
  }

  private static func quotedIfNeeded(_ key: String) -> String {
    let isBare = !key.isEmpty && !key.contains { ".[]\"'=".contains($0) || $0.isWhitespace }
    return isBare ? key : quoted(key)
  }

  private static func quoted(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
