import JSON
import MetisConfig
import MetisPluginAPI

/// The sections of a composition.
extension CompositionBuilder {
  /// The section as its plugin is to receive it; nil, with errors, where it is refused.
  mutating func checked(
    _ generation: PluginGeneration, _ kind: UInt32, _ section: ConfigSection
  ) -> [UInt8]? {
    let outcome = sections.check(generation, kind, section)
    errors += outcome.errors
    return outcome.errors.isEmpty ? outcome.text : nil
  }

  /// Checks the sections of all transports: that in use, and those that wait to be.
  mutating func checkTransports() {
    for (generation, section) in sections.transports(configuration, active) {
      _ = checked(generation, METIS_SECTION_TRANSPORT, section)
    }
  }

  /// What is said of a definition whose strategy nobody provides. It is listed, and calls of it fail.
  func missing(_ definition: TargetDefinition) -> ConfigError {
    let mock = definition.mock
    return ConfigError(
      .warning, at: mock.place, keyPath: mock.section.path + ".strategy",
      message: sections.notInstalled(mock.strategy) + "; calls of the \(definition.title) fail",
      hint: sections.installed(mock.strategy))
  }
}

extension PluginGeneration {
  /// A section of a transport as it is to receive it: texts of the environment as the numbers that
  /// the schema wants. The section has been checked.
  func transportConfig(_ section: ConfigSection) -> [UInt8] {
    guard case .schema(let schema) = sections.entry(METIS_SECTION_TRANSPORT, of: self) else {
      return section.value.toJSON().jsonBytes()
    }
    return schema.converting(section.value).toJSON().jsonBytes()
  }
}

extension [ConfigError] {
  /// Sorted file by file in the order of the configuration's, each from top to bottom.
  func inOrder(of configuration: Configuration) -> [ConfigError] {
    guard count > 1 else { return self }
    let ranks = Dictionary(
      configuration.files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let keys = enumerated().map { index, error in
      (ranks[error.file] ?? ranks.count, error.line, error.column, index)
    }
    return keys.sorted { $0 < $1 }.map { self[$0.3] }
  }
}
