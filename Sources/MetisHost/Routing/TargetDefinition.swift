import JSON
import JSONSchema
import MCP
import MetisConfig

/// A definition of the configuration as the builder of compositions sees it, whatever its kind: made
/// for what is new alone (``DefinitionRow``).
struct TargetDefinition {
  /// What names a target in a configuration.
  struct Key: Hashable {
    let kind: Target.Kind
    let name: String
  }

  /// What the server's own settings make of a definition.
  struct Settings: Equatable {
    /// Nanoseconds.
    let timeout: UInt64
    /// Of tools.
    fileprivate(set) var validation = ValidationSettings()
    /// Of resources.
    fileprivate(set) var hints = CacheHints()

    fileprivate init(timeout: UInt64) { self.timeout = timeout }
  }

  /// What the server's own settings say for all definitions.
  struct Common {
    /// Nanoseconds.
    private let timeout: UInt64
    private let hint: CacheHint

    init(_ configuration: Configuration) {
      timeout = UInt64(clamping: configuration.performance.requestTimeout.nanoseconds)
      hint = configuration.server.caching.resource
    }

    func settings(_ tool: Shared<MetisConfig.ToolDefinition>) -> Settings {
      var settings = settings(tool.value.mock.timeout)
      settings.validation = tool.value.validation
      return settings
    }

    func settings(_ resource: Shared<MetisConfig.ResourceDefinition>) -> Settings {
      var settings = settings(resource.value.mock.timeout)
      settings.hints = CacheHints(
        ttlMs: resource.value.ttlMs ?? hint.ttlMs,
        scope: (resource.value.cacheScope ?? hint.scope).rawValue)
      return settings
    }

    func settings(_ prompt: Shared<MetisConfig.PromptDefinition>) -> Settings {
      settings(prompt.value.mock.timeout)
    }

    private func settings(_ own: Duration?) -> Settings {
      Settings(timeout: own.map { UInt64(clamping: $0.nanoseconds) } ?? timeout)
    }
  }

  let key: Key
  let mock: MockSettings
  /// The whole definition as it stands in the file.
  let definition: JSONValue
  let directory: String
  let settings: Settings
  let listing: Target.Listing
  private let source: Source

  private enum Source {
    case tool(MetisConfig.ToolDefinition)
    case resource(MetisConfig.ResourceDefinition)
    case prompt(MetisConfig.PromptDefinition)
  }

  init(_ tool: Shared<MetisConfig.ToolDefinition>, _ common: Common) {
    key = Key(kind: .tool, name: tool.name)
    mock = tool.mock
    definition = tool.definition
    directory = tool.directory
    settings = common.settings(tool)
    source = .tool(tool.value)
    listing = .tool(
      MCP.ToolDefinition(
        name: tool.name, title: tool.title, description: tool.description,
        inputSchema: .object(tool.inputSchema),
        outputSchema: tool.outputSchema.map(JSONValue.object),
        annotations: tool.annotations.map(JSONValue.object),
        taskSupport: tool.taskSupport == .forbidden ? nil : tool.taskSupport.rawValue,
        icons: tool.icons, meta: tool.meta.map(JSONValue.object)))
  }

  init(_ resource: Shared<MetisConfig.ResourceDefinition>, _ common: Common) {
    key = Key(kind: .resource, name: resource.uri)
    mock = resource.mock
    definition = resource.definition
    directory = resource.directory
    settings = common.settings(resource)
    source = .resource(resource.value)
    listing = .resource(
      MCP.ResourceDefinition(
        uri: resource.uri, isTemplate: resource.isTemplate, name: resource.name,
        title: resource.title, description: resource.description, mimeType: resource.mimeType,
        size: resource.size, annotations: resource.annotations.map(JSONValue.object),
        icons: resource.icons, meta: resource.meta.map(JSONValue.object)))
  }

  init(_ prompt: Shared<MetisConfig.PromptDefinition>, _ common: Common) {
    key = Key(kind: .prompt, name: prompt.name)
    mock = prompt.mock
    definition = prompt.definition
    directory = prompt.directory
    settings = common.settings(prompt)
    source = .prompt(prompt.value)
    listing = .prompt(
      MCP.PromptDefinition(
        name: prompt.name, title: prompt.title, description: prompt.description,
        arguments: prompt.arguments.map {
          MCP.PromptDefinition.Argument(
            name: $0.name, title: $0.title, description: $0.description,
            isRequired: $0.isRequired)
        }, icons: prompt.icons, meta: prompt.meta.map(JSONValue.object)))
  }

