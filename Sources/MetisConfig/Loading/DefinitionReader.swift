/// Decoded definitions, kind by kind.
struct DecodedDefinitions {
  var tools: [ToolDefinition] = []
  var resources: [ResourceDefinition] = []
  var templates: [ResourceDefinition] = []
  var prompts: [PromptDefinition] = []

  /// Adds `others` at the end of each kind.
  mutating func append(_ others: DecodedDefinitions) {
    tools += others.tools
    resources += others.resources
    templates += others.templates
    prompts += others.prompts
  }
}

/// Substitutes and decodes definitions, one after the other, with what holds for all of them.
struct DefinitionReader {
  let context: DefinitionContext
  let substitution: Substitution
  let report: ConfigReport
  var stamps: DefinitionStamps
  private(set) var definitions = DecodedDefinitions()

  init(
    context: DefinitionContext, substitution: Substitution, report: ConfigReport,
    stamps: DefinitionStamps
  ) {
    self.context = context
    self.substitution = substitution
    self.report = report
    self.stamps = stamps
  }

  /// Decodes `value`, a definition before substitution, and keeps it where it is whole.
  mutating func read(_ value: ConfigValue, kind: DefinitionKind, path: String) {
    let value = substitution.apply(to: value, path: path)
    switch kind {
    case .tools:
      guard
        var tool = ToolDefinition.decode(
          value, path: path, validation: context.validation, report: report)
      else { return }
      tool.stamp = stamps.stamp(of: value, kind: kind, context: context)
      definitions.tools.append(tool)
    case .resources, .resourceTemplates:
      let isTemplate = kind == .resourceTemplates
      guard
        var resource = ResourceDefinition.decode(
          value, path: path, isTemplate: isTemplate, report: report)
      else { return }
      resource.stamp = stamps.stamp(of: value, kind: kind, context: context)
      if isTemplate {
        definitions.templates.append(resource)
      } else {
        definitions.resources.append(resource)
      }
    case .prompts:
      guard var prompt = PromptDefinition.decode(value, path: path, report: report) else { return }
      prompt.stamp = stamps.stamp(of: value, kind: kind, context: context)
      definitions.prompts.append(prompt)
    }
  }
}
