import JSON

/// The parameters of `completion/complete`.
public struct CompletionParameters: Sendable {
  /// What is completed.
  public enum Reference: Sendable, Hashable {
    /// `ref/prompt`: its name.
    case prompt(String)
    /// `ref/resource`: a URI template, or a URI.
    case resource(String)
  }

  /// What is completed.
  public let reference: Reference
  /// The argument's name.
  public let name: String
  /// What was typed so far.
  public let value: String
  /// `context.arguments`: the values of other arguments; since 2025-06-18.
  public let context: [String: String]

  /// Reads the parameters of a request.
  public init(_ parameters: borrowing RequestParameters) throws(MCPError) {
    let ref = try Self.object(parameters.ref, "ref")
    switch ref["type"]?.string {
    case "ref/prompt": reference = .prompt(try Self.string(ref, "name", "ref"))
    case "ref/resource": reference = .resource(try Self.string(ref, "uri", "ref"))
    default:
      throw .invalidParams("params.ref.type must be ref/prompt or ref/resource")
    }
    let argument = try Self.object(parameters.argument, "argument")
    name = try Self.string(argument, "name", "argument")
    value = try Self.string(argument, "value", "argument")
    var context: [String: String] = [:]
    if let slice = parameters.context,
      let given = try Self.object(slice, "context")["arguments"]
    {
      guard let members = given.object else {
        throw .invalidParams("params.context.arguments must be an object of strings")
      }
      for (key, value) in members {
        guard let text = value.string else {
          throw .invalidParams("params.context.arguments must be an object of strings")
        }
        context[key] = text
      }
    }
    self.context = context
  }

  private static func object(_ slice: JSONSlice?, _ name: String) throws(MCPError) -> JSONObject {
    guard let slice else { throw .invalidParams("params.\(name) is missing; expected an object") }
    guard let object = (try? slice.value)?.object else {
      throw .invalidParams("params.\(name) must be an object")
    }
    return object
  }

  private static func string(
    _ object: JSONObject, _ key: String, _ parent: String
  ) throws(MCPError) -> String {
    guard let text = object[key]?.string else {
      throw .invalidParams("params.\(parent).\(key) must be a string")
    }
    return text
  }
}

/// `CompleteResult`.
public enum CompletionResult {
  /// How many values a result may have.
  public static let greatestCount = 100

  /// The result with the first ``greatestCount`` of `values`. `total` nil: their count; `hasMore`
  /// nil: whether some were left out.
  public static func encoded(_ values: [String], total: Int?, hasMore: Bool?) -> [UInt8] {
    let shown = values.prefix(greatestCount)
    let all = total ?? values.count
    return JSONValue.object([
      "completion": [
        "values": .array(shown.map(JSONValue.string)), "total": JSONValue(all),
        "hasMore": .bool(hasMore ?? (shown.count < values.count)),
      ]
    ]).jsonBytes()
  }
}
