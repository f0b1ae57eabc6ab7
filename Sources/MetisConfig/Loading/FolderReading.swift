/// Reads the folders of definitions: only what changed is parsed again.
struct FolderReading {
  let main: MainReading
  let storage: ConfigStorage
  let variable: (String) -> String?
  /// What files gave last.
  let known: [DefinitionKind: [FileKey: DefinitionFile]]
  let report: ConfigReport

  /// What stands in the folders.
  struct Found {
    var definitions = DecodedDefinitions()
    /// The files that hold them, in the order of kinds, folders and paths.
    var files: [DefinitionFile] = []
    /// The same by kind and path.
    var read: [DefinitionKind: [FileKey: DefinitionFile]] = [:]
    /// The absolute paths of files that have errors.
    var faulty: [String] = []
    /// The names and URIs of which layers above the folders speak.
    var patched: [DefinitionKind: Set<String>] = [:]
  }

  /// Reads all folders. Warnings of files go to the report as well when nothing is read anew.
  func read(into watched: inout WatchedPaths) -> Found {
    var found = Found()
    for folders in main.folders {
      let patches = main.patches(for: folders.kind)
      var seen: Set<FileKey> = []
      for (folder, place) in folders.folders {
        guard let listing = list(folder, folders.kind, at: place, &watched) else { continue }
        for file in listing.files where seen.insert(FileKey(file.path)).inserted {
          read(file, folders.kind, patches, into: &found, &watched)
        }
      }
    }
    return found
  }

  private func list(
    _ folder: String, _ kind: DefinitionKind, at place: ConfigPlace, _ watched: inout WatchedPaths
  ) -> FolderListing? {
    let path = kind.folderKey ?? ""
    do {
      let listing = try storage.list(folder)
      watched.folders.formUnion(listing.folders)
      for issue in listing.issues {
        report.warning(issue.message, at: ConfigPlace(file: issue.path), path: path)
      }
      return listing
    } catch {
      watched.insert(missing: folder)
      report.warning("the folder cannot be read: \(error.message)", at: place, path: path)
      return nil
    }
  }

  private func read(
    _ file: FolderListing.File, _ kind: DefinitionKind, _ patches: DefinitionFile.Patches,
    into found: inout Found, _ watched: inout WatchedPaths
  ) {
    let key = FileKey(file.path)
    let before = known[kind]?[key]
    let stored: StoredFile
    do {
      stored = try storage.read(
        file.path, named: file.path, known: before?.stored, identity: file.identity)
    } catch {
      report.add(error)
      found.faulty.append(file.path)
      return
    }
    let result: DefinitionFile
    if let before,
      before.holds(for: stored, context: main.context, patches: patches, variable: variable)
    {
      result = before
      result.stored = stored
    } else {
      let own = ConfigReport()
      result = DefinitionFile(
        stored, kind: kind, context: main.context, patches: patches, variable: variable,
        report: own, before: before)
      guard own.isGood else {
        report.add(ConfigErrors(errors: own.errors(in: []), warnings: own.warnings(in: [])))
        watched.files.formUnion(result.includedFiles)
        // What it held before may come back.
        found.read[kind, default: [:]][key] = before
        found.faulty.append(file.path)
        return
      }
    }
    report.takeOver(result.warnings)
    watched.files.formUnion(result.includedFiles)
    found.definitions.append(result.definitions)
    found.files.append(result)
    found.read[kind, default: [:]][key] = result
    let patched = result.patched(by: patches)
    if !patched.isEmpty { found.patched[kind, default: []].formUnion(patched) }
  }
}
