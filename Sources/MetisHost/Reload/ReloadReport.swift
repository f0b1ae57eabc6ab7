import JSON
import MetisConfig

/// The JSON of configurations and reloads at the admin endpoint.
enum ReloadReport {
  /// An error or warning where it stands.
  static func diagnostic(_ error: ConfigError) -> JSONValue {
    ConfigDiagnostic.json(error, declarations: .root)
  }

  /// An attempt: the answer of a reload, and the data of its event.
  static func attempt(_ attempt: ReloadAttempt) -> JSONObject {
    var object: JSONObject = ["outcome": .string(attempt.outcome.rawValue)]
    if let number = attempt.number { object["number"] = JSONValue(number) }
    object["time"] = .string(TimeText.rfc3339(attempt.time))
    object["origin"] = attempt.origin.json
    object["microseconds"] = JSONValue(Int(attempt.duration / 1000))
    if attempt.outcome == .failed {
      object["errors"] = .array(attempt.errors.map(diagnostic))
      object["message"] = .string(attempt.message)
    } else {
      object["warnings"] = .array(attempt.warnings.map(diagnostic))
    }
    object["needs_restart"] = .array(attempt.needsRestart.map(JSONValue.string))
    return object
  }

  /// A line of the history.
  static func entry(_ entry: HistoryEntry, inForce: Int) -> JSONObject {
    var object: JSONObject = [
      "number": JSONValue(entry.number), "time": .string(TimeText.rfc3339(entry.time)),
      "origin": entry.origin.json,
    ]
    if let failure = entry.failure {
      object["outcome"] = "failed"
      object["errors"] = .array(failure.errors.map(diagnostic))
      object["message"] = .string(failure.message)
    } else {
      object["outcome"] = "active"
      object["in_force"] = .bool(entry.number == inForce)
      object["digest"] = .string(entry.digest)
      object["files"] = JSONValue(entry.sources.count)
      object["counts"] = counts(entry.counts)
    }
    return object
  }

  /// One of the history with its files.
  static func full(_ entry: HistoryEntry, inForce: Int) -> JSONObject {
    var object = self.entry(entry, inForce: inForce)
    guard entry.failure == nil else { return object }
    object["files"] = .array(
      entry.sources.map { ["path": .string($0.path), "bytes": JSONValue($0.bytes.count)] })
    return object
  }

  /// How much there is.
  static func counts(_ counts: HistoryEntry.Counts) -> JSONValue {
    [
      "tools": JSONValue(counts.tools), "resources": JSONValue(counts.resources),
      "prompts": JSONValue(counts.prompts),
    ]
  }

  /// Who watches the files.
  static func watching(_ status: FileWatcher.Status?) -> JSONValue {
    guard let status else { return ["mode": "off", "files": 0, "folders": 0] }
    return [
      "mode": .string(status.mode.rawValue), "files": JSONValue(status.files),
      "folders": JSONValue(status.folders),
    ]
  }
}
