import JSON
import MetisConfig

/// Bringing another configuration into force: read, build, one store, all or nothing. Whoever asks
/// (changed files, SIGHUP, the admin endpoint, a rollback) comes through here, one after the
/// other. Control thread only.
extension Host {
  /// Reads the manifests and the configuration again, as on SIGHUP: plugin by plugin for the
  /// manifests. Returns what an operator should know.
  @discardableResult
  func reloadAll(_ origin: ConfigOrigin = .admin) throws(ReloadError) -> JSONValue {
    answer(
      try reload(origin, rescanning: true) { [reloads] () throws(ConfigErrors) in
        try reloads.loader.load()
      })
  }

  /// An attempt as the answer of the admin endpoint.
  func answer(_ attempt: ReloadAttempt) -> JSONValue {
    var object = ReloadReport.attempt(attempt)
    object["configuration"] = JSONValue(Int(composition.snapshot.number))
    object["tools"] = JSONValue(composition.configuration.tools.count)
    object["resources"] = JSONValue(composition.configuration.resources.count)
    object["prompts"] = JSONValue(composition.configuration.prompts.count)
    return .object(object)
  }

  /// Makes an attempt.
  /// - Parameters:
  ///   - rescanning: whether the directory of manifests is followed first.
  ///   - load: reads the configuration.
  @discardableResult
  func reload(
    _ origin: ConfigOrigin, rescanning: Bool = false,
    load: () throws(ConfigErrors) -> Configuration
  ) throws(ReloadError) -> ReloadAttempt {
    let began = clock.monotonic
    do throws(ReloadError) {
      do {
        try beforeReload(kind: "configuration", id: nil)
      } catch {
        throw ReloadError(message: error.message, isRefused: true)
      }
      if rescanning { rescan() }
      let configuration = try read(load)
      var attempt: ReloadAttempt
      let digest = reloads.digest(configuration)
      let isSame = digest == reloads.history.current.digest
      let (before, named) = (composition.configuration, composition.references)
      let hasStale = reloads.hasChangedFolder(before)
      if isSame, !hasStale, !reloads.hasChangedCompanion(before, named: named) {
        attempt = confirm(configuration, origin)
      } else {
        attempt = try replace(configuration, digest, origin, isSame: isSame, hasStale: hasStale)
      }
      attempt.duration = clock.monotonic - began
      passOver()
      watchFiles()
      finish(attempt)
      return attempt
    } catch {
      var attempt = ReloadAttempt(
        time: clock.wall, origin: origin, outcome: .failed,
        number: reloads.history.add(
          HistoryEntry.Failure(errors: error.errors, message: error.message), origin: origin,
          at: clock.wall
        ).number)
      attempt.errors = error.errors
      attempt.message = error.message
      attempt.needsRestart = reloads.needsRestart
      attempt.duration = clock.monotonic - began
      watchFiles()
      finish(attempt)
      throw error
    }
  }

  /// Remembers what the files on disk say while an operator wants something else, and watches them.
  private func passOver() {
    reloads.passedOver = nil
    guard reloads.pinned != nil, let disk = try? reloads.loader.load() else { return }
    reloads.passedOver = reloads.digest(disk)
  }

  private func read(
    _ load: () throws(ConfigErrors) -> Configuration
  ) throws(ReloadError) -> Configuration {
    do {
      return try load()
    } catch {
      throw ReloadError(message: error.description, isRefused: false, errors: error.errors)
    }
  }

  /// Builds what `configuration` and the active plugins make together; nothing is visible yet.
  func build(
    _ configuration: Configuration, remakesInstances: Bool = false
  ) throws(ReloadError) -> Composition {
    do {
      return try compose(
        configuration, registry.active, remakesInstances: remakesInstances)
    } catch {
      let errors = if case .configuration(let errors) = error { errors } else { [ConfigError]() }
      throw ReloadError(message: error.description, isRefused: false, errors: errors)
    }
  }

  /// The files say what is in force already: nothing is published, but certificates are read again.
  private func confirm(_ configuration: Configuration, _ origin: ConfigOrigin) -> ReloadAttempt {
    if case .rollback = origin {} else { reloads.pinned = nil }
    let ofDoors = reloadDoors()
    var attempt = ReloadAttempt(
      time: clock.wall, origin: origin, outcome: .unchanged,
      number: reloads.history.current.number)
    attempt.warnings = configuration.warnings + composition.issues + ofDoors
    attempt.needsRestart = reloads.needsRestart
    return attempt
  }

  private func replace(
    _ configuration: Configuration, _ digest: String, _ origin: ConfigOrigin, isSame: Bool,
    hasStale: Bool
  ) throws(ReloadError) -> ReloadAttempt {
    let next = try build(configuration, remakesInstances: hasStale)
    let before = composition.configuration
    let replaced = reloads.history.current
    publish(next)
    reloads.settle(configuration, named: composition.references)
    // Its files are in memory and never change: writing them after the store loses nothing.
    if !isSame { back(up: replaced, of: before) }
    let ofDoors = reloadDoors()
    applyLogging(configuration)
    reloads.history.limit = configuration.reload.history
    let entry = reloads.history.add(
      configuration, origin: origin, digest: digest, sources: configuration.sources,
      at: clock.wall)
    reloads.needsRestart = reloads.started.differences(
      to: options.restartKeys(of: configuration))
    reloads.pinned = if case .rollback(let number) = origin { number } else { nil }
    for warning in configuration.warnings { log.warn(warning.description) }
    var attempt = ReloadAttempt(
      time: clock.wall, origin: origin, outcome: .active, number: entry.number)
    attempt.warnings = configuration.warnings + next.issues + ofDoors
    attempt.needsRestart = reloads.needsRestart
    return attempt
  }

