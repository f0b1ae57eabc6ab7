/// What the layers say: settings, and the definitions that stand in them. Kept while nothing of it
/// changes.
final class MainReading {
  /// The settings.
  let configuration: Configuration
  /// What holds for definitions.
  let context: DefinitionContext
  /// The folders of definitions.
  let folders: [DefinitionFolders]
  /// The definitions that no folder can hold as well.
  let definitions: DecodedDefinitions
  let warnings: [ConfigReport.Noted]
  /// What was looked up.
  let sources = SubstitutionSources()
  /// The same for definitions that ``readRest(without:variable:report:)`` read last.
  private(set) var restSources = SubstitutionSources()

  /// Definitions of layers above their kind's folders: they change one of a folder, or stand for
  /// themselves. With their paths in messages.
  private let rest: [DefinitionKind: [(definition: LayeredDefinition, path: String)]]
  private let files: [ConfigSourceFile]
  private let names: [String]
  private let marks: [DefinitionStamps.Mark]
  private let absences: [String: Bool]
  /// Of ``rest``, the last time that it was read.
  private var restMarks: [DefinitionStamps.Mark] = []

  /// Decodes `tree`. `before` is the reading that this one follows.
  init(
    _ tree: LayeredTree, _ stored: [StoredFile], names: [String],
    variable: @escaping (String) -> String?, report: ConfigReport, before: MainReading?
  ) {
    files = stored.map(\.source)
    self.names = names
    let substitution = Substitution(variable: variable, report: report, sources: sources)
    let file = ConfigPlace(file: names.first ?? "")
    let root = substitution.apply(
      to: tree.settings ?? ConfigValue(.table([]), at: file), path: "")
    let decoding = ConfigurationDecoding(report: report, file: names.first ?? "metis.toml")
    let decoded = decoding.decode(root, folderLayers: tree.folderLayers)
    configuration = decoded.configuration
    folders = decoded.folders
    context = decoded.context
    if !context.allowsPlainSecrets, let settings = tree.settings {
      report.warn(PlainSecrets.warnings(in: settings))
    }

    var reader = DefinitionReader(
      context: context, substitution: substitution, report: report,
      stamps: DefinitionStamps(after: before.map { $0.marks + $0.restMarks } ?? []))
    var rest: [DefinitionKind: [(definition: LayeredDefinition, path: String)]] = [:]
    for kind in DefinitionKind.allCases {
      let folder = folders.first { $0.kind.inFolder.contains(kind) && !$0.folders.isEmpty }
      for (index, definition) in (tree.definitions[kind] ?? []).enumerated() {
        let path = "\(kind.key)[\(index)]"
        if definition.isSetting || (folder.map { definition.layer > $0.layer } ?? false) {
          rest[kind, default: []].append((definition, path))
        } else {
          reader.read(definition.value, kind: kind, path: path)
        }
      }
    }
    self.rest = rest
    definitions = reader.definitions
    marks = reader.stamps.marks
    restMarks = before?.restMarks ?? []
    warnings = report.noted
    absences = report.absences
  }

  /// Whether reading `stored` now would give the same.
  func holds(
    for stored: [StoredFile], names: [String], variable: (String) -> String?
  ) -> Bool {
    names == self.names && stored.count == files.count
      && zip(stored, files).allSatisfy { $0.source === $1 } && sources.isUnchanged(variable)
      && absences.allSatisfy { (FilePath.absence(of: $0) != nil) == $1 }
  }

  /// What is laid over the definitions in the folders of `kind`.
  func patches(for kind: DefinitionKind) -> DefinitionFile.Patches {
    DefinitionFile.Patches(kind.inFolder.flatMap { rest[$0] ?? [] }.map(\.definition))
  }

  /// Reads the definitions of ``rest`` that no folder holds: all but `patched`.
  func readRest(
    without patched: [DefinitionKind: Set<String>], variable: @escaping (String) -> String?,
    report: ConfigReport
  ) -> DecodedDefinitions {
    restSources = SubstitutionSources()
    if rest.isEmpty { return DecodedDefinitions() }
    var reader = DefinitionReader(
      context: context,
      substitution: Substitution(variable: variable, report: report, sources: restSources),
      report: report, stamps: DefinitionStamps(after: marks + restMarks))
    for kind in DefinitionKind.allCases {
      let folderKind = kind == .resourceTemplates ? DefinitionKind.resources : kind
      let found = patched[folderKind] ?? []
      for (definition, path) in rest[kind] ?? [] {
        if let identity = definition.identity, found.contains(identity) { continue }
        if definition.isSetting {
          report.error(
            "no \(kind.noun) is called \"\(definition.identity ?? "")\"",
            at: definition.value.place, path: kind.key,
            hint: "a setting changes a \(kind.noun) that a file defines")
        } else {
          reader.read(definition.value, kind: kind, path: path)
        }
      }
    }
    restMarks = reader.stamps.marks
    return reader.definitions
  }
}

extension LayeredTree {
  /// Parses `stored`, lays them over each other in their order, and `settings` over them.
  init(
    _ files: [LayerFiles.File], _ stored: [StoredFile], settings: [ConfigInputs.Setting],
    report: ConfigReport
  ) {
    self.init()
    for (file, stored) in zip(files, stored) {
      do {
        let format = FilePath.fileExtension(of: file.name)
        var root = try ConfigSource.parse(stored.source.bytes, as: format, file: file.name)
        if format == "toml" {
          var lifting = FolderLifting(report: report)
          root = lifting.lift(root)
        }
        add(root)
      } catch {
        report.add(error)
      }
    }
    SettingLayers(report: report, directory: FilePath.absolute(FilePath.workingDirectory()))
      .apply(settings, to: &self)
  }
}
