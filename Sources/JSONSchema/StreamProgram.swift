import JSON
final class StreamProgram: Sendable {
  init?(_ schema: CompiledSchema, limits: SchemaLimits) { return nil }
  func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool { false }
}
