/// What a file in a folder of definitions gave, with all that it depended on: while that stays the
/// same, the file is not parsed again. Immutable but for its identity on the disk.
final class DefinitionFile {
  /// The file; its identity moves on where only that changed.
  var stored: StoredFile
  let definitions: DecodedDefinitions
  let warnings: [ConfigReport.Noted]
  let marks: [DefinitionStamps.Mark]
  private let context: Int
  private let absences: [String: Bool]
  private let sources: SubstitutionSources
  private let names: [String]
  private let patches: Int

  /// What is laid over the definitions of a folder by layers above it, by their names or URIs.
  struct Patches {
    private(set) var values: [String: LayeredDefinition] = [:]

    init(_ definitions: [LayeredDefinition]) {
      for definition in definitions {
        guard let identity = definition.identity else { continue }
        values[identity] = values[identity] ?? definition
      }
    }

    /// A hash of those that speak of `names`; 0 for none.
    func contents(for names: [String]) -> Int {
      if values.isEmpty { return 0 }
      var hasher = Hasher()
      var found = false
      for name in names {
        guard let patch = values[name] else { continue }
        found = true
        patch.value.hashPlaces(into: &hasher)
        patch.value.hashContents(into: &hasher)
      }
      return found ? hasher.finalize() : 0
    }
  }

  /// Whether `stored` and everything that holds for it now would give the same.
  func holds(
    for stored: StoredFile, context: DefinitionContext, patches: Patches,
    variable: (String) -> String?
  ) -> Bool {
    stored.source === self.stored.source && context.places == self.context
      && patches.contents(for: names) == self.patches && sources.isUnchanged(variable)
      && absences.allSatisfy { (FilePath.absence(of: $0) != nil) == $1 }
  }

  /// The names of its definitions that `patches` speaks of.
  func patched(by patches: Patches) -> [String] {
    patches.values.isEmpty ? [] : names.filter { patches.values[$0] != nil }
  }

  /// The files that its references name, absolute.
  var includedFiles: [String] { sources.files.isEmpty ? [] : Array(sources.files.keys) }

  /// Reads `stored`, a file in a folder of `kind`. Errors and warnings go to `report`; `before` is
  /// what the file gave last.
  init(
    _ stored: StoredFile, kind: DefinitionKind, context: DefinitionContext, patches: Patches,
    variable: @escaping (String) -> String?, report: ConfigReport, before: DefinitionFile?
  ) {
    self.stored = stored
    self.context = context.places
    sources = SubstitutionSources()
    let substitution = Substitution(variable: variable, report: report, sources: sources)
    var reader = DefinitionReader(
      context: context, substitution: substitution, report: report,
      stamps: DefinitionStamps(after: before?.marks ?? []))
    var names: [String] = []
    do throws(ConfigErrors) {
      let file = stored.source.path
      try ConfigSource.refuseOtherFormats(file)
      let root = try ConfigSource.parseAny(
        stored.source.bytes, as: FilePath.fileExtension(of: file), file: file)
      for (kind, value, path) in Self.parts(of: root, in: kind, report: report) {
        var value = value
        if let name = kind.identity(of: value) {
          names.append(name)
          if let patch = patches.values[name] { value = Self.merge(value, patch, kind) }
        }
        reader.read(value, kind: kind, path: path)
      }
    } catch {
      report.add(error)
    }
    definitions = reader.definitions
    marks = reader.stamps.marks
    warnings = report.noted
    absences = report.absences
    self.names = names
    self.patches = patches.contents(for: names)
  }

  /// `value` with `patch` over it. What a setting adds to know the definition by stays out.
  static func merge(
    _ value: ConfigValue, _ patch: LayeredDefinition, _ kind: DefinitionKind
  ) -> ConfigValue {
    var over = patch.value
    if patch.isSetting, let entries = over.table {
      over.content = .table(
        entries.filter { !(kind.identityKeys.contains($0.key) && $0.place == over.place) })
    }
    return value.merged(with: over, arrays: .replaced)
  }

  /// The definitions of a file: the one at its top, those of its arrays, or those of the array that
  /// it is; with their paths in the file.
  static func parts(
    of root: ConfigValue, in kind: DefinitionKind, report: ConfigReport
  ) -> [(DefinitionKind, ConfigValue, path: String)] {
    if let elements = root.array {
      return elements.enumerated().map { (kind, $1, "[\($0)]") }
    }
    let entries = root.table ?? []
    func kindOfArray(_ entry: ConfigEntry) -> DefinitionKind? {
      // `resources` in a definition of another kind may be its own key.
      DefinitionKind(rawValue: entry.key).flatMap { entry.value.array == nil ? nil : $0 }
    }
    guard entries.contains(where: { kindOfArray($0) != nil }), kind.identity(of: root) == nil
    else { return [(kind, root, "")] }
    var parts: [(DefinitionKind, ConfigValue, path: String)] = []
    for entry in entries {
      guard let found = kindOfArray(entry) else {
        report.error(
          "found beside [[\(kind.key)]], where only definitions stand", at: entry.place,
          path: entry.key,
          hint: "a file of one definition holds its keys at the top, a file of several holds "
            + "[[\(kind.key)]] alone")
        continue
      }
      guard kind.inFolder.contains(found) else {
        report.error(
          "found \(found.key) in a folder of \(kind.key)", at: entry.place, path: entry.key,
          hint: found.folderKey.map { "name their folder with \($0)" })
        continue
      }
      for (index, value) in (entry.value.array ?? []).enumerated() {
        parts.append((found, value, "\(entry.key)[\(index)]"))
      }
    }
    return parts
  }
}
