import Glibc
import JSON
import MetisConfig
import MetisPluginAPI

/// What the sections of a configuration refer to, by the annotations of their plugins' schemas: files
/// to watch, and secrets to mask. Control thread only.
struct SectionReferences {
  /// Absolute paths of files (`metis-path`, and what `metis-glob` matches).
  private(set) var files: Set<String> = []
  /// Absolute paths of folders whose files come and go (`metis-glob`, `metis-directory`).
  private(set) var folders: Set<String> = []
  /// Key paths of secrets (`writeOnly`): `auth.apikey.keys[0]`.
  private(set) var secrets: [String] = []
  /// Where secrets stand: their keys, or themselves in arrays. Key paths in a file of a folder of
  /// definitions, or in defaults, are not those of the whole configuration; places are.
  private(set) var secretPlaces: Set<ConfigPlace> = []
  /// Secrets that stand in the file in the clear, schemas that are none, strategies in strategies
  /// that are not installed; each once.
  private(set) var warnings: [ConfigError] = []

  private let check: SectionCheck
  /// Of each definition, in the order of ``DefinitionRow``: its section refers to nothing. Such a one
  /// is not looked through again while it and the plugins are the same; what the others refer to
  /// depends on folders and lines that change beside them.
  private var isPlain: [Bool] = []

  /// What one section of a strategy refers to, strategies in it included.
  init(_ section: ConfigSection, of generation: PluginGeneration, _ check: SectionCheck) {
    self.init(check)
    look(generation, METIS_SECTION_STRATEGY, section, 0)
  }

  private init(_ check: SectionCheck) { self.check = check }

  /// Looks through all sections of `configuration`. `active` are the generations that serve, in the
  /// order of their manifests. `origins`: of each definition its place in the configuration of
  /// `before`, where it is the same; else -1.
  init(
    _ configuration: Configuration, _ active: [PluginGeneration],
    before: SectionReferences? = nil, origins: [Int] = []
  ) {
    check = SectionCheck(active: active)
    let row = DefinitionRow(configuration)
    let areKnown = origins.count == row.count && before?.wasMade(under: active) == true
    isPlain.reserveCapacity(row.count)
    for place in row.indices {
      if areKnown, let before, origins[place] >= 0, before.isPlain[origins[place]] {
        isPlain.append(true)
        continue
      }
      let mock = row.mock(place)
      guard let generation = check.strategies[mock.strategy] else {
        isPlain.append(true)
        continue
      }
      let isPlain = !look(generation, METIS_SECTION_STRATEGY, mock.section, 0)
      self.isPlain.append(isPlain)
    }
    for (generation, section) in check.transports(configuration, active) {
      look(generation, METIS_SECTION_TRANSPORT, section, 0)
    }
    for method in configuration.auth.methods {
      let generation = active.first {
        $0.auth != nil && $0.descriptor.provides.contains(method.name)
      }
      if let generation { look(generation, METIS_SECTION_AUTH, method.section, 0) }
    }
    for generation in active {
      look(generation, METIS_SECTION_PLUGIN, generation.configSection, 0)
    }
  }

  private func wasMade(under active: [PluginGeneration]) -> Bool {
    check.active.count == active.count && zip(check.active, active).allSatisfy { $0 === $1 }
  }

  /// Whether the section of the definition at `place` refers to nothing, also while the generations
  /// `active` serve.
  func isPlain(_ place: Int, under active: [PluginGeneration]) -> Bool {
    isPlain[place] && wasMade(under: active)
  }

  /// The schema of a generation's sections; warns of one that is none.
  private mutating func schema(
    _ kind: UInt32, _ generation: PluginGeneration
  ) -> SectionSchema? {
    switch generation.sections.entry(kind, of: generation) {
    case .none: return nil
    case .schema(let schema): return schema
    case .faulty(let reason):
      warn(
        ConfigError(
          .warning, at: ConfigPlace(file: generation.manifest.file),
          message: "the schema that \(generation.id) gives for \(SectionSchemas.name(kind)) is "
            + "faulty: \(reason)", hint: "they go unchecked; tell the plugin's vendor"))
      return nil
    }
  }

