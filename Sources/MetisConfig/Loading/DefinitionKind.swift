/// The arrays of definitions in a configuration.
enum DefinitionKind: String, CaseIterable {
  case tools
  case resources
  case resourceTemplates = "resource_templates"
  case prompts

  /// The key of the array.
  var key: String { rawValue }

  /// The key that names folders of such definitions; templates stand in the folders of resources.
  var folderKey: String? { self == .resourceTemplates ? nil : "\(rawValue)_dir" }

  /// What one of them is called in messages.
  var noun: String {
    switch self {
    case .tools: "tool"
    case .resources: "resource"
    case .resourceTemplates: "resource template"
    case .prompts: "prompt"
    }
  }

  /// What one of them may hold.
  var declaration: TableDeclaration {
    switch self {
    case .tools: .tool
    case .resources: .resource
    case .resourceTemplates: .resourceTemplate
    case .prompts: .prompt
    }
  }

  /// Which defaults hold for them.
  var defaults: DefinitionDefaults.Kind {
    switch self {
    case .tools: .tool
    case .resources, .resourceTemplates: .resource
    case .prompts: .prompt
    }
  }

  /// The keys of which the first that is there tells a definition from the others.
  var identityKeys: [String] {
    switch self {
    case .tools, .prompts: ["name"]
    case .resources, .resourceTemplates: ["uri_template", "uri"]
    }
  }

  /// The kinds that a file in the folder of this one may hold.
  var inFolder: [DefinitionKind] { self == .resources ? [.resources, .resourceTemplates] : [self] }

  /// The keys that name folders of definitions.
  static let folderKeys = allCases.compactMap(\.folderKey)

  /// What tells `definition` from the others, as it is written; nil where it does not say.
  func identity(of definition: ConfigValue) -> String? {
    for key in identityKeys {
      if let text = definition[key]?.string { return text }
    }
    return nil
  }
}

/// A definition as the layers give it.
struct LayeredDefinition {
  /// The table, of all layers that speak of it, before substitution.
  var value: ConfigValue

  /// What tells it from the others; nil where it does not say.
  var identity: String?

  /// The lowest layer that speaks of it.
  var layer: Int

  /// Whether only settings of the command line speak of it: they define nothing by themselves.
  var isSetting = false
}
