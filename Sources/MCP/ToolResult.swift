public import JSON

/// The members of a result object that decide what becomes of it: how it is spliced into a response,
/// whether an older revision takes it as it is.
public struct ResultMembers {
  /// What a result of a target consists of.
  public struct Bodies: OptionSet, Sendable {
    /// A bit for each member.
    public let rawValue: UInt8
    /// The members with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `content` is an array: a result of a tool.
    public static let content = Bodies(rawValue: 1)
    /// `contents` is an array: a result of a resource.
    public static let contents = Bodies(rawValue: 2)
    /// `messages` is an array: a result of a prompt.
    public static let messages = Bodies(rawValue: 4)
  }

  /// The object has no members at all.
  public private(set) var isEmpty = true
  /// `_meta`: an object.
  public private(set) var meta: JSONSlice?
  /// `resultType` is there.
  public private(set) var hasResultType = false
  /// `isError` is true.
  public private(set) var isError = false
  /// `ttlMs` or `cacheScope` is there.
  public private(set) var hasCacheHints = false
  /// The arrays that are there.
  public private(set) var bodies: Bodies = []
  /// `structuredContent`: any value.
  public private(set) var structuredContent: JSONSlice?

  /// `content` is an array.
  public var hasContent: Bool { bodies.contains(.content) }

  /// The members of a result that the host shaped itself.
  public init(bodies: Bodies, structuredContent: JSONSlice? = nil) {
    isEmpty = false
    self.bodies = bodies
    self.structuredContent = structuredContent
  }

  /// Validates the whole text, which has to be one object, and notes its members. Fails as well
  /// where `_meta` is no object: the host could not put its own members into it.
  public init(scanning text: UnsafeRawBufferPointer) throws(JSONError) {
    var cursor = JSONCursor(text)
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      isEmpty = false
      switch key.raw.count {
      case _ where key.hasEscapes: try take(escaped: key, &cursor)
      case 5 where key == "_meta": try takeMeta(&cursor)
      case 5 where key == "ttlMs": hasCacheHints = true
      case 7 where key == "content": try takeBody(.content, &cursor)
      case 7 where key == "isError": isError = try cursor.skipValue().kind == .true
      case 8 where key == "contents": try takeBody(.contents, &cursor)
      case 8 where key == "messages": try takeBody(.messages, &cursor)
      case 10 where key == "resultType": hasResultType = true
      case 10 where key == "cacheScope": hasCacheHints = true
      case 17 where key == "structuredContent": structuredContent = try cursor.skipValue()
      default: break
      }
    }
    try cursor.finish()
  }

  @inline(__always)
  private mutating func takeBody(_ body: Bodies, _ cursor: inout JSONCursor) throws(JSONError) {
    if try cursor.skipValue().kind == .array {
      bodies.insert(body)
    } else {
      bodies.remove(body)
    }
  }

  private mutating func takeMeta(_ cursor: inout JSONCursor) throws(JSONError) {
    guard try cursor.kind() == .object else { throw cursor.error(.expectedObject) }
    meta = try cursor.skipValue()
  }

  /// A name that is spelled with escapes is the same name.
  @inline(never)
  private mutating func take(escaped key: JSONKey, _ cursor: inout JSONCursor) throws(JSONError) {
    if key == "_meta" {
      try takeMeta(&cursor)
    } else if key == "content" {
      try takeBody(.content, &cursor)
    } else if key == "contents" {
      try takeBody(.contents, &cursor)
    } else if key == "messages" {
      try takeBody(.messages, &cursor)
    } else if key == "isError" {
      isError = try cursor.skipValue().kind == .true
    } else if key == "resultType" {
      hasResultType = true
    } else if key == "ttlMs" || key == "cacheScope" {
      hasCacheHints = true
    } else if key == "structuredContent" {
      structuredContent = try cursor.skipValue()
    }
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
