/// What differs between revisions, as data: the rest of the server asks here and names no revision.
public struct RevisionTraits: Sendable {
  /// The methods of this revision, by raw value.
  let methods: UInt64
  /// Members of a tool definition that clients of this revision know.
  public let toolMembers: ToolMembers
  /// Results carry `resultType`, lists `ttlMs` and `cacheScope`, and `_meta` the server's info.
  public let isStateless: Bool
  /// `structuredContent` in tool results; `.any`: any JSON value, not only objects.
  public let structuredContent: StructuredContent
  /// `Implementation.title`, and `description`, `icons`, `websiteUrl` with it where later.
  public let serverTitle: Bool
  /// `notifications/progress` carries a `message`.
  public let progressMessage: Bool

  /// How far results may be structured.
  public enum StructuredContent: Sendable {
    case absent
    case objects
    case any
  }

  /// A set of members of a tool definition beyond `name`, `description` and `inputSchema`.
  public struct ToolMembers: OptionSet, Sendable {
    /// A bit for each member.
    public let rawValue: UInt8
    /// The members with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `annotations`.
    public static let annotations = ToolMembers(rawValue: 1)
    /// `title`.
    public static let title = ToolMembers(rawValue: 2)
    /// `outputSchema`.
    public static let outputSchema = ToolMembers(rawValue: 4)
    /// `_meta`.
    public static let meta = ToolMembers(rawValue: 8)
    /// `icons`.
    public static let icons = ToolMembers(rawValue: 16)
  }

  init(
    methods: [Method], toolMembers: ToolMembers, isStateless: Bool = false,
    structuredContent: StructuredContent, serverTitle: Bool, progressMessage: Bool
  ) {
    self.methods = methods.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    self.toolMembers = toolMembers
    self.isStateless = isStateless
    self.structuredContent = structuredContent
    self.serverTitle = serverTitle
    self.progressMessage = progressMessage
  }

  /// Whether clients of this revision may send `method`.
  public func knows(_ method: Method) -> Bool { methods & 1 << UInt64(method.rawValue) != 0 }

  /// The methods of the handshake era.
  static let legacyMethods: [Method] = [
    .initialize, .ping, .toolsList, .toolsCall, .resourcesList, .resourceTemplatesList,
    .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe, .promptsList, .promptsGet,
    .complete, .setLevel, .initialized, .cancelled, .progress, .rootsListChanged,
  ]

  /// Whether a revision is of the stateless era: what the request path asks of every answer.
  @inline(__always)
  public static func isStateless(_ revision: ProtocolRevision) -> Bool { !revision.isLegacy }

  /// The traits of a revision.
  public static func of(_ revision: ProtocolRevision) -> RevisionTraits {
    switch revision {
    case .november2024: .november2024
    case .march2025: .march2025
    case .june2025: .june2025
    case .november2025: .november2025
    case .july2026: .july2026
    }
  }
}
