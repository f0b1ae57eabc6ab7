/// Bounds on a pattern and on its searches, so that neither a hostile source nor a hostile subject
/// holds a thread.
public struct PatternLimits: Sendable, Hashable {
  /// How many bytes of UTF-8 a source may have.
  public var sourceBytes: Int

  /// How many backtracking steps one attempt at one place of the subject may take.
  public var steps: UInt32

  /// How long a search may take beyond its first quick attempt, in nanoseconds.
  public var nanoseconds: UInt64

  /// How much memory a search may take for backtracking, in KiB.
  public var heapKiB: UInt32

  /// Limits with the given bounds: by default 16 KiB of source, 5 million steps, 100 ms, 32 MiB.
  public init(
    sourceBytes: Int = 16 << 10, steps: UInt32 = 5_000_000, nanoseconds: UInt64 = 100_000_000,
    heapKiB: UInt32 = 32 << 10
  ) {
    self.sourceBytes = sourceBytes
    self.steps = steps
    self.nanoseconds = nanoseconds
    self.heapKiB = heapKiB
  }
}
