import MetisKit

/// A part of a result: a content block, a prompt's message or a resource's contents.
enum Block: Sendable {
  /// The same for every call: JSON.
  case encoded([UInt8])
  /// Made for each call.
  case made(ValueTemplate)

  init(_ template: ValueTemplate) {
    self = template.constant.map { .encoded($0.encoded) } ?? .made(template)
  }
}

/// Compiles the blocks of MCP (schema: ContentBlock, PromptMessage, ResourceContents).
struct BlockCompiler {
  /// What the blocks are part of.
  let target: Target
  /// Reads what they name.
  var files: StepFiles

  init(target: Target) {
    self.target = target
    files = StepFiles(target: target)
  }

  /// Members that make a step a shorthand for one block.
  static let shorthands = ["text", "file", "base64", "blob", "data", "content"]

  // MARK: By kind of target

  /// The blocks of `value`, a table, a text or an array of them, for the result of the target.
  mutating func blocks(_ value: JSONValue, at path: [String]) throws(ConfigError) -> [ValueTemplate]
  {
    guard let elements = value.array else { return [try block(value, at: path)] }
    var blocks: [ValueTemplate] = []
    for (index, element) in elements.enumerated() {
      blocks.append(try block(element, at: path + [String(index)]))
    }
    return blocks
  }

  private mutating func block(
    _ value: JSONValue, at path: [String]
  ) throws(ConfigError) -> ValueTemplate {
    switch target.kind {
    case .tool: try content(value, at: path)
    case .prompt: try message(value, at: path)
    case .resource: try contents(value, at: path)
    }
  }

  // MARK: Content blocks

  /// A content block: a text, or a table.
  mutating func content(_ value: JSONValue, at path: [String]) throws(ConfigError) -> ValueTemplate
  {
    if value.string != nil {
      return .object(["type": .constant("text"), "text": try text(value, path)])
    }
    var table = try StepTable(value, path, expected: "a content block or a text")
    let block = try content(&table)
    try table.finish()
    return block
  }

  private enum BlockType: String, CaseIterable {
    case text
    case image
    case audio
    case resource
    case resourceLink = "resource_link"
    case toolUse = "tool_use"
    case toolResult = "tool_result"
  }

  private mutating func content(_ table: inout StepTable) throws(ConfigError) -> ValueTemplate {
    let type = try table.choice("type", BlockType.self)
    let kind: BlockType
    if let type { kind = type } else { kind = try inferred(table) }
    switch kind {
    case .text:
      let body = try textBody(&table)
      return .object([
        "type": .constant("text"), "text": body, "annotations": try annotations(&table),
        "_meta": try any("_meta", &table),
      ])
    case .image: return try media("image", &table)
    case .audio: return try media("audio", &table)
    case .resource: return try embedded(&table)
    case .resourceLink:
      let uri = try text(try table.require("uri", "the resource's URI"), table.at("uri"))
      let name = try text(try table.require("name", "the resource's name"), table.at("name"))
      return .object([
        "type": .constant("resource_link"), "uri": uri, "name": name,
        "title": try word("title", &table), "description": try word("description", &table),
        "mimeType": try word("mime_type", &table), "size": try any("size", &table),
        "icons": try any("icons", &table), "annotations": try annotations(&table),
        "_meta": try any("_meta", &table),
      ])
    case .toolUse, .toolResult:
      // Of sampling: passed on as MCP spells them.
      let name = (type ?? .toolUse).rawValue
      guard case .object(let members) = table.rest() else { return .constant(.null) }
      var block: JSONValue = ["type": .string(name)]
      for (key, value) in members where key != "type" { block[key] = value }
      return try ValueTemplate.compile(block, at: table.path)
    }
  }

  /// The type of a block that does not name it.
  private func inferred(_ table: StepTable) throws(ConfigError) -> BlockType {
    let bytes = ["base64", "blob", "data", "file"].contains { table.has($0) }
    if table.has("resource") { return .resource }
    if table.has("uri") {
      return bytes || table.has("text") ? .resource : .resourceLink
    }
    if table.has("text") { return .text }
    guard bytes else {
      throw ConfigError(
        table.path, "found no content; expected `text`, `file`, `base64`, or `uri` of a resource")
    }
    var copy = table
    let file = try copy.string("file", "the path of a file")
    let named = try copy.string("mime_type", "a media type")
    let mediaType = named ?? file.flatMap(StepFiles.mediaType)
    if mediaType?.hasPrefix("image/") == true { return .image }
    if mediaType?.hasPrefix("audio/") == true { return .audio }
    if file != nil { return .text }
    throw ConfigError(
      table.path,
      "found bytes without their kind; expected `type` (image, audio or resource) or "
        + "a `mime_type` such as \"image/png\"")
  }

