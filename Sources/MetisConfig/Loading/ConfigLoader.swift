/// Reads a configuration again and again. Keeps what it read of files that did not change, so that
/// a reload costs what changed. One thread at a time.
public final class ConfigLoader {
  /// Where the configuration comes from.
  public let inputs: ConfigInputs

  /// What to watch: of the last ``load()``, also of one that failed.
  public private(set) var watched = WatchedPaths()

  private let variable: (String) -> String?
  /// The files of the layers, by their absolute paths, as they were read last.
  private var layerFiles: [FileKey: StoredFile] = [:]
  private var main: MainReading?
  /// What files of folders gave last, by the kind of the folder and the path.
  private var folderFiles: [DefinitionKind: [FileKey: DefinitionFile]] = [:]

  /// A loader; `variable` looks up the environment, nil for the process's own.
  public init(_ inputs: ConfigInputs, variable: ((String) -> String?)? = nil) {
    self.inputs = inputs
    self.variable = variable ?? environmentVariable
  }

  /// Reads all that changed since the last time. Definitions that did not change keep their stamps.
  /// Throws every error that was found.
  public func load() throws(ConfigErrors) -> Configuration { try load(from: .disk) }

  /// Reads `files`, as they once were, in place of those on the disk: what a host goes back to.
  /// Folders hold those of `files` that stand in them. Variables, and files that `${file:…}` names,
  /// count as they are now.
  public func load(
    frozen files: [ConfigSourceFile]
  ) throws(ConfigErrors) -> Configuration {
    try load(from: ConfigStorage(frozen: files))
  }

  /// What counts of all layers, as one tree: substituted, with settings of the command line and the
  /// definitions of folders, without defaults. `frozen` as for ``load(frozen:)``; nil: as the files
  /// are now. It may hold secrets. Throws what keeps it from being read, not what a check would find.
  public func effective(
    frozen files: [ConfigSourceFile]? = nil
  ) throws(ConfigErrors) -> ConfigValue {
    let storage = files.map(ConfigStorage.init(frozen:)) ?? .disk
    let report = ConfigReport()
    let layers = LayerFiles(inputs, in: storage, report: report)
    let names = layers.files.map(\.name)
    let stored = readLayers(layers, from: storage, report: report)
    guard report.isGood else { throw Self.errors(report, names) }
    let tree = LayeredTree(layers.files, stored, settings: inputs.settings, report: report)
    let effective = EffectiveTree(tree, in: storage, variable: variable, report: report)
    guard report.isGood else { throw Self.errors(report, names) }
    return effective.root
  }

  private func load(from storage: ConfigStorage) throws(ConfigErrors) -> Configuration {
    let report = ConfigReport()
    let layers = LayerFiles(inputs, in: storage, report: report)
    var names = layers.files.map(\.name)
    watched = WatchedPaths()
    watched.files = Set(layers.files.map(\.path) + layers.overlays)

    let stored = readLayers(layers, from: storage, report: report)
    // Errors of the model would be misleading while a file is missing from it.
    guard report.isGood else { throw Self.errors(report, names) }
    let main = try reading(of: layers, stored, names: names, from: storage)
    report.takeOver(main.warnings)
    watched.files.formUnion(main.sources.files.keys)

    let folders = FolderReading(
      main: main, storage: storage, variable: variable, known: folderFiles, report: report)
    let found = folders.read(into: &watched)
    names += found.files.map(\.stored.source.path) + found.faulty

    var configuration = main.configuration
    add(main, found, to: &configuration, report: report)
    watched.files.formUnion(main.restSources.files.keys)
    let check = DefinitionsCheck(report: report)
    check.refuseDuplicates(configuration)
    check.warnOfInterfaces(configuration)
    configuration.warnings = report.warnings(in: names)
    configuration.files = names
    configuration.sources = stored.map(\.source) + found.files.map(\.stored.source)
    guard report.isGood else {
      // What was read is not read again; what is missing may come back.
      for (kind, files) in found.read { folderFiles[kind, default: [:]].merge(files) { $1 } }
      throw Self.errors(report, names)
    }
    // Only now is it known which files are gone for good.
    folderFiles = found.read
    return configuration
  }

  private static func errors(_ report: ConfigReport, _ names: [String]) -> ConfigErrors {
    ConfigErrors(errors: report.errors(in: names), warnings: report.warnings(in: names))
  }

  /// The layers' files; those that cannot be read are errors.
  private func readLayers(
    _ layers: LayerFiles, from storage: ConfigStorage, report: ConfigReport
  ) -> [StoredFile] {
    var stored: [StoredFile] = []
    for file in layers.files {
      let key = FileKey(file.path)
      do {
        try ConfigSource.refuseOtherFormats(file.name)
        let now = try storage.read(file.path, named: file.name, known: layerFiles[key])
        layerFiles[key] = now
        stored.append(now)
      } catch {
        report.add(error)
      }
    }
    return stored
  }

  /// What the layers say: as it was where nothing of it changed.
  private func reading(
    of layers: LayerFiles, _ stored: [StoredFile], names: [String], from storage: ConfigStorage
  ) throws(ConfigErrors) -> MainReading {
    if let main, main.holds(for: stored, names: names, variable: variable) { return main }
    let report = ConfigReport()
    let tree = LayeredTree(
      layers.files, stored, settings: inputs.settings, report: report)
    guard report.isGood else { throw Self.errors(report, names) }
    let reading = MainReading(
      tree, stored, names: names, variable: variable, report: report, before: main)
    guard report.isGood else {
      // The folders are read all the same, so that all errors are named at once.
      var ignored = WatchedPaths()
      let folders = FolderReading(
        main: reading, storage: storage, variable: variable, known: folderFiles, report: report)
      let found = folders.read(into: &ignored)
      // A file that is missing may appear.
      watched.files.formUnion(reading.sources.files.keys)
      watched.files.formUnion(ignored.files)
      watched.folders.formUnion(ignored.folders)
      throw Self.errors(report, names + found.files.map(\.stored.source.path) + found.faulty)
    }
    main = reading
    return reading
  }

  /// Adds the definitions of folders, and those of layers above them that speak of none in them.
  private func add(
    _ main: MainReading, _ found: FolderReading.Found, to configuration: inout Configuration,
    report: ConfigReport
  ) {
    // Definitions are many and large: each is copied once.
    let parts =
      [main.definitions, main.readRest(without: found.patched, variable: variable, report: report)]
    let files = found.files
    configuration.tools.reserveCapacity(
      parts.reduce(0) { $0 + $1.tools.count } + files.reduce(0) { $0 + $1.definitions.tools.count })
    for part in parts { configuration.tools += part.tools }
    for file in files { configuration.tools += file.definitions.tools }
    for part in parts { configuration.resources += part.resources }
    for part in parts { configuration.resources += part.templates }
    for file in files { configuration.resources += file.definitions.resources }
    for file in files { configuration.resources += file.definitions.templates }
    for part in parts { configuration.prompts += part.prompts }
    for file in files { configuration.prompts += file.definitions.prompts }
  }
}
