import JSON
import MCP
import MetisConfig
import MetisPluginAPI
import Synchronization

/// Something that can be asked: a tool, a resource, a template of resources or a prompt; what it is,
/// what is held against it, its counters.
///
/// A target outlives reloads and swaps as long as its definition is the same, so that its calls are
/// numbered through: the same calls give the same answers whatever happened in between.
final class Target: @unchecked Sendable {
  /// What a target is, in the words of the ABI.
  enum Kind: UInt32, Sendable, CaseIterable {
    case tool = 1
    case resource = 2
    case prompt = 3

    /// The method that asks for it.
    var method: Method {
      switch self {
      case .tool: .toolsCall
      case .resource: .resourcesRead
      case .prompt: .promptsGet
      }
    }

    /// What a result of it consists of.
    var body: ResultMembers.Bodies {
      switch self {
      case .tool: .content
      case .resource: .contents
      case .prompt: .messages
      }
    }
  }

  /// What clients see of it.
  enum Listing: Sendable {
    case tool(MCP.ToolDefinition)
    case resource(MCP.ResourceDefinition)
    case prompt(MCP.PromptDefinition)

    /// The entry of its list.
    func encoded(_ revision: ProtocolRevision) -> JSONValue {
      switch self {
      case .tool(let tool): tool.encoded(revision)
      case .resource(let resource): resource.encoded(revision)
      case .prompt(let prompt): prompt.encoded(revision)
      }
    }
  }

  /// What the host holds against requests and results, and fills in.
  struct Rules: Sendable {
    /// Of the arguments of a tool.
    var input: InputRule?
    /// Of the structured content of a tool.
    var output: OutputRule?
    /// Of the fields of HTTP that repeat arguments.
    var headers: HeaderParameters?
    /// The arguments of a prompt.
    var arguments: [PromptArgument] = []
    /// What `completion/complete` suggests, by argument or variable.
    var completions: [String: CompletionValues] = [:]
    /// Of what is read of a resource.
    var hints = CacheHints()
    /// Whether a tool may run as a task.
    var taskSupport = TaskSupport.forbidden
    /// The template that a resource's URI is.
    var template: URITemplate?
  }

  let kind: Kind
  /// The tool's or prompt's name, the resource's URI, or the template.
  let name: String
  let listing: Listing
  let rules: Rules
  let hasOutputSchema: Bool
  /// Whether a tool may run as a task, without touching ``rules``.
  let taskSupport: TaskSupport
  /// Whether anything is held against the arguments of a tool, without touching ``rules``.
  let checksInput: Bool
  /// Whether a resource is a template, without touching ``rules``.
  let isTemplate: Bool
  /// Whether anything is held against the result of a tool.
  let checksOutput: Bool
  let seed: UInt64
  /// Nanoseconds that a call may take.
  let timeout: UInt64
  /// Calls so far.
  let ordinal: Atomic<UInt64>
  /// See ``fingerprint``; 0 until somebody asks.
  private let knownFingerprint = Atomic<UInt64>(0)

  init(
    listing: Listing, rules: Rules = Rules(), seed: UInt64, timeout: UInt64, ordinal: UInt64 = 0
  ) {
    self.listing = listing
    self.rules = rules
    taskSupport = rules.taskSupport
    hasOutputSchema = if case .tool(let tool) = listing { tool.outputSchema != nil } else { false }
    switch listing {
    case .tool(let tool): (kind, name) = (.tool, tool.name)
    case .resource(let resource): (kind, name) = (.resource, resource.uri)
    case .prompt(let prompt): (kind, name) = (.prompt, prompt.name)
    }
    checksInput = rules.input != nil || rules.headers != nil
    checksOutput = rules.output != nil
    isTemplate = rules.template != nil
    self.seed = seed
    self.timeout = timeout
    self.ordinal = Atomic(ordinal)
  }

  /// FNV-1a of what its list shows in any revision; never 0. Made when a cursor or a comparison needs
  /// it: most targets are taken over by the next configuration as they are. [any-thread]
  var fingerprint: UInt64 {
    let known = knownFingerprint.load(ordering: .relaxed)
    if known != 0 { return known }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      hash = (hash ^ 0xFF) &* 0x100_0000_01B3
    }
    add(listing.encoded(.newest).jsonBytes())
    // What older revisions alone show.
    if case .tool(let tool) = listing, let support = tool.taskSupport { add(support.utf8) }
    let made = max(1, hash)
    knownFingerprint.store(made, ordering: .relaxed)
    return made
  }

  /// The media type of a resource's contents; nil for other kinds.
  var mimeType: String? {
    if case .resource(let resource) = listing { resource.mimeType } else { nil }
  }

  /// What a prompt is for; nil for other kinds.
  var promptDescription: String? {
    if case .prompt(let prompt) = listing { prompt.description } else { nil }
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