  private mutating func media(
    _ type: String, _ table: inout StepTable
  ) throws(ConfigError) -> ValueTemplate {
    let (data, file) = try bytes(&table)
    guard let data else {
      throw ConfigError(table.path, "found no bytes, expected `file` or `base64`")
    }
    var mediaType = try word("mime_type", &table)
    if mediaType == nil {
      guard let guess = file.flatMap(StepFiles.mediaType) else {
        throw ConfigError(
          table.path,
          "found no `mime_type`, expected one such as \"\(type)/\(type == "image" ? "png" : "wav")\""
        )
      }
      mediaType = .constant(.string(guess))
    }
    return .object([
      "type": .constant(.string(type)), "data": data, "mimeType": mediaType,
      "annotations": try annotations(&table), "_meta": try any("_meta", &table),
    ])
  }

  /// An embedded resource; its members stand in the block, or in `resource` as MCP has it.
  private mutating func embedded(_ table: inout StepTable) throws(ConfigError) -> ValueTemplate {
    let resource: ValueTemplate
    if let value = table.take("resource") {
      var inner = try StepTable(value, table.at("resource"), expected: "a table")
      let uri = try text(try inner.require("uri", "the resource's URI"), inner.at("uri"))
      resource = try contents(&inner, uri: uri, meta: true)
      try inner.finish()
    } else {
      let uri = try text(try table.require("uri", "the resource's URI"), table.at("uri"))
      resource = try contents(&table, uri: uri, meta: false)
    }
    return .object([
      "type": .constant("resource"), "resource": resource,
      "annotations": try annotations(&table), "_meta": try any("_meta", &table),
    ])
  }

  // MARK: Messages

  private enum Role: String, CaseIterable {
    case user
    case assistant
  }

  /// A message of a prompt or of a sampling request: a text, or a table with `role` and a block.
  mutating func message(
    _ value: JSONValue, at path: [String], allowsArrays: Bool = false
  ) throws(ConfigError) -> ValueTemplate {
    if value.string != nil {
      return .object(["role": .constant("user"), "content": try content(value, at: path)])
    }
    var table = try StepTable(value, path, expected: "a message or a text")
    let role = ValueTemplate.constant(
      .string((try table.choice("role", Role.self) ?? .user).rawValue))
    guard let inner = table.take("content") else {
      let message = ValueTemplate.object(["role": role, "content": try content(&table)])
      try table.finish()
      return message
    }
    let content: ValueTemplate
    if allowsArrays, let elements = inner.array {
      var blocks: [ValueTemplate] = []
      for (index, element) in elements.enumerated() {
        blocks.append(try self.content(element, at: table.at("content") + [String(index)]))
      }
      content = .folded(.array(blocks))
    } else {
      content = try self.content(inner, at: table.at("content"))
    }
    let meta = try any("_meta", &table)
    try table.finish()
    return .object(["role": role, "content": content, "_meta": meta])
  }

  // MARK: Contents of a resource

  private mutating func contents(
    _ value: JSONValue, at path: [String]
  ) throws(ConfigError) -> ValueTemplate {
    if value.string != nil {
      return .object([
        "uri": requestedURI, "mimeType": definedMediaType, "text": try text(value, path),
      ])
    }
    var table = try StepTable(value, path, expected: "a resource's contents or a text")
    var uri = requestedURI
    if let own = table.take("uri") { uri = try text(own, table.at("uri")) }
    let contents = try contents(&table, uri: uri, meta: true)
    try table.finish()
    return contents
  }

  /// The URI that was asked for: of a template each call's own.
  private var requestedURI: ValueTemplate {
    target.name.contains("{") ? .requestedURI : .constant(.string(target.name))
  }

  private var definedMediaType: ValueTemplate? {
    (target.definition["mime_type"] ?? target.definition["mimeType"]).map { .constant($0) }
  }

