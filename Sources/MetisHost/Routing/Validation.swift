import JSON
import JSONSchema
import MCP

/// The schemas that one composition compiles: those of the same text once.
struct CompiledSchemas {
  /// A schema's text, which hashes at a byte a step: the configuration is no attacker.
  private struct Text: Hashable {
    let bytes: [UInt8]
    private let sum: UInt64

    init(_ source: JSONValue) {
      bytes = source.jsonBytes()
      sum = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(sum) }
  }

  private var schemas: [Text: Schema] = [:]

  /// The schema that `source` is. Nothing is fetched, and the time is bounded.
  mutating func schema(of source: JSONValue) throws(SchemaError) -> Schema {
    let text = Text(source)
    if let known = schemas[text] { return known }
    let schema = try Schema(compiling: source)
    schemas[text] = schema
    return schema
  }
}

/// The arguments of a tool against its input schema.
struct InputRule: Sendable {
  private let schema: Schema

  /// Nil where the schema accepts every object.
  init?(_ schema: Schema) {
    guard !schema.isTrivial else { return nil }
    self.schema = schema
  }

  /// What is wrong with `arguments`, for a model that is to correct them; nil where they fit.
  func failure(of arguments: UnsafeRawBufferPointer, tool: String) -> String? {
    guard !schema.accepts(arguments) else { return nil }
    let found = schema.validate(arguments)
    return "Invalid arguments for tool \(tool): \(found.places)"
  }
}

/// The structured content of a tool against its output schema.
struct OutputRule: Sendable {
  private let schema: Schema
  /// The call fails; else the log says what is wrong.
  let isError: Bool
  /// The schema says that the content is an object: revisions before 2026-07-28 show it.
  let isObject: Bool

  init(_ schema: Schema, isError: Bool) {
    self.schema = schema
    self.isError = isError
    isObject = schema.source["type"] == "object"
  }

  /// What is wrong with the structured content, or that it is missing; nil where it fits.
  func failure(of content: UnsafeRawBufferPointer?) -> String? {
    guard let content else {
      return "no structuredContent, which the tool's outputSchema asks for"
    }
    guard !schema.accepts(content) else { return nil }
    return "a structuredContent that its outputSchema refuses: \(schema.validate(content).places)"
  }
}

extension Validation {
  /// Each failure with its place and its rule; the first few.
  fileprivate var places: String {
    var parts = failures.prefix(5).map { failure in
      let place = failure.instancePath.tokens.isEmpty ? "(root)" : "\(failure.instancePath)"
      return "\(place): \(failure.message) (rule \(failure.keywordPath))"
    }
    if let limit { parts.append("\(limit)") }
    if failures.count > 5 || isTruncated { parts.append("and more") }
    return parts.joined(separator: "; ")
  }
}
