import JSON
import MCP
import MetisPluginAPI

/// From what a strategy answered to the MCP result of its target, in the terms of the newest
/// revision; and from there to the revision of the client.
extension Loop {
  /// A whole result object of a strategy that needs nothing of the host: of a tool, with nothing
  /// emitted before.
  @inline(__always)
  static func isWhole(_ call: Call, _ shape: UInt32) -> Bool {
    shape == METIS_SHAPE_RESULT && call.emitted.isEmpty && call.kind == .tool
  }

  /// Builds the result object around a value, or around a result with content that was emitted
  /// before.
  func shapeResult(
    _ call: Call, _ shape: UInt32, _ value: JSONSlice
  ) throws -> [UInt8] {
    guard let target = call.target?.takeUnretainedValue() else {
      throw MCPError.internalError(Endings.noContent(call))
    }
    if target.kind == .tool { return try shapeTool(call, target, shape, value) }
    let emitted = try call.emitted.map { block in
      try block.withUnsafeBytes { try JSONValue(parsing: $0) }
    }
    var whole: JSONObject?
    if shape == METIS_SHAPE_RESULT {
      guard case .object(let object) = try value.value else {
        throw MCPError.internalError(Endings.noContent(call))
      }
      whole = object
    }
    do throws(MCPError) {
      var result: JSONObject
      if target.kind == .resource {
        let uri =
          call.requested.isEmpty ? target.name : String(decoding: call.requested, as: UTF8.self)
        let type = target.mimeType
        result =
          if let whole {
            try ResourceResult.completed(whole, uri: uri, mimeType: type, emitted: emitted)
          } else {
            try ResourceResult.shape(value, uri: uri, mimeType: type, emitted: emitted)
          }
        target.rules.hints.add(to: &result, call.revision)
      } else {
        let description = target.promptDescription
        result =
          if let whole {
            try PromptResult.completed(whole, description: description, emitted: emitted)
          } else {
            try PromptResult.shape(value, description: description, emitted: emitted)
          }
      }
      return JSONValue.object(result).jsonBytes()
    } catch {
      throw MCPError.internalError(Endings.misshapen(call, error.message))
    }
  }

  private func shapeTool(
    _ call: Call, _ target: Target, _ shape: UInt32, _ value: JSONSlice
  ) throws -> [UInt8] {
    if shape == METIS_SHAPE_RESULT {
      guard case .object(var object) = try JSONValue(parsing: value.bytes),
        case .array(let content)? = object["content"]
      else { throw MCPError.internalError(Endings.noContent(call)) }
      let before = try call.emitted.map { block in
        try block.withUnsafeBytes { try JSONValue(parsing: $0) }
      }
      object["content"] = .array(before + content)
      return JSONValue.object(object).jsonBytes()
    }
    var writer = JSONWriter([UInt8]())
    ToolResult.shape(
      value, emitted: call.emitted,
      structured: RevisionTraits.of(call.revision).structuredContent,
      hasOutputSchema: target.hasOutputSchema, into: &writer)
    return writer.finish()
  }

  /// Holds the structured content of a tool against its output schema; returns the error that the
  /// client gets in its place. A result that says `isError` need not keep to it.
  func misfit(
    _ call: Call, _ members: ResultMembers, _ result: UnsafeRawBufferPointer
  ) -> MCPError? {
    guard let target = call.target?.takeUnretainedValue(), let rule = target.rules.output,
      !members.isError
    else { return nil }
    if members.structuredContent == nil {
      // Of what the client's revision does not have the host itself gave none.
      switch RevisionTraits.of(call.revision).structuredContent {
      case .absent: return nil
      case .objects where !rule.isObject: return nil
      case .objects, .any: break
      }
    }
    guard let found = rule.failure(of: members.structuredContent?.bytes) else { return nil }
    let message = Endings.misshapen(call, found)
    if rule.isError { return .internalError(message) }
    core.log(.warn, message)
    return nil
  }

  /// The result for the revision of a client: `result` itself, or what an older revision knows
  /// of it. `send` is called once.
  @inline(__always)
  func translated(
    _ result: UnsafeRawBufferPointer, _ members: ResultMembers, for revision: ProtocolRevision,
    _ send: (UnsafeRawBufferPointer, ResultMembers) -> Void
  ) {
    guard revision.isLegacy,
      let text = ResultTranslation.translated(result, members, for: revision)
    else { return send(result, members) }
    text.withUnsafeBytes { bytes in
      // What was written from a tree scans again.
      send(bytes, (try? ResultMembers(scanning: bytes)) ?? members)
    }
  }
}
