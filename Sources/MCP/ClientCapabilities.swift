public import JSON

/// What a client says it can do, as far as the server asks it for something: `ClientCapabilities` of
/// the schema, from `initialize` or from `_meta` of a request.
public struct ClientCapabilities: Sendable {
  /// `elicitation` with `form`, or with nothing: the form is what it began with (2025-06-18).
  public private(set) var elicitsForms = false
  /// `elicitation.url`: since 2025-11-25.
  public private(set) var elicitsURLs = false
  /// `sampling`.
  public private(set) var samples = false
  /// `sampling.tools`: since 2025-11-25.
  public private(set) var samplesWithTools = false
  /// `roots`.
  public private(set) var listsRoots = false
  /// The names in `extensions`: since 2026-07-28.
  public private(set) var extensions: Set<String> = []

  /// The extension by which a call may go on as a task (2026-07-28).
  public static let tasksExtension = "io.modelcontextprotocol/tasks"

  /// What the object declares; anything that is no object declares nothing.
  public init(_ value: JSONValue) {
    if let elicitation = value["elicitation"]?.object {
      elicitsURLs = elicitation["url"]?.object != nil
      elicitsForms = elicitation["form"]?.object != nil || !elicitsURLs
    }
    if let sampling = value["sampling"]?.object {
      samples = true
      samplesWithTools = sampling["tools"]?.object != nil
    }
    listsRoots = value["roots"]?.object != nil
    if let declared = value["extensions"]?.object {
      extensions = Set(declared.filter { $0.value.object != nil }.map(\.key))
    }
  }

  /// Whether the client can answer a request.
  public func canAnswer(_ request: InputRequest) -> Bool {
    switch request.kind {
    case .form: elicitsForms
    case .url: elicitsURLs
    case .sampling: samples && (samplesWithTools || !request.usesTools)
    case .roots: listsRoots
    }
  }

  /// Whether the client declares the extension ``tasksExtension``.
  public var hasTasks: Bool { extensions.contains(ClientCapabilities.tasksExtension) }
}
