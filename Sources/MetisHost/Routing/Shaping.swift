import JSON
import MCP
import MetisPluginAPI

/// From what a strategy answered to the MCP result of its target.
extension Loop {
  /// Builds the result object around a value, or around a result with content that was emitted
  /// before.
  func shapeResult(
    _ call: Call, _ shape: UInt32, _ value: JSONSlice
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
      hasOutputSchema: call.target?._withUnsafeGuaranteedRef { $0.hasOutputSchema } ?? false,
      into: &writer)
    return writer.finish()
  }
}
