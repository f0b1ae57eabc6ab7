import JSON
import MetisConfig

/// What a host knows of its configurations: the loader, what was in force, what was tried last, and
/// who watches the files. Control thread only.
final class ReloadState {
  let loader: ConfigLoader
  var history: ConfigHistory
  let backup: ConfigBackup
  let events: AdminEvents
  /// Nil where nothing is watched.
  var watcher: FileWatcher?
  var watched = WatchSet()
  /// The last attempt; nil before the first.
  var last: ReloadAttempt?
  /// The configuration that an operator went back to; the files on disk say something else.
  var pinned: Int?
  /// What the files on disk said then, as a digest; nil where they cannot be read.
  var passedOver: String?
  /// Attempts since the start.
  var succeeded = 0
  var failed = 0
  var unchanged = 0
  /// What only a start reads, as it was at the start.
  let started: RestartKeys
  /// What differs from ``started`` now.
  var needsRestart: [String] = []
  /// When the host started, CLOCK_MONOTONIC ns.
  let startedAt: UInt64
  private var digests = SourceDigest()
  private var companions = CompanionFiles()
  /// What the files beside the configuration's own held when it came into force.
  private var companionDigest = ""
  private var folders = CompanionFiles()
  /// What `[reload] watch_directories` held then.
  private var folderDigest = ""

  init(
    loader: ConfigLoader, configuration: Configuration, started: RestartKeys, log: Log,
    clock: any HostClock
  ) {
    self.loader = loader
    self.started = started
    startedAt = clock.monotonic
    events = AdminEvents()
    var digests = SourceDigest()
    history = ConfigHistory(
      configuration, digest: digests.digest(configuration.sources),
      sources: configuration.sources, at: clock.wall, limit: configuration.reload.history)
    self.digests = digests
    backup = ConfigBackup { result in
      switch result {
      case .success(let folder): log.debug("the configuration before is kept in \(folder)")
      case .failure(let error):
        log.warn(
          "no backup of the configuration before: \(error); set [reload] backup_dir, or backup = "
            + "false")
      }
    }
  }

  /// SHA-256 of all files of a configuration.
  func digest(_ configuration: Configuration) -> String { digests.digest(configuration.sources) }

  /// Whether a file beside the configuration's own, which it names or one of its sections does, has
  /// changed since ``settle(_:named:)``.
  func hasChangedCompanion(_ configuration: Configuration, named: SectionReferences) -> Bool {
    digestCompanions(configuration, named) != companionDigest
  }

  /// Whether anything in `[reload] watch_directories` has changed since ``settle(_:named:)``.
  func hasChangedFolder(_ configuration: Configuration) -> Bool {
    digestFolders(configuration) != folderDigest
  }

  /// `configuration` is in force; its plugins have read what they name.
  func settle(_ configuration: Configuration, named: SectionReferences) {
    companionDigest = digestCompanions(configuration, named)
    folderDigest = digestFolders(configuration)
  }

  private func digestCompanions(
    _ configuration: Configuration, _ named: SectionReferences
  ) -> String {
    let own = Set(configuration.sources.map(\.path))
    return companions.digest(
      files: loader.watched.files.union(named.files).subtracting(own), folders: named.folders)
  }

  private func digestFolders(_ configuration: Configuration) -> String {
    folders.digest(files: [], folders: Set(configuration.reload.watchedFolders))
  }
}

/// An attempt to bring a configuration into force.
struct ReloadAttempt: Sendable {
  /// What came of it.
  enum Outcome: String, Sendable {
    case active
    /// The files say what is in force already.
    case unchanged
    /// The old configuration serves on.
    case failed
  }

  /// Nanoseconds since 1970.
  let time: Int64
  let origin: ConfigOrigin
  let outcome: Outcome
  /// In the history; nil where nothing changed.
  let number: Int?
  var errors: [ConfigError] = []
  /// What is wrong beside the errors; empty where nothing is.
  var message = ""
  var warnings: [ConfigError] = []
  var needsRestart: [String] = []
  /// Nanoseconds.
  var duration: UInt64 = 0
}

/// Why a reload did not take place.
struct ReloadError: Error {
  /// All of it, a line an error.
  let message: String
  /// A filter refused it; else the configuration is at fault.
  let isRefused: Bool
  /// What is wrong with the configuration, located.
  var errors: [ConfigError] = []

  /// As an answer of the admin endpoint.
  var problem: Problem {
    var problem = Problem(isRefused ? .conflict : .invalid, message)
    if !errors.isEmpty {
      problem.members["errors"] = .array(errors.map(ReloadReport.diagnostic))
    }
    return problem
  }
}
