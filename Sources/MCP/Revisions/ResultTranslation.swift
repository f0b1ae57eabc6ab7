public import JSON

/// From a result of the newest revision to one that a client of an older revision knows.
public enum ResultTranslation {
  /// The result for clients of `revision`, or nil where `text` is one already. `members` were noted
  /// of `text`, so that the usual case costs a few comparisons; only the three oldest revisions, whose
  /// content blocks differ, look at the text again.
  public static func translated(
    _ text: UnsafeRawBufferPointer, _ members: ResultMembers,
    for revision: ProtocolRevision
  ) -> [UInt8]? {
    guard revision.isLegacy else { return nil }
    let traits = RevisionTraits.of(revision)
    guard
      members.hasResultType || members.hasCacheHints
        || !isStructured(members.structuredContent?.kind, traits)
        || mentionsLater(text, traits)
    else { return nil }
    guard case .object(var result)? = try? JSONValue(parsing: text) else { return nil }
    for key in ["resultType", "ttlMs", "cacheScope"] { result[key] = nil }
    if !isStructured(result["structuredContent"]?.kind, traits) {
      result["structuredContent"] = nil
    }
    if case .array(let blocks)? = result["content"] {
      result["content"] = .array(blocks.map { block($0, traits) })
    }
    if case .array(let contents)? = result["contents"] {
      result["contents"] = .array(contents.map { plain($0, traits) })
    }
    if case .array(let messages)? = result["messages"] {
      result["messages"] = .array(
        messages.map { message in
          guard let content = message["content"] else { return message }
          var message = message
          message["content"] = block(content, traits)
          return message
        })
    }
    return JSONValue.object(result).jsonBytes()
  }

  /// A content block for clients of `revision`.
  public static func block(_ value: JSONValue, for revision: ProtocolRevision) -> JSONValue {
    block(value, RevisionTraits.of(revision))
  }

  private static func isStructured(_ kind: JSONKind?, _ traits: RevisionTraits) -> Bool {
    switch (kind, traits.structuredContent) {
    case (nil, _), (_, .any), (.object, .objects): true
    case (_, .objects), (_, .absent): false
    }
  }

  // MARK: Blocks

  private static func block(_ value: JSONValue, _ traits: RevisionTraits) -> JSONValue {
    switch value["type"]?.string {
    case "audio" where !traits.audioContent:
      let type = value["mimeType"]?.string ?? "audio"
      return ContentBlocks.text(
        "[audio, \(type), \(value["data"]?.string?.utf8.count ?? 0) characters of base64: "
          + "this revision of MCP has no audio content]")
    case "resource_link" where !traits.resourceLinks:
      let uri = value["uri"]?.string ?? ""
      let parts = ["title", "name", "mimeType", "description"].compactMap { value[$0]?.string }
      return ContentBlocks.text(
        "[link to the resource \(uri)\(parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))]")
    case "resource":
      var value = plain(value, traits)
      if let resource = value["resource"] { value["resource"] = plain(resource, traits) }
      return value
    default: return plain(value, traits)
    }
  }

  /// Without the members that later revisions added.
  private static func plain(_ value: JSONValue, _ traits: RevisionTraits) -> JSONValue {
    guard case .object(var object) = value else { return value }
    if !traits.definitionMembers.contains(.meta) { object["_meta"] = nil }
    if !traits.definitionMembers.contains(.icons) { object["icons"] = nil }
    if let annotations = object["annotations"] {
      object["annotations"] = ContentBlocks.annotations(annotations, traits)
    }
    return .object(object)
  }

  /// Whether the text holds a word of a later revision, or an escape that could hide one.
  private static func mentionsLater(
    _ text: UnsafeRawBufferPointer, _ traits: RevisionTraits
  ) -> Bool {
    if traits.definitionMembers.contains(.icons) { return false }
    if text.contains(#"\u"#) || text.contains(#""icons""#) { return true }
    if traits.definitionMembers.contains(.meta) { return false }
    return text.contains(#""_meta""#) || text.contains(#""lastModified""#)
      || text.contains(#""resource_link""#) || (!traits.audioContent && text.contains(#""audio""#))
  }
}
