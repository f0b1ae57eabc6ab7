import MetisConfig

/// Following the files of the configuration, and in development the libraries of plugins. Control
/// thread only.
extension Host {
  /// Whether `[development]` counts.
  var isDevelopment: Bool {
    options.isDevelopment || composition.configuration.development.isEnabled
  }

  /// Starts or stops to watch, and watches what the present configuration, and the last attempt to
  /// read another, name.
  func watchFiles() {
    let settings = composition.configuration.reload
    let isSwapping = isDevelopment && composition.configuration.development.swapsPlugins
    guard !isStopping, settings.isEnabled || isSwapping else { return unwatch() }
    var set = WatchSet()
    if settings.isEnabled {
      // Of the attempt as well: the file that is at fault may be one that is new.
      set.files = reloads.loader.watched.files.union(composition.configuration.files)
      set.files.formUnion(composition.references.files)
      set.folders = reloads.loader.watched.folders.union(settings.watchedFolders)
      set.folders.formUnion(composition.references.folders)
    }
    if isSwapping { set.files.formUnion(pluginFiles) }
    set.files = Set(set.files.map(Host.absolute))
    set.folders = Set(set.folders.map(Host.absolute))
    let quiet = UInt64(max(0, settings.debounceMs)) * 1_000_000
    reloads.watched = set
    if let watcher = reloads.watcher { return watcher.watch(set, quiet: quiet) }
    do {
      let watcher = try FileWatcher(
        clock: clock, quiet: quiet,
        warn: { [log] in log.warn($0) },
        onChange: { [weak self] changes in
          guard let self else { return }
          control.async { [weak self] in self?.follow(changes) }
        })
      watcher.watch(set, quiet: quiet)
      reloads.watcher = watcher
    } catch {
      log.warn("changed files are not noticed: \(error); SIGHUP reloads all the same")
    }
  }

  /// Ends watching. Waits for the watcher's thread, which never waits for this one.
  func unwatch() {
    reloads.watcher?.stop()
    reloads.watcher = nil
    reloads.watched = WatchSet()
  }

  /// The libraries and manifests of the plugins.
  private var pluginFiles: Set<String> {
    var files: Set<String> = []
    for record in registry.records {
      files.insert(record.manifest.file)
      if let library = try? registry.libraryPath(record.manifest) { files.insert(library) }
    }
    return files
  }

  /// Something changed.
  func follow(_ changes: FileChanges) {
    guard !isStopping else { return }
    let settings = composition.configuration.reload
    let plugins = Set(pluginFiles.map(Host.absolute))
    let isSwapping = isDevelopment && composition.configuration.development.swapsPlugins
    if isSwapping, !changes.isPrecaution, !changes.roots.isDisjoint(with: plugins) {
      rescan()
      watchFiles()
    }
    guard settings.isEnabled else { return }
    if changes.isPrecaution {
      // Who went back to another configuration wants it until the files change.
      guard reloads.pinned == nil, !isCurrent else { return }
    } else if changes.roots.isSubset(of: plugins) {
      return
    }
    if let pinned = reloads.pinned, let passedOver = reloads.passedOver,
      let disk = try? reloads.loader.load(), reloads.digest(disk) == passedOver
    {
      // Touched, or another file changed that a section names: what was passed over stays so.
      let sources = reloads.history.current.sources
      _ = try? reload(.rollback(pinned)) { [reloads] () throws(ConfigErrors) in
        try reloads.loader.load(frozen: sources)
      }
      return
    }
    let files = changes.paths.subtracting(plugins).sorted()
    _ = try? reload(.files(files)) { [reloads] () throws(ConfigErrors) in
      try reloads.loader.load()
    }
  }

  /// Whether the files say what is in force, without asking or telling anybody.
  private var isCurrent: Bool {
    guard let disk = try? reloads.loader.load() else { return false }
    return reloads.digest(disk) == reloads.history.current.digest
      && !reloads.hasChangedFolder(composition.configuration)
      && !reloads.hasChangedCompanion(composition.configuration, named: composition.references)
  }
}
