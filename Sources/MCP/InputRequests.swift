public import JSON

/// Why questions to a client are none that MCP knows: says where, what was found, what was expected.
public struct InputRequestError: Error, Sendable, CustomStringConvertible {
  /// The whole sentence.
  public let description: String

  init(_ place: String, _ found: String, expected: String) {
    description = "\(place) is \(found); expected \(expected)"
  }

  init(_ place: String, _ value: JSONValue?, expected: String) {
    self.init(place, value.map { "\($0.kind)" } ?? "missing", expected: expected)
  }
}

/// One question to a client: `InputRequest` of the 2026-07-28 schema.
public struct InputRequest: Sendable {
  /// What is asked for.
  public enum Kind: UInt8, Sendable {
    /// `elicitation/create` with a form.
    case form
    /// `elicitation/create` with a URL.
    case url
    /// `sampling/createMessage`.
    case sampling
    /// `roots/list`.
    case roots
  }

  /// The name that the answer comes back under.
  public let key: String
  /// What is asked for.
  public let kind: Kind
  /// In the form of the newest revision.
  public let params: JSONObject

  /// The method on the wire.
  public var method: StaticString {
    switch kind {
    case .form, .url: "elicitation/create"
    case .sampling: "sampling/createMessage"
    case .roots: "roots/list"
    }
  }

  /// Whether a sampling request has `tools` or `toolChoice`, or messages that speak of tools.
  public var usesTools: Bool {
    guard kind == .sampling else { return false }
    if params.contains("tools") || params.contains("toolChoice") { return true }
    return (params["messages"]?.array ?? []).contains { message in
      let content = message["content"] ?? .null
      return (content.array ?? [content]).contains {
        $0["type"] == "tool_use" || $0["type"] == "tool_result"
      }
    }
  }

  /// As a member of `inputRequests`.
  public var encoded: JSONValue {
    ["method": .string(method.description), "params": .object(params)]
  }
}

/// The questions of one `need_input`, by their keys, in their order.
public enum InputRequests {
  /// How many questions may be asked at once.
  public static let maximumCount = 128

  /// The questions that `text` says: an object `{key:{"method":…,"params":{…}}}`, each one checked
  /// against the schema of its method. Throws where it is anything else.
  public static func read(
    _ text: UnsafeRawBufferPointer, limits: JSONLimits
  ) throws(InputRequestError) -> [InputRequest] {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text, limits: limits)
    } catch {
      throw InputRequestError("requests", "not JSON (\(error))", expected: "an object")
    }
    guard let object = value.object else {
      throw InputRequestError("requests", value, expected: "an object")
    }
    guard object.count <= maximumCount else {
      throw InputRequestError(
        "requests", "\(object.count) questions", expected: "at most \(maximumCount)")
    }
    var found: [InputRequest] = []
    for (key, value) in object { found.append(try read(key, value)) }
    return found
  }

  private static func read(
    _ key: String, _ value: JSONValue
  ) throws(InputRequestError) -> InputRequest {
    let place = "requests['\(key.prefix(64))']"
    guard let request = value.object else {
      throw InputRequestError(place, value, expected: "an object")
    }
    guard let method = request["method"]?.string else {
      throw InputRequestError("\(place).method", request["method"], expected: "a string")
    }
    let given = request["params"] ?? [:]
    guard let params = given.object else {
      throw InputRequestError("\(place).params", given, expected: "an object")
    }
    let reading = ObjectReading(params, "\(place).params")
    let kind: InputRequest.Kind
    switch method {
    case "elicitation/create": kind = try elicitation(reading)
    case "sampling/createMessage":
      try SamplingRules.check(reading)
      kind = .sampling
    case "roots/list": kind = .roots
    default:
      throw InputRequestError(
        "\(place).method", "\(method.prefix(64))",
        expected: "elicitation/create, sampling/createMessage or roots/list")
    }
    return InputRequest(key: key, kind: kind, params: params)
  }

  /// `ElicitRequestFormParams` or `ElicitRequestURLParams`.
  private static func elicitation(
    _ params: ObjectReading
  ) throws(InputRequestError) -> InputRequest.Kind {
    _ = try params.need("message", .string)
    switch try params.optional("mode", .string)?.string {
    case "url":
      _ = try params.need("url", .string)
      return .url
    case nil, "form":
      try ElicitationSchema.check(try params.needObject("requestedSchema"))
      return .form
    case .some(let mode):
      throw InputRequestError("\(params.place).mode", mode, expected: "form or url")
    }
  }
}

/// Reading the members of an object with errors that name the place.
struct ObjectReading {
  let object: JSONObject
  let place: String

  init(_ object: JSONObject, _ place: String) {
    self.object = object
    self.place = place
  }

  /// A member that has to be there.
  @discardableResult
  func need(_ name: String, _ kind: JSONKind) throws(InputRequestError) -> JSONValue {
    guard let value = object[name], value.kind == kind else {
      throw InputRequestError("\(place).\(name)", object[name], expected: "\(kind)")
    }
    return value
  }

  /// A member that may be there.
  @discardableResult
  func optional(_ name: String, _ kind: JSONKind) throws(InputRequestError) -> JSONValue? {
    // `nil` of a conditional would be JSON's null.
    guard object.contains(name) else { return .none }
    return try need(name, kind)
  }

  /// An object that has to be there.
  func needObject(_ name: String) throws(InputRequestError) -> ObjectReading {
    ObjectReading(try need(name, .object).object ?? [:], "\(place).\(name)")
  }

  /// An integer that may be there.
  @discardableResult
  func optionalInteger(_ name: String) throws(InputRequestError) -> Int64? {
    guard let value = try optional(name, .number) else { return nil }
    guard let integer = value.int else {
      throw InputRequestError("\(place).\(name)", "a fraction", expected: "an integer")
    }
    return integer
  }

  /// An array of strings that has to be there.
  @discardableResult
  func needStrings(_ name: String) throws(InputRequestError) -> [String] {
    let values = try need(name, .array).array ?? []
    let strings = values.compactMap(\.string)
    guard strings.count == values.count else {
      throw InputRequestError(
        "\(place).\(name)", values.first { $0.string == nil }, expected: "strings alone")
    }
    return strings
  }

  /// A string that may be there and is one of `allowed`.
  func optionalChoice(_ name: String, _ allowed: [String]) throws(InputRequestError) {
    guard let text = try optional(name, .string)?.string, !allowed.contains(text) else { return }
    throw InputRequestError(
      "\(place).\(name)", String(text.prefix(64)),
      expected: "one of " + allowed.joined(separator: ", "))
  }
}
