import JSON
import MetisConfig

/// Why a configuration was read.
enum ConfigOrigin: Sendable, Hashable, CustomStringConvertible {
  case start
  /// These files changed.
  case files([String])
  /// SIGHUP.
  case signal
  case admin
  /// To the configuration of this number.
  case rollback(Int)

  /// For people, in one line.
  var description: String {
    switch self {
    case .start: "start"
    case .files(let files) where files.isEmpty: "changed files"
    case .files(let files):
      "changed: " + files.prefix(3).joined(separator: ", ")
        + (files.count > 3 ? " and \(files.count - 3) more" : "")
    case .signal: "SIGHUP"
    case .admin: "admin endpoint"
    case .rollback(let number): "rollback to \(number)"
    }
  }

  /// For programs: `{"kind":…}` with `files` or `to`.
  var json: JSONValue {
    switch self {
    case .start: ["kind": "start"]
    case .files(let files): ["kind": "files", "files": .array(files.map(JSONValue.string))]
    case .signal: ["kind": "signal"]
    case .admin: ["kind": "admin"]
    case .rollback(let number): ["kind": "rollback", "to": JSONValue(number)]
    }
  }
}

/// A configuration that was in force, or an attempt that failed.
struct HistoryEntry: Sendable {
  /// From 1 on; attempts that changed nothing have none.
  let number: Int
  /// Nanoseconds since 1970.
  let time: Int64
  let origin: ConfigOrigin
  /// Nil where it was in force.
  let failure: Failure?
  /// SHA-256 of all files; empty where it failed before they were read.
  let digest: String
  /// The files as they were read; none where it failed.
  let sources: [ConfigSourceFile]
  let counts: Counts

  /// Why it did not come into force.
  struct Failure: Sendable {
    let errors: [ConfigError]
    /// What is wrong beside them: a plugin, a filter.
    let message: String
  }

  /// How much there is in a configuration.
  struct Counts: Sendable, Hashable {
    var tools = 0
    var resources = 0
    var prompts = 0

    init() {}

    init(_ configuration: Configuration) {
      tools = configuration.tools.count
      resources = configuration.resources.count
      prompts = configuration.prompts.count
    }
  }
}

/// What was in force and what was tried: the last of each, bounded. Control thread only.
struct ConfigHistory {
  /// How many of each kind are kept; at least the one in force.
  var limit: Int {
    didSet { trim() }
  }

  /// What was in force, oldest first; the last is in force now.
  private(set) var entries: [HistoryEntry]
  /// What failed, oldest first.
  private(set) var failures: [HistoryEntry] = []
  private var lastNumber = 1

  /// Begins with the configuration that a host starts with: number 1.
  init(
    _ configuration: Configuration, digest: String, sources: [ConfigSourceFile], at time: Int64,
    limit: Int
  ) {
    self.limit = max(1, limit)
    entries = [
      HistoryEntry(
        number: 1, time: time, origin: .start, failure: nil, digest: digest, sources: sources,
        counts: HistoryEntry.Counts(configuration))
    ]
  }

  /// The one in force.
  var current: HistoryEntry { entries[entries.count - 1] }

  /// All, oldest first.
  var all: [HistoryEntry] { (entries + failures).sorted { $0.number < $1.number } }

  /// The one of a number; nil where it is not kept, or was never there.
  subscript(number: Int) -> HistoryEntry? {
    entries.first { $0.number == number } ?? failures.first { $0.number == number }
  }

  /// A configuration came into force.
  @discardableResult
  mutating func add(
    _ configuration: Configuration, origin: ConfigOrigin, digest: String,
    sources: [ConfigSourceFile], at time: Int64
  ) -> HistoryEntry {
    lastNumber += 1
    let entry = HistoryEntry(
      number: lastNumber, time: time, origin: origin, failure: nil, digest: digest,
      sources: sources, counts: HistoryEntry.Counts(configuration))
    entries.append(entry)
    trim()
    return entry
  }

  /// An attempt failed.
  @discardableResult
  mutating func add(
    _ failure: HistoryEntry.Failure, origin: ConfigOrigin, at time: Int64
  ) -> HistoryEntry {
    lastNumber += 1
    let entry = HistoryEntry(
      number: lastNumber, time: time, origin: origin, failure: failure, digest: "", sources: [],
      counts: HistoryEntry.Counts())
    failures.append(entry)
    trim()
    return entry
  }

  private mutating func trim() {
    if entries.count > max(1, limit) { entries.removeFirst(entries.count - max(1, limit)) }
    if failures.count > max(1, limit) { failures.removeFirst(failures.count - max(1, limit)) }
  }
}
