public import JSON

/// A resource as `resources/list` shows it, or a template as `resources/templates/list` does.
public struct ResourceDefinition: Sendable {
  /// The URI, or the URI template.
  public var uri: String
  /// Whether ``uri`` is a template.
  public var isTemplate: Bool
  /// For programs.
  public var name: String
  /// For people; since 2025-06-18.
  public var title: String?
  /// What it holds.
  public var description: String?
  /// The media type of its contents.
  public var mimeType: String?
  /// Bytes of its raw contents; resources alone.
  public var size: Int64?
  /// `Annotations`: `audience`, `priority`, and `lastModified` since 2025-06-18.
  public var annotations: JSONValue?
  /// An array of `Icon`; since 2025-11-25.
  public var icons: JSONValue?
  /// `_meta`; since 2025-06-18.
  public var meta: JSONValue?

  /// A resource or a template.
  public init(
    uri: String, isTemplate: Bool = false, name: String, title: String? = nil,
    description: String? = nil, mimeType: String? = nil, size: Int64? = nil,
    annotations: JSONValue? = nil, icons: JSONValue? = nil, meta: JSONValue? = nil
  ) {
    self.uri = uri
    self.isTemplate = isTemplate
    self.name = name
    self.title = title
    self.description = description
    self.mimeType = mimeType
    self.size = size
    self.annotations = annotations
    self.icons = icons
    self.meta = meta
  }

  /// The definition with the members that a revision knows.
  public func encoded(_ revision: ProtocolRevision) -> JSONValue {
    let traits = RevisionTraits.of(revision)
    let members = traits.definitionMembers
    var object: JSONObject = [
      isTemplate ? "uriTemplate" : "uri": .string(uri), "name": .string(name),
    ]
    if members.contains(.title), let title { object["title"] = .string(title) }
    if let description { object["description"] = .string(description) }
    if let mimeType { object["mimeType"] = .string(mimeType) }
    if let annotations {
      object["annotations"] = ContentBlocks.annotations(annotations, traits)
    }
    if !isTemplate, let size { object["size"] = JSONValue(size) }
    if members.contains(.icons), let icons { object["icons"] = icons }
    if members.contains(.meta), let meta { object["_meta"] = meta }
    return .object(object)
  }
}

/// Shaping what a strategy answered into `ReadResourceResult` of the newest revision.
public enum ResourceResult {
  /// Writes the result around a validated JSON value: a string becomes the text of the resource, any
  /// other value becomes its JSON, `application/json` unless the definition says otherwise. What was
  /// emitted before goes first.
  public static func shape(
    _ value: JSONSlice, uri: String, mimeType: String?, emitted: [JSONValue]
  ) throws(MCPError) -> JSONObject {
    var contents: [JSONValue] = []
    for block in emitted { contents.append(try content(of: block, uri: uri, mimeType: mimeType)) }
    if let string = value.string {
      var content: JSONObject = ["uri": .string(uri)]
      if let mimeType { content["mimeType"] = .string(mimeType) }
      content["text"] = .string(string.decoded)
      contents.append(.object(content))
    } else {
      contents.append([
        "uri": .string(uri), "mimeType": .string(mimeType ?? "application/json"),
        "text": .string(value.text),
      ])
    }
    return ["contents": .array(contents)]
  }

  /// A whole result of a strategy, with `uri` and `mimeType` filled in where its contents lack them;
  /// nil where `contents` is missing or holds something else than contents.
  public static func completed(
    _ result: JSONObject, uri: String, mimeType: String?, emitted: [JSONValue]
  ) throws(MCPError) -> JSONObject {
    guard case .array(let given)? = result["contents"] else {
      throw .internalError("a result that has no contents array")
    }
    var contents: [JSONValue] = []
    for block in emitted + given {
      contents.append(try content(of: block, uri: uri, mimeType: mimeType))
    }
    var result = result
    result["contents"] = .array(contents)
    return result
  }

  /// One member of `contents`, made from one, from an embedded resource, or from a block of text.
  private static func content(
    of block: JSONValue, uri: String, mimeType: String?
  ) throws(MCPError) -> JSONValue {
    let inner = block["type"] == "resource" ? block["resource"] ?? block : block
    guard case .object(let given) = inner, given["text"]?.string ?? given["blob"]?.string != nil
    else {
      throw .internalError("contents of which one has neither text nor blob")
    }
    var object: JSONObject = ["uri": given["uri"] ?? .string(uri)]
    if let type = given["mimeType"] ?? mimeType.map(JSONValue.string) { object["mimeType"] = type }
    for (key, value) in given where key != "type" { object[key] = value }
    return .object(object)
  }
}
