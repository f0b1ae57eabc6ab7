import JSON

/// Content blocks: `TextContent`, `ImageContent`, `AudioContent`, `EmbeddedResource`, `ResourceLink`.
enum ContentBlocks {
  /// A text block.
  static func text(_ text: String) -> JSONValue { ["type": "text", "text": .string(text)] }

  /// `Annotations` with the members that a revision knows.
  static func annotations(_ value: JSONValue, _ traits: RevisionTraits) -> JSONValue {
    guard !traits.lastModified, value["lastModified"] != nil else { return value }
    var value = value
    value["lastModified"] = nil
    return value
  }
}