  /// `{uri, mimeType?, text | blob, _meta?}`
  private mutating func contents(
    _ table: inout StepTable, uri: ValueTemplate, meta: Bool
  ) throws(ConfigError) -> ValueTemplate {
    let isOwn = target.kind == .resource
    var mediaType = try word("mime_type", &table)
    let own = meta ? try any("_meta", &table) : nil
    if table.has("text") {
      let body = try textBody(&table)
      return .object([
        "uri": uri, "mimeType": mediaType ?? (isOwn ? definedMediaType : nil), "text": body,
        "_meta": own,
      ])
    }
    if let path = try table.string("file", "the path of a file") {
      let bytes = try files.read(path, at: table.at("file"))
      mediaType =
        mediaType ?? (isOwn ? definedMediaType : nil)
        ?? StepFiles.mediaType(of: path).map { .constant(.string($0)) }
      let name = mediaType?.constant?.string ?? ""
      let isText =
        !["image/", "audio/", "video/", "font/"].contains { name.hasPrefix($0) }
        || name == "image/svg+xml"
      if isText, name != "application/octet-stream", !bytes.contains(0),
        let text = String(validating: bytes, as: UTF8.self)
      {
        return .object([
          "uri": uri, "mimeType": mediaType, "text": .constant(.string(text)), "_meta": own,
        ])
      }
      return .object([
        "uri": uri, "mimeType": mediaType,
        "blob": .constant(.string(Base64.encode(bytes))), "_meta": own,
      ])
    }
    guard let blob = try bytes(&table).data else {
      throw ConfigError(table.path, "found no contents, expected `text`, `file` or `base64`")
    }
    return .object([
      "uri": uri, "mimeType": mediaType ?? (isOwn ? definedMediaType : nil), "blob": blob,
      "_meta": own,
    ])
  }

  // MARK: Members

  private func text(_ value: JSONValue, _ path: [String]) throws(ConfigError) -> ValueTemplate {
    try TextTemplate.compile(value, at: path).value
  }

  private mutating func textBody(_ table: inout StepTable) throws(ConfigError) -> ValueTemplate {
    if let value = table.take("text") { return try text(value, table.at("text")) }
    guard let path = try table.string("file", "the path of a file") else {
      throw ConfigError(table.path, "found no text, expected `text` or `file`")
    }
    let bytes = try files.read(path, at: table.at("file"))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigError(
        table.at("file"),
        "\(path): found bytes that are not UTF-8, expected text; for bytes say "
          + "type = \"image\", \"audio\" or \"resource\"")
    }
    return .constant(.string(text))
  }

  /// Bytes in base64, and the file that they come from.
  private mutating func bytes(
    _ table: inout StepTable
  ) throws(ConfigError) -> (data: ValueTemplate?, file: String?) {
    if let path = try table.string("file", "the path of a file") {
      let bytes = try files.read(path, at: table.at("file"))
      return (.constant(.string(Base64.encode(bytes))), path)
    }
    for name in ["base64", "data", "blob"] {
      guard let value = table.take(name) else { continue }
      let text = try TextTemplate.compile(value, at: table.at(name), "base64")
      if let constant = text.constant, !Base64.isValid(constant) {
        throw ConfigError(
          table.at(name), "found a text that is not base64 (RFC 4648, section 4) with its padding")
      }
      return (text.value, nil)
    }
    return (nil, nil)
  }

  private func annotations(_ table: inout StepTable) throws(ConfigError) -> ValueTemplate? {
    guard let value = table.take("annotations") else { return nil }
    guard value.object != nil else {
      throw ConfigError(
        table.at("annotations"),
        "found \(value.kind), expected a table with `audience`, `priority` or `lastModified`")
    }
    return try ValueTemplate.compile(value, at: table.at("annotations"))
  }

  private func word(_ name: String, _ table: inout StepTable) throws(ConfigError) -> ValueTemplate?
  {
    guard let value = table.take(name) else { return nil }
    return try text(value, table.at(name))
  }

  private func any(_ name: String, _ table: inout StepTable) throws(ConfigError) -> ValueTemplate? {
    guard let value = table.take(name) else { return nil }
    return try ValueTemplate.compile(value, at: table.at(name))
  }
}
