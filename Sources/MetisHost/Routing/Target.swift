import MCP
import MetisConfig
import Synchronization

/// A tool that can be called: its definition, what answers it, its counters.
///
/// A target outlives reloads and swaps as long as its definition is the same, so that its calls are
/// numbered through: the same calls give the same answers whatever happened in between.
final class Target: @unchecked Sendable {
  let definition: MCP.ToolDefinition
  let hasOutputSchema: Bool
  let seed: UInt64
  /// Nanoseconds that a call may take.
  let timeout: UInt64
  /// Calls so far.
  let ordinal = Atomic<UInt64>(0)

  /// Whether a tool may run as a task.
  let taskSupport: TaskSupport
  /// The name that it is called by.
  var name: String { definition.name }

  init(
    definition: MCP.ToolDefinition, seed: UInt64, timeout: UInt64,
    taskSupport: TaskSupport = .forbidden
  ) {
    self.taskSupport = taskSupport
    self.definition = definition
    hasOutputSchema = definition.outputSchema != nil
    self.seed = seed
    self.timeout = timeout
  }

  /// The seed of call number `ordinal`: SplitMix64 over the target's.
  @inline(__always)
  func callSeed(_ ordinal: UInt64) -> UInt64 {
    var value = seed &+ (ordinal &+ 1) &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