  /// Certificates are read again. Returns a warning for each door that keeps those that it has.
  private func reloadDoors() -> [ConfigError] {
    let main = composition.configuration.files.first ?? ""
    return doors.filter { $0.kind == .mcp }.compactMap { door -> ConfigError? in
      do throws(PluginError) {
        try door.reload()
        return nil
      } catch {
        log.error(error.description)
        return ConfigError(
          .warning, at: ConfigPlace(file: main),
          message: "the \(door.kind) endpoint serves on with what it had: \(error.description)")
      }
    }
  }

  /// The level and the format; where lines go is settled at the start.
  private func applyLogging(_ configuration: Configuration) {
    let settings = configuration.logging
    log.level = options.logLevel ?? LogLevel(name: settings.level.rawValue) ?? .info
    log.format = LogFormat(rawValue: settings.format.rawValue) ?? .pretty
  }

  /// Tells the filters, the log, the status and whoever listens.
  private func finish(_ attempt: ReloadAttempt) {
    afterReload(
      kind: "configuration", id: nil,
      failure: attempt.outcome == .failed ? attempt.message : nil)
    switch attempt.outcome {
    case .active:
      reloads.succeeded += 1
      log.info(
        "reloaded",
        [
          "number": .int(attempt.number ?? 0), "origin": .string(attempt.origin.description),
          "targets": .int(composition.snapshot.targets.count),
        ])
      for key in attempt.needsRestart { log.warn("needs a restart: \(key)") }
    case .unchanged:
      let isNews = reloads.last?.outcome == .failed
      reloads.unchanged += 1
      let text = "nothing to reload: the files say what is in force already"
      if isNews {
        log.info(text, ["origin": .string(attempt.origin.description)])
      } else {
        log.debug(text, ["origin": .string(attempt.origin.description)])
      }
    case .failed:
      reloads.failed += 1
      log.error(
        "the reload was refused, the old configuration serves on",
        ["origin": .string(attempt.origin.description), "errors": .int(attempt.errors.count)])
      for line in attempt.message.split(separator: "\n") { log.error(String(line)) }
    }
    reloads.last = attempt
    reloads.events.publish("reload", .object(ReloadReport.attempt(attempt)))
  }

  // MARK: Plugins

  /// Follows the directory of manifests; what fails there stays with its plugin.
  func rescan() {
    guard registry.directory != nil else { return }
    do throws(PluginError) {
      for outcome in try registry.rescan() {
        if let failure = outcome.failure {
          log.error(
            "the plugin \(outcome.plugin) was not changed; what served before serves on: "
              + failure.description)
        } else {
          log.info(
            "plugin \(outcome.action.rawValue)", ["plugin": .string(outcome.plugin)])
        }
      }
      scheduleAdvance()
    } catch {
      log.error(error.description)
    }
  }

  /// Tells whoever listens of a change of a plugin.
  func tell(ofPlugin id: String, failure: PluginError?) {
    var object: JSONObject = [
      "id": .string(id), "outcome": failure == nil ? "active" : "failed",
    ]
    if let status = try? registry.status(id) {
      object["state"] = .string(status.state.rawValue)
      if status.state == .active, let descriptor = status.descriptor {
        object["version"] = .string(descriptor.version.description)
        object["generation"] = status.generations.first.map { JSONValue($0.number) }
      } else if failure == nil {
        object["outcome"] = .string(status.state.rawValue)
      }
    }
    if let failure { object["message"] = .string(failure.description) }
    object["time"] = .string(TimeText.rfc3339(clock.wall))
    reloads.events.publish("plugin", .object(object))
  }

  // MARK: Backup

  /// Keeps the files of a configuration that was replaced.
  private func back(up entry: HistoryEntry, of configuration: Configuration) {
    keep(entry.sources, number: entry.number, by: configuration.reload)
  }

  /// Writes files to the folder of backups, where the settings say so; later.
  func keep(
    _ sources: [ConfigSourceFile], number: Int, by settings: ReloadSettings
  ) {
    if let job = backup(of: sources, number, settings) { reloads.backup.write(job) }
  }

  /// The same before it returns; throws where they cannot be kept.
  func keepNow(
    _ sources: [ConfigSourceFile], number: Int, by settings: ReloadSettings
  ) throws(BackupError) {
    if let job = backup(of: sources, number, settings) { try reloads.backup.writeNow(job) }
  }

  private func backup(
    of sources: [ConfigSourceFile], _ number: Int, _ settings: ReloadSettings
  ) -> ConfigBackup.Job? {
    guard settings.isBackingUp, let main = sources.first?.path else { return nil }
    guard
      let folder = settings.backupFolder
        ?? ConfigBackup.standardFolder(variable: Host.environmentVariable)
    else {
      log.warn("no place for backups: set HOME or [reload] backup_dir, or backup = false")
      return nil
    }
    return ConfigBackup.Job(
      number: number, time: clock.wall, sources: sources, mainFile: main, folder: folder,
      limit: settings.history)
  }
}

extension Host {
  /// Reloads as on SIGHUP: the log file, the manifests, the configuration. [any-thread]
  public func reload() {
    control.async { [self] in
      do { try log.reopen() } catch { log.error("\(error)") }
      // What went wrong was logged by then.
      _ = try? reloadAll(.signal)
    }
  }
}
