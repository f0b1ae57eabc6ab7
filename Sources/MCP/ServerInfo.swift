public import JSON

/// Who the server says it is: `Implementation` of the schema, with its instructions and what it
/// offers.
public struct ServerInfo: Sendable {
  /// For programs.
  public var name: String
  /// The server's own version.
  public var version: String
  /// For people; since 2025-06-18.
  public var title: String?
  /// What the server is for; since 2025-11-25.
  public var description: String?
  /// An array of `Icon`; since 2025-11-25.
  public var icons: JSONValue?
  /// Where people read more; since 2025-11-25.
  public var websiteURL: String?
  /// What a model should know of the server.
  public var instructions: String?
  /// What the server can do.
  public var capabilities: Capabilities
  /// The revisions that are offered.
  public var revisions: [ProtocolRevision]
  /// Of the result of `server/discover`.
  public var discoverHints: CacheHints

  /// The info of a server.
  public init(
    name: String, version: String, title: String? = nil, description: String? = nil,
    icons: JSONValue? = nil, websiteURL: String? = nil, instructions: String? = nil,
    capabilities: Capabilities = Capabilities(),
    revisions: [ProtocolRevision] = ProtocolRevision.allCases,
    discoverHints: CacheHints = CacheHints()
  ) {
    self.name = name
    self.version = version
    self.title = title
    self.description = description
    self.icons = icons
    self.websiteURL = websiteURL
    self.instructions = instructions
    self.capabilities = capabilities
    self.revisions = revisions
    self.discoverHints = discoverHints
  }

  /// The `Implementation` object for clients of a revision.
  public func implementation(_ revision: ProtocolRevision) -> JSONValue {
    let traits = RevisionTraits.of(revision)
    var object: JSONObject = ["name": .string(name), "version": .string(version)]
    if traits.definitionMembers.contains(.title) { object["title"] = title.map(JSONValue.string) }
    if traits.serverDescription {
      object["description"] = description.map(JSONValue.string)
      object["websiteUrl"] = websiteURL.map(JSONValue.string)
      object["icons"] = icons
    }
    return .object(object)
  }

  /// The result of `initialize` (legacy), after the revision was negotiated.
  public func initializeResult(_ revision: ProtocolRevision) -> JSONValue {
    var object: JSONObject = [
      "protocolVersion": .string(revision.name.description),
      "capabilities": capabilities.offered(revision),
      "serverInfo": implementation(revision),
    ]
    if let instructions { object["instructions"] = .string(instructions) }
    return .object(object)
  }

  /// The result of `server/discover`, without `resultType` and `_meta`.
  public func discoverResult() -> JSONValue {
    let versions = revisions.filter { !$0.isLegacy }.sorted().reversed()
    var object: JSONObject = [
      "supportedVersions": .array(versions.map { .string($0.name.description) }),
      "capabilities": capabilities.offered(.july2026),
    ]
    if let instructions { object["instructions"] = .string(instructions) }
    discoverHints.add(to: &object, .july2026)
    return .object(object)
  }
}

/// What the server offers: `ServerCapabilities`, in the terms of the newest revision.
public struct Capabilities: Sendable {
  /// `tools`; nil where there are none. Whether clients are told of changes.
  public var toolsListChanged: Bool?
  /// `resources`; nil where there are none.
  public var resourcesListChanged: Bool?
  /// `resources.subscribe`.
  public var resourcesSubscribe = true
  /// `prompts`; nil where there are none.
  public var promptsListChanged: Bool?
  /// `completions`.
  public var completions = false
  /// `logging`.
  public var logging = true
  /// Some tool may run as a task.
  public var tasks = false
  /// `extensions` beside those that follow from the rest; since 2026-07-28.
  public var extensions = JSONObject()
  /// `experimental`.
  public var experimental = JSONObject()

  /// A server with tools and nothing else.
  public init() { toolsListChanged = true }

  /// The capabilities that clients of a revision are told.
  public func offered(_ revision: ProtocolRevision) -> JSONValue {
    let traits = RevisionTraits.of(revision)
    var object = JSONObject()
    if let changed = toolsListChanged { object["tools"] = ["listChanged": .bool(changed)] }
    if let changed = resourcesListChanged {
      object["resources"] = [
        "subscribe": .bool(resourcesSubscribe), "listChanged": .bool(changed),
      ]
    }
    if let changed = promptsListChanged { object["prompts"] = ["listChanged": .bool(changed)] }
    if completions, traits.completions { object["completions"] = [:] }
    if logging { object["logging"] = [:] }
    var extensions = extensions
    if tasks {
      switch traits.tasks {
      case .absent: break
      case .capability:
        object["tasks"] = ["list": [:], "cancel": [:], "requests": ["tools": ["call": [:]]]]
      case .extension:
        let name = "io.modelcontextprotocol/tasks"
        if !extensions.contains(name) { extensions[name] = [:] }
      }
    }
    if traits.isStateless, !extensions.isEmpty { object["extensions"] = .object(extensions) }
    if !experimental.isEmpty { object["experimental"] = .object(experimental) }
    return .object(object)
  }
}
