public import JSON

/// The members of a result object that decide how it is spliced into a response.
public struct ResultMembers {
  /// The object has members at all.
  public private(set) var isEmpty = true
  /// Where `_meta` stands, and where its `}` is.
  public private(set) var meta: JSONSlice?
  /// The plugin says the type itself.
  public private(set) var hasResultType = false
  /// `content` is an array.
  public private(set) var hasContent = false
  /// Any JSON value.
  public private(set) var structuredContent: JSONSlice?

  /// The members of a result that the host shaped itself.
  public init(hasContent: Bool) {
    isEmpty = false
    self.hasContent = hasContent
  }

  /// Validates the whole text, which has to be one object, and notes its members.
  public init(scanning text: UnsafeRawBufferPointer) throws(JSONError) {
    var cursor = JSONCursor(text)
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      isEmpty = false
      let value = try cursor.skipValue()
      switch key.raw.count {
      case 5 where key == "_meta": meta = value
      case 7 where key == "content": hasContent = value.kind == .array
      case 10 where key == "resultType": hasResultType = true
      case 17 where key == "structuredContent": structuredContent = value
      default: break
      }
    }
    try cursor.finish()
  }
}

/// Shaping what a strategy answered into `CallToolResult`.
public enum ToolResult {
  /// Writes the result object around a validated JSON value.
  ///
  /// A string becomes one text block. Any other value becomes a text block with its JSON, and
  /// `structuredContent` where the revision has it for such a value: objects since 2025-06-18, any
  /// value in 2026-07-28 where the tool declares an output schema.
  public static func shape(
    _ value: JSONSlice, emitted: [[UInt8]], structured: RevisionTraits.StructuredContent,
    hasOutputSchema: Bool, into writer: inout JSONWriter<[UInt8]>
  ) {
    writer.beginObject()
    writer.key("content")
    writer.beginArray()
    for block in emitted { writer.raw(block) }
    writer.beginObject()
    writer.key("type")
    writer.value("text")
    writer.key("text")
    if value.kind == .string {
      writer.raw(value)
    } else {
      writer.value(utf8: value.bytes)
    }
    writer.endObject()
    writer.endArray()
    let isStructured =
      switch structured {
      case .absent: false
      case .objects: value.kind == .object
      case .any: value.kind == .object || (hasOutputSchema && value.kind != .null)
      }
    if isStructured {
      writer.key("structuredContent")
      writer.raw(value)
    }
    writer.endObject()
  }

  /// A result with `isError` and one text block: a tool's own failure (2025-11-25, "Error handling").
  public static func failure(_ message: String) -> [UInt8] {
    var writer = JSONWriter([UInt8]())
    writer.value(
      ["content": [["type": "text", "text": .string(message)]], "isError": true] as JSONValue)
    return writer.finish()
  }
}
