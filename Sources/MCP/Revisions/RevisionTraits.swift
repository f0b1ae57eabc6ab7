/// What differs between revisions, as data: the rest of the server asks here and names no revision.
public struct RevisionTraits: Sendable {
  /// The methods of this revision, by raw value.
  let methods: UInt64
  /// Members of definitions that clients of this revision know.
  public let definitionMembers: DefinitionMembers
  /// Results carry `resultType`, lists `ttlMs` and `cacheScope`, and `_meta` the server's info.
  public let isStateless: Bool
  /// `structuredContent` in tool results; `.any`: any JSON value, not only objects.
  public let structuredContent: StructuredContent
  /// Blocks of audio in content.
  let audioContent: Bool
  /// Blocks of type `resource_link` in content.
  let resourceLinks: Bool
  /// `Annotations.lastModified`.
  let lastModified: Bool
  /// `Implementation.description`, `icons` and `websiteUrl`.
  let serverDescription: Bool
  /// The capability `completions`.
  let completions: Bool
  /// Where tasks are announced.
  let tasks: Tasks
  /// The code of the error that no such resource exists.
  let resourceNotFound: Int
  /// Arguments that break the input schema of a tool give a result with `isError`, so that a model can
  /// correct itself; before they were an error of the request.
  public let inputFailuresAreResults: Bool
  /// `notifications/progress` carries a `message`.
  public let progressMessage: Bool

  /// How far results may be structured.
  public enum StructuredContent: Sendable {
    case absent
    case objects
    case any
  }

  /// Where a server announces that its tools may run as tasks.
  enum Tasks: Sendable {
    case absent
    /// The capability `tasks` (2025-11-25).
    case capability
    /// `io.modelcontextprotocol/tasks` among the extensions (2026-07-28).
    case `extension`
  }

  /// A set of members of definitions beyond those of the first revision.
  public struct DefinitionMembers: OptionSet, Sendable {
    /// A bit for each member.
    public let rawValue: UInt8
    /// The members with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `annotations` of tools.
    public static let annotations = DefinitionMembers(rawValue: 1)
    /// `title`.
    public static let title = DefinitionMembers(rawValue: 2)
    /// `outputSchema`.
    public static let outputSchema = DefinitionMembers(rawValue: 4)
    /// `_meta`.
    public static let meta = DefinitionMembers(rawValue: 8)
    /// `icons`.
    public static let icons = DefinitionMembers(rawValue: 16)
    /// `execution` of tools.
    public static let execution = DefinitionMembers(rawValue: 32)
  }

  init(
    methods: [Method], definitionMembers: DefinitionMembers, isStateless: Bool = false,
    structuredContent: StructuredContent, progressMessage: Bool, audioContent: Bool,
    resourceLinks: Bool, lastModified: Bool, serverDescription: Bool, completions: Bool,
    tasks: Tasks, resourceNotFound: Int, inputFailuresAreResults: Bool
  ) {
    self.methods = methods.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    self.definitionMembers = definitionMembers
    self.isStateless = isStateless
    self.structuredContent = structuredContent
    self.progressMessage = progressMessage
    self.audioContent = audioContent
    self.resourceLinks = resourceLinks
    self.lastModified = lastModified
    self.serverDescription = serverDescription
    self.completions = completions
    self.tasks = tasks
    self.resourceNotFound = resourceNotFound
    self.inputFailuresAreResults = inputFailuresAreResults
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
