import MetisKit

/// One member of `when` or `context`: where to look, and what must stand there.
struct RuleCondition: Sendable {
  /// What the path leads into.
  enum Subject: Sendable {
    /// The arguments of the call.
    case arguments
    /// The context of the call (`context` of `metis/ext/strategy.h`).
    case context
    /// The name or URI as the client wrote it.
    case target
  }

  let subject: Subject
  /// Names and indices from the subject to the value.
  let path: [String]
  /// How the configuration names the place: `name`, `/user/id`, `context.client`.
  let place: String
  let matcher: Matcher

  /// The value at the place in `root`; nil where there is none.
  func value(in root: JSONValue) -> JSONValue? {
    var current = root
    for token in path {
      guard let next = Self.child(of: current, token) else { return nil }
      current = next
    }
    return current
  }

  /// The child that a token of a JSON Pointer names (RFC 6901, section 4).
  private static func child(of value: JSONValue, _ token: String) -> JSONValue? {
    guard case .array(let elements) = value else { return value[token] }
    let digits = token.utf8
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      digits.count == 1 || digits.first != 0x30, let index = Int(token)
    else { return nil }
    return elements.indices.contains(index) ? elements[index] : nil
  }

  // MARK: Compiling

  /// The conditions on arguments of the table `when`, which stands at `path`.
  static func arguments(
    _ when: JSONValue, at path: [String]
  ) throws(ConfigError) -> [RuleCondition] {
    guard let table = when.object else {
      throw ConfigError(
        path, "found \(when.kind), expected a table of arguments such as { name = \"x\" }")
    }
    var conditions: [RuleCondition] = []
    for (name, operand) in table {
      let path = path + [name]
      conditions.append(
        RuleCondition(
          subject: .arguments, path: try tokens(name, path), place: name,
          matcher: try MatcherCompiler.compile(operand, at: path)))
    }
    return conditions
  }

  /// What `context` knows by name, and where each stands in the context.
  private static let facts: [(name: String, subject: Subject, path: [String])] = [
    ("client", .context, ["client", "name"]), ("client_version", .context, ["client", "version"]),
    ("session", .context, ["session"]), ("revision", .context, ["revision"]),
    ("principal", .context, ["principal", "id"]), ("transport", .context, ["transport"]),
    ("target", .target, []),
  ]

  /// The conditions on the caller of the table `context`, which stands at `path`.
  static func context(
    _ context: JSONValue, at path: [String]
  ) throws(ConfigError) -> [RuleCondition] {
    guard let table = context.object else {
      throw ConfigError(
        path, "found \(context.kind), expected a table such as { client = \"inspector\" }")
    }
    var conditions: [RuleCondition] = []
    for (name, operand) in table {
      let path = path + [name]
      let matcher = try MatcherCompiler.compile(operand, at: path)
      if name.utf8.first == UInt8(ascii: "/") {
        conditions.append(
          RuleCondition(
            subject: .context, path: try tokens(name, path), place: "context.\(name)",
            matcher: matcher))
        continue
      }
      guard let fact = facts.first(where: { $0.name == name }) else {
        throw ConfigError(
          path,
          "found an unknown member, expected one of: "
            + facts.map(\.name).joined(separator: ", ")
            + ", or a JSON Pointer such as \"/principal/scopes/0\"")
      }
      conditions.append(
        RuleCondition(
          subject: fact.subject, path: fact.path, place: "context.\(name)", matcher: matcher))
    }
    return conditions
  }

  /// A name of a member, or a JSON Pointer where it begins with a slash.
  private static func tokens(
    _ name: String, _ path: [String]
  ) throws(ConfigError) -> [String] {
    guard name.utf8.first == UInt8(ascii: "/") else { return [name] }
    do throws(JSONPointerError) {
      return try JSONPointer(name).tokens
    } catch {
      throw ConfigError(path, error.message)
    }
  }
}
