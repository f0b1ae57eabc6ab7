import MetisKit

/// What a target does when it is called: a list of steps, checked and compiled when the
/// configuration is loaded. A value without mutable parts; calls run it through ``StepRun``.
public struct StepList: Sendable {
  /// The kind of the target.
  let kind: Target.Kind
  /// The steps.
  let instructions: [Instruction]
  /// Tells these steps from others: of their configuration.
  let fingerprint: UInt32
  /// The whole answer where it is the same for every call: an MCP result.
  let constant: [UInt8]?

  /// Compiles `value`, an array of step tables that stands at `path` of the section.
  ///
  /// Templates, expressions and schemas are parsed, files are read (against
  /// ``MetisKit/Target/directory``). An error names the culprit by its path in the section.
  public static func compile(
    _ value: JSONValue, at path: [String], target: Target, defaults: StepDefaults = StepDefaults()
  ) throws(ConfigError) -> StepList {
    var compiler = ProgramCompiler(target: target)
    try compiler.compile(value, at: path, defaults)
    return StepList(
      kind: target.kind, instructions: compiler.instructions,
      fingerprint: RunMemory.fingerprint(of: value.encoded),
      constant: constantAnswer(compiler.instructions, target.kind))
  }

  /// The answer where no step depends on the call.
  private static func constantAnswer(
    _ instructions: [Instruction], _ kind: Target.Kind
  ) -> [UInt8]? {
    var answer = AnswerBuffer(kind)
    for instruction in instructions {
      switch instruction.operation {
      case .blocks(let blocks):
        guard append(blocks, to: &answer) else { return nil }
      case .structured(.constant(let value)): answer.setStructured(value)
      case .result(.constant(let result)): return try? answer.finish(over: result)
      case .fail(let failure):
        guard case .toolError(let blocks) = failure.kind, append(blocks, to: &answer) else {
          return nil
        }
        answer.setError()
        return try? answer.finish()
      default: return nil
      }
    }
    return try? answer.finish()
  }

  private static func append(_ blocks: [Block], to answer: inout AnswerBuffer) -> Bool {
    for block in blocks {
      // A constant answer above the limit runs as steps, which say so.
      guard case .encoded(let json) = block, (try? answer.append(json)) != nil else {
        return false
      }
    }
    return true
  }
}