  /// For messages: `tool greet`.
  var title: String {
    switch key.kind {
    case .tool: "tool \(key.name)"
    case .resource: "resource \(key.name)"
    case .prompt: "prompt \(key.name)"
    }
  }

  /// FNV-1a, 64 bits, of the name: stable from run to run, as seeds have to be. Resources and prompts
  /// do not share the seed of a tool of their name.
  var hash: UInt64 {
    let start: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(key.kind.rawValue - 1)
    return key.name.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// What is held against requests and results; compiles the schemas that `schemas` has not.
  func rules(_ schemas: inout CompiledSchemas) throws(ConfigError) -> Target.Rules {
    var rules = Target.Rules()
    rules.hints = settings.hints
    switch source {
    case .tool(let tool):
      rules.taskSupport = tool.taskSupport
      rules.headers = HeaderParameters(
        tool.parameterHeaders.map { HeaderParameters.Parameter(name: $0.name, path: $0.path) })
      try addSchemas(of: tool, to: &rules, &schemas)
    case .resource(let resource):
      rules.completions = resource.completions
      guard resource.isTemplate else { break }
      do {
        rules.template = try URITemplate(resource.uri)
      } catch {
        throw ConfigError(
          at: resource.place, keyPath: "resources.\(resource.name).uri_template",
          message: error.message)
      }
    case .prompt(let prompt):
      rules.arguments = prompt.arguments
      for argument in prompt.arguments { rules.completions[argument.name] = argument.completions }
    }
    return rules
  }

  private func addSchemas(
    of tool: MetisConfig.ToolDefinition, to rules: inout Target.Rules,
    _ schemas: inout CompiledSchemas
  ) throws(ConfigError) {
    // A schema that says nothing sensible is refused even where nobody asks it.
    var key = "input_schema"
    do {
      let input = try InputRule(schemas.schema(of: .object(tool.inputSchema)))
      if tool.validation.input { rules.input = input }
      key = "output_schema"
      if let schema = tool.outputSchema {
        let output = OutputRule(
          try schemas.schema(of: .object(schema)), isError: tool.validation.output == .error)
        if tool.validation.output != .off { rules.output = output }
      }
    } catch {
      let pointer = error.pointer.tokens.isEmpty ? "" : " at \(error.pointer)"
      throw ConfigError(
        at: tool.place, keyPath: "tools.\(tool.name).\(key)",
        message: "found a schema that does not compile\(pointer): \(error.message)")
    }
  }
}

extension CacheHints {
  /// The hints of a setting.
  init(_ hint: CacheHint) { self.init(ttlMs: hint.ttlMs, scope: hint.scope.rawValue) }
}

extension ServerInfo {
  /// Who the server of a configuration is, and what it offers.
  init(_ configuration: Configuration) {
    let server = configuration.server
    self.init(
      name: server.name, version: server.version, title: server.title,
      description: server.description, icons: server.icons, websiteURL: server.websiteURL,
      instructions: server.instructions, capabilities: Capabilities(configuration),
      revisions: ProtocolRevision.allCases.filter {
        server.revisions.contains($0.name.description)
      }, discoverHints: CacheHints(server.caching.discover))
  }
}

extension Capabilities {
  /// Derived from what is defined; the settings decide where they say something.
  fileprivate init(_ configuration: Configuration) {
    let settings = configuration.server.capabilities
    let (tools, resources) = (configuration.tools, configuration.resources)
    self.init()
    toolsListChanged = settings.toolsListChanged ?? (tools.isEmpty ? nil : true)
    let hasResources = !resources.isEmpty || settings.resourcesSubscribe == true
    resourcesListChanged = settings.resourcesListChanged ?? (hasResources ? true : nil)
    resourcesSubscribe = settings.resourcesSubscribe ?? true
    promptsListChanged =
      settings.promptsListChanged ?? (configuration.prompts.isEmpty ? nil : true)
    // By places: a closure over the elements would copy each of ten thousand definitions.
    let prompts = configuration.prompts
    completions =
      settings.completions
      ?? (resources.indices.contains { !resources[$0].completions.isEmpty }
        || prompts.indices.contains { place in
          prompts[place].arguments.contains { $0.completions != nil }
        })
    logging = settings.logging ?? true
    tasks = tools.indices.contains { tools[$0].taskSupport != .forbidden }
    extensions = settings.extensions
    let ui = "io.modelcontextprotocol/ui"
    if !extensions.contains(ui), tools.indices.contains(where: { tools[$0].ui != nil }) {
      extensions[ui] = [:]
    }
    experimental = settings.experimental
  }
}