  private mutating func warn(_ warning: ConfigError) {
    if !warnings.contains(warning) { warnings.append(warning) }
  }

  /// The files that the sections of a configuration name, and the folders of patterns: what a watcher
  /// watches beside the configuration itself.
  static func files(
    in configuration: Configuration, _ active: [PluginGeneration]
  ) -> Set<String> {
    let references = SectionReferences(configuration, active)
    return references.files.union(references.folders)
  }

  /// The key paths of the secrets in the sections of a configuration.
  static func secrets(in configuration: Configuration, _ active: [PluginGeneration]) -> [String] {
    SectionReferences(configuration, active).secrets
  }

  /// Whether a section refers to anything.
  @discardableResult
  private mutating func look(
    _ generation: PluginGeneration, _ kind: UInt32, _ section: ConfigSection, _ depth: Int
  ) -> Bool {
    // A faulty schema is told of by each composition.
    if case .faulty = generation.sections.entry(kind, of: generation) {
      _ = schema(kind, generation)
      return true
    }
    guard depth < SectionCheck.depth, let schema = schema(kind, generation) else { return false }
    let annotations = AnnotationWalk(schema).annotations(of: section.value)
    for (annotation, value, path) in annotations {
      let pointer = JSONPointer(tokens: path).description
      switch annotation {
      case .file:
        if let text = value.string, !text.isEmpty {
          files.insert(SectionFile.absolute(text, in: section.directory))
        }
      case .directory:
        if let text = value.string, !text.isEmpty {
          folders.insert(SectionFile.absolute(text, in: section.directory))
        }
      case .glob:
        guard let text = value.string, !text.isEmpty else { break }
        files.formUnion(SectionFile.matches(text, in: section.directory))
        folders.insert(SectionFile.folder(of: text, in: section.directory))
      case .secret:
        let place = section.error(at: pointer, message: "")
        // A manifest is another file than the configuration that key paths lead through.
        if kind != METIS_SECTION_PLUGIN { secrets.append(place.keyPath) }
        secretPlaces.insert(place.place)
        warnOfSecret(value, place)
      case .strategy:
        guard let mock = NestedStrategy(value, path, section) else { break }
        if let generation = check.strategies[mock.name] {
          look(generation, METIS_SECTION_STRATEGY, mock.section, depth + 1)
        } else {
          let place = section.error(
            at: JSONPointer(tokens: path + ["strategy"]).description,
            message: check.notInstalled(mock.name), hint: check.installed(mock.name))
          warn(place.asWarning)
        }
      }
    }
    return !annotations.isEmpty
  }

  private mutating func warnOfSecret(_ value: ConfigValue, _ place: ConfigError) {
    guard !value.holdsSubstituted, value.string?.isEmpty != true else { return }
    warn(
      ConfigError(
        .warning, at: place.place, keyPath: place.keyPath,
        message: "a secret stands in the clear",
        hint: "write ${NAME} and set that variable of the environment"))
  }
}

extension SectionCheck {
  /// The files that a definition's section names, as they are now.
  func files(
    of definition: TargetDefinition, _ generation: PluginGeneration
  ) -> [String: FileStamp] {
    SectionReferences(definition.mock.section, of: generation, self).files
      .reduce(into: [:]) { $0[$1] = FileStamp(following: $1) }
  }

  /// The sections of transports that an active plugin provides, each once; that of the transport in
  /// use stands among them also where the file says nothing.
  func transports(
    _ configuration: Configuration, _ active: [PluginGeneration]
  ) -> [(generation: PluginGeneration, section: ConfigSection)] {
    let transport = configuration.transport
    let names = Set(transport.sections.keys).union([transport.type]).sorted()
    return names.compactMap { name in
      active.first { $0.transport != nil && $0.descriptor.provides.contains(name) }
        .map { ($0, transport.section(of: name)) }
    }
  }
}

extension ConfigError {
  /// The same without refusing the configuration.
  var asWarning: ConfigError {
    var warning = self
    warning.severity = .warning
    return warning
  }
}
