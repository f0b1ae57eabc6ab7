/// Decoded definitions, kind by kind.
struct DecodedDefinitions {
  var tools: [Shared<ToolDefinition>] = []
  var resources: [Shared<ResourceDefinition>] = []
  var templates: [Shared<ResourceDefinition>] = []
  var prompts: [Shared<PromptDefinition>] = []

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
  private let defaults: DefinitionDefaults

  init(
    context: DefinitionContext, substitution: Substitution, report: ConfigReport,
    stamps: DefinitionStamps
  ) {
    self.context = context
    self.substitution = substitution
    self.report = report
    self.stamps = stamps
    defaults = context.defaults.reporting(to: report)
  }

  /// Decodes `value`, a definition before substitution, and keeps it where it is whole.
  mutating func read(_ value: ConfigValue, kind: DefinitionKind, path: String) {
    if !context.allowsPlainSecrets {
      report.warn(PlainSecrets.warnings(in: value, declarations: kind.declaration), below: path)
    }
    let value = substitution.apply(to: value, path: path)
    var check = DeclarationCheck(report, path: path)
    check.check(value, against: kind.declaration)
    let stamp = stamps.stamp(of: value, kind: kind, context: context)
    let whole = defaults.apply(to: value, kind.defaults, path: path)
    switch kind {
    case .tools:
      guard
        var tool = ToolDefinition.decode(
          whole, path: path, validation: context.validation, report: report)
      else { return }
      tool.stamp = stamp
      definitions.tools.append(Shared(tool))
    case .resources, .resourceTemplates:
      let isTemplate = kind == .resourceTemplates
      guard
        var resource = ResourceDefinition.decode(
          whole, path: path, isTemplate: isTemplate, report: report)
      else { return }
      resource.stamp = stamp
      if isTemplate {
        definitions.templates.append(Shared(resource))
      } else {
        definitions.resources.append(Shared(resource))
      }
    case .prompts:
      guard var prompt = PromptDefinition.decode(whole, path: path, report: report) else { return }
      prompt.stamp = stamp
      definitions.prompts.append(Shared(prompt))
    }
  }
}
