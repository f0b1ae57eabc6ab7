import MetisKit

/// The answer of a call while its steps make it: blocks as encoded JSON, one after the other.
struct AnswerBuffer: Sendable {
  /// How many bytes an answer may have.
  static let limit = 64 << 20

  private let kind: Target.Kind
  private var blocks: [UInt8] = []
  private var structured: JSONValue?
  private var isError = false

  /// An empty answer for a target of `kind`.
  init(_ kind: Target.Kind) { self.kind = kind }

  /// The member of the result that the blocks stand in.
  private var list: String {
    switch kind {
    case .tool: "content"
    case .prompt: "messages"
    case .resource: "contents"
    }
  }

  /// Adds a block as JSON.
  mutating func append(_ json: [UInt8]) throws(CallError) {
    guard json.count < Self.limit - blocks.count else {
      throw CallError("the answer has more than \(Self.limit) bytes; make it smaller")
    }
    if !blocks.isEmpty { blocks.append(UInt8(ascii: ",")) }
    blocks += json
  }

  /// Sets the structured content of a tool's result.
  mutating func setStructured(_ value: JSONValue) { structured = value }

  /// Makes the answer a tool's result with `isError`.
  mutating func setError() { isError = true }

  /// The MCP result of what has been gathered. A structured content without blocks also becomes a
  /// text, for clients that know no other (2025-06-18, server/tools, Structured Content).
  mutating func finish() throws(CallError) -> [UInt8] {
    if kind == .tool, blocks.isEmpty, let structured {
      let text = String(decoding: structured.encoded, as: UTF8.self)
      let block: JSONValue = ["type": "text", "text": .string(text)]
      try append(block.encoded)
    }
    return encode([:])
  }

  /// The MCP result `base`, with what has been gathered before its own blocks.
  mutating func finish(over base: JSONValue) throws(CallError) -> [UInt8] {
    guard var object = base.object else {
      throw CallError("found \(base.kind), expected an MCP result")
    }
    for block in object[list]?.array ?? [] { try append(block.encoded) }
    let hasList = object.contains(list) || !blocks.isEmpty
    object.removeValue(forKey: list)
    return encode(object, hasList: hasList)
  }

  private func encode(_ rest: JSONObject, hasList: Bool = true) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if hasList {
      writer.key(list)
      writer.raw([UInt8(ascii: "[")] + blocks + [UInt8(ascii: "]")])
    }
    if let structured, !rest.contains("structuredContent") {
      writer.key("structuredContent")
      writer.value(structured)
    }
    if isError, !rest.contains("isError") {
      writer.key("isError")
      writer.value(true)
    }
    for (name, value) in rest {
      writer.key(name)
      writer.value(value)
    }
    writer.endObject()
    return writer.finish()
  }
}
