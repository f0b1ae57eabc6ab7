/// How messages of a revision travel.
///
/// Sources: "Transports" and, for batches, "Messages" of each revision.
public struct TransportTraits: Sendable {
  private let revision: ProtocolRevision

  /// The traits of a revision.
  @inline(__always)
  public static func of(_ revision: ProtocolRevision) -> TransportTraits {
    TransportTraits(revision: revision)
  }

  /// JSON-RPC batches: in 2025-03-26 alone.
  public var hasBatches: Bool { revision == .march2025 }

  /// `MCP-Protocol-Version` has a meaning: since 2025-06-18.
  public var hasVersionField: Bool { revision >= .june2025 }

  /// Streams of sessions may be resumed by `Last-Event-ID`: 2025-03-26 to 2025-11-25.
  public var canResume: Bool { revision >= .march2025 && revision.isLegacy }

  /// Streams begin with an event that has an id and no data, and the server may close them and let
  /// the client come again: in 2025-11-25.
  public var hasPolling: Bool { revision >= .november2025 && revision.isLegacy }
}
