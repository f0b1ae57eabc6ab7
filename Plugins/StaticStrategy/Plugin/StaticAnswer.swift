import MetisKit

/// The answer of a static strategy, encoded.
///
/// For a tool it is the whole MCP result, which the host splices as it stands. Resources and prompts
/// are given as a value: their results name the URI of the request or the definition's parts, which
/// are the host's to fill in.
struct StaticAnswer {
  let json: [UInt8]
  let shape: Answer.Shape

  init(_ section: StaticSection, _ target: Target) throws(ConfigError) {
    switch section.source {
    case .result(let result):
      json = JSONValue.object(result).encoded
      shape = .result
    case .content(let content):
      (json, shape) = Self.encode(content, section, target)
    case .file(let path):
      (json, shape) = Self.encode(try Self.read(path, target), section, target)
    }
  }

  private static func encode(
    _ content: JSONValue, _ section: StaticSection, _ target: Target
  ) -> ([UInt8], Answer.Shape) {
    guard target.kind == .tool else { return (content.encoded, .value) }
    let text = content.string ?? String(decoding: content.encoded, as: UTF8.self)
    var result: JSONValue = ["content": [["type": "text", "text": .string(text)]]]
    if content.object != nil, hasOutputSchema(target.definition) {
      result["structuredContent"] = content
    }
    if section.isError { result["isError"] = true }
    return (result.encoded, .result)
  }

  private static func hasOutputSchema(_ definition: JSONValue) -> Bool {
    definition["output_schema"] != nil || definition["outputSchema"] != nil
  }

  private static func read(_ path: String, _ target: Target) throws(ConfigError) -> JSONValue {
    let path = target.resolve(path)
    let bytes = try TextFile.read(path)
    if path.hasSuffix(".json") {
      do throws(JSONError) {
        return try JSONValue(jsonBytes: bytes)
      } catch {
        throw ConfigError(["content_file"], "\(path): \(error)")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigError(["content_file"], "\(path): found bytes that are not UTF-8, expected text")
    }
    return .string(text)
  }
}
