import Glibc

extension PluginRegistry {
  /// What a scan did with one plugin.
  struct ScanOutcome: Sendable {
    /// What was done.
    enum Action: String, Sendable {
      case added, swapped, removed, failed
    }

    /// The id, or the manifest's name where the id is not known.
    let plugin: String
    let action: Action
    /// Why it failed.
    let failure: PluginError?
  }

  /// Reads the manifests and bare libraries of `directory`, in the order of their names. Nothing
  /// is loaded. A file that is malformed becomes a plugin that has failed; the rest go on. Throws
  /// only where the directory itself cannot be read.
  func discover(_ directory: String) throws(PluginError) {
    self.directory = directory
    for found in try scan(directory)
    where !records.contains(where: { $0.manifest.file == found.file }) {
      records.append(newRecord(found))
    }
  }

  /// Reads the directory again and follows it: new files are loaded, changed libraries and
  /// manifests swapped, plugins whose file is gone disabled. What did not change is not
  /// touched, neither is what an operator disabled or swapped in since.
  func rescan() throws(PluginError) -> [ScanOutcome] {
    guard let directory else {
      throw PluginError(.wrongState, "no directory of plugins was given, so none can be read again")
    }
    let found = try scan(directory)
    var outcomes: [ScanOutcome] = []
    for file in found {
      if let record = records.first(where: { $0.manifest.file == file.file }) {
        if let outcome = follow(file, record) { outcomes.append(outcome) }
      }
    }
    let gone = records.filter { record in
      !found.contains { $0.file == record.manifest.file }
    }
    outcomes += remove(gone)
    outcomes += add(
      found.filter { file in
        !records.contains { $0.manifest.file == file.file }
      })
    return outcomes
  }

  /// A file of the directory and what stands in it.
  struct FoundFile {
    let file: String
    let manifest: Result<PluginManifest, PluginError>
  }

  /// The plugins of a directory: each manifest, and each library that no manifest speaks of.
  func scan(_ directory: String) throws(PluginError) -> [FoundFile] {
    guard let names = directoryNames(directory)?.filter({ !$0.hasPrefix(".") }) else {
      throw PluginError(
        .unreadable, "the directory of plugins cannot be read: \(systemMessage(errno))",
        file: directory)
    }
    let root = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    var found: [FoundFile] = []
    var spokenFor: Set<String> = []
    var stems: Set<String> = []
    for name in names where name.hasSuffix(ManifestFile.suffix) {
      let path = "\(root)/\(name)"
      do throws(PluginError) {
        let manifest = try ManifestFile.read(path)
        if let library = try? libraryPath(manifest) { spokenFor.insert(Self.canonical(library)) }
        found.append(FoundFile(file: path, manifest: .success(manifest)))
      } catch {
        // What it says of its library is unknown; the library of its name must not be loaded as if
        // nothing was said of it.
        stems.insert(String(name.dropLast(ManifestFile.suffix.count)))
        found.append(FoundFile(file: path, manifest: .failure(error)))
      }
    }
    for name in names where name.hasSuffix(".so") {
      let path = "\(root)/\(name)"
      let stem = String(name.dropLast(3))
      let bare = stem.hasPrefix("lib") ? String(stem.dropFirst(3)) : stem
      guard !spokenFor.contains(Self.canonical(path)), !stems.contains(stem), !stems.contains(bare)
      else { continue }
      found.append(
        FoundFile(file: path, manifest: .success(PluginManifest(bareLibrary: path))))
    }
    return found.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
  }

  private func newRecord(_ found: FoundFile) -> PluginRecord {
    switch found.manifest {
    case .success(let manifest): return PluginRecord(manifest: manifest)
    case .failure(let error):
      let record = PluginRecord(manifest: PluginManifest(bareLibrary: found.file))
      record.failure = error
      return record
    }
  }

  private func follow(_ found: FoundFile, _ record: PluginRecord) -> ScanOutcome? {
    do throws(PluginError) {
      let manifest = try found.manifest.get()
      let isChanged = manifest != record.manifest
      if !manifest.isEnabled {
        guard isChanged, record.current != nil else { return nil }
        try disable(record)
        record.manifest = manifest
        return ScanOutcome(plugin: record.label, action: .removed, failure: nil)
      }
      guard record.current != nil else {
        // A repaired file or one that was enabled in its manifest; not what was disabled by hand.
        let wasEnabled = record.manifest.isEnabled
        guard !record.isDisabled || !wasEnabled else { return nil }
        record.manifest = manifest
        _ = try enable(record)
        return ScanOutcome(plugin: record.label, action: .added, failure: nil)
      }
      let digest = PluginStore.sha256(try PluginStore.read(try libraryPath(manifest)))
      guard isChanged || digest != record.scannedDigest else { return nil }
      _ = try replaceManifest(of: record, with: manifest)
      return ScanOutcome(plugin: record.label, action: .swapped, failure: nil)
    } catch {
      record.failure = error
      return ScanOutcome(plugin: record.label, action: .failed, failure: error)
    }
  }

  /// Disables in rounds, so that dependants that are gone as well go first.
  private func remove(_ gone: [PluginRecord]) -> [ScanOutcome] {
    var outcomes: [ScanOutcome] = []
    var rest = gone
    var changed = true
    var failures: [(PluginRecord, PluginError)] = []
    while changed, !rest.isEmpty {
      changed = false
      failures = []
      for record in rest {
        do throws(PluginError) {
          let isNews = !record.isDisabled
          try disable(record)
          // One that still drains is kept until a later scan finds that it has drained.
          if record.draining.isEmpty { forget(record) }
          if isNews {
            outcomes.append(ScanOutcome(plugin: record.label, action: .removed, failure: nil))
          }
          rest.removeAll { $0 === record }
          changed = true
        } catch {
          failures.append((record, error))
        }
      }
    }
    for (record, error) in failures where rest.contains(where: { $0 === record }) {
      record.failure = error
      outcomes.append(ScanOutcome(plugin: record.label, action: .failed, failure: error))
    }
    return outcomes
  }

  private func forget(_ record: PluginRecord) {
    if let previous = record.previous { store.remove(previous.path) }
    records.removeAll { $0 === record }
  }

  private func add(_ files: [FoundFile]) -> [ScanOutcome] {
    guard !files.isEmpty else { return [] }
    let added = files.map(newRecord)
    records = (records + added).sorted {
      $0.manifest.file.utf8.lexicographicallyPrecedes($1.manifest.file.utf8)
    }
    loadAll()
    return added.filter { !$0.isDisabled }.map { record in
      ScanOutcome(
        plugin: record.label, action: record.current == nil ? .failed : .added,
        failure: record.failure)
    }
  }

  /// The path without links; the path itself where there is no such file.
  private static func canonical(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
