/// What is wrong with a configuration, and where. Never holds a secret: values that came from the
/// environment are not quoted.
public struct ConfigError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Whether the configuration can be used all the same.
  public enum Severity: String, Sendable, Hashable {
    /// The configuration is refused.
    case error
    /// The configuration is used.
    case warning
  }

  /// Whether it refuses the configuration.
  public var severity: Severity

  /// Where the culprit stands.
  public var place: ConfigPlace

  /// The key's path from the top: `tools[2].mock.strategy`. Empty where a file is no TOML or JSON.
  public var keyPath: String

  /// What was found and what was expected.
  public var message: String

  /// What to do, where that is known.
  public var hint: String?

  /// An issue of the given severity.
  public init(
    _ severity: Severity = .error, at place: ConfigPlace, keyPath: String = "", message: String,
    hint: String? = nil
  ) {
    self.severity = severity
    self.place = place
    self.keyPath = keyPath
    self.message = message
    self.hint = hint
  }

  /// The file of ``place``.
  public var file: String { place.file }

  /// The line of ``place``.
  public var line: Int { place.line }

  /// The column of ``place``.
  public var column: Int { place.column }

  /// `file:line:column: error: key.path: message (hint)`, in one line.
  public var description: String {
    let key = keyPath.isEmpty ? "" : "\(keyPath): "
    let hint = hint.map { " (\($0))" } ?? ""
    return "\(place): \(severity.rawValue): \(key)\(message)\(hint)"
  }
}

/// Everything that is wrong with a configuration: reading goes on after the first error.
public struct ConfigErrors: Error, Sendable, CustomStringConvertible {
  /// The errors, at least one, file by file, each from top to bottom.
  public var errors: [ConfigError]

  /// Warnings that were met as well.
  public var warnings: [ConfigError]

  /// The given errors and warnings.
  public init(errors: [ConfigError], warnings: [ConfigError] = []) {
    self.errors = errors
    self.warnings = warnings
  }

  /// One line for each error.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// Collects what is found while a configuration is read. Used by one thread.
final class ConfigReport {
  private var foundErrors: [ConfigError] = []
  /// The warnings, in the order in which they were found.
  private(set) var noted: [Noted] = []
  private var unavailable: Set<String> = []
  /// Paths at which something should be, and whether nothing was.
  private(set) var absences: [String: Bool] = [:]
  /// What was found already, by place and message: defaults are read with each definition.
  private var known: Set<Found> = []

  /// A warning.
  struct Noted: Sendable {
    var warning: ConfigError
    /// What is not available, where it says that.
    var section: String?
  }

  private struct Found: Hashable {
    var place: ConfigPlace
    var message: String
  }

  func error(
    _ message: String, at place: ConfigPlace, path: String, hint: String? = nil
  ) {
    guard known.insert(Found(place: place, message: message)).inserted else { return }
    foundErrors.append(ConfigError(at: place, keyPath: path, message: message, hint: hint))
  }

  func warning(
    _ message: String, at place: ConfigPlace, path: String, hint: String? = nil
  ) {
    note(
      Noted(warning: ConfigError(.warning, at: place, keyPath: path, message: message, hint: hint)))
  }

  /// Why nothing is found at `path`; nil where something is. What is found does not hold for good.
  func absence(of path: String) -> String? {
    let reason = FilePath.absence(of: path)
    absences[path] = reason != nil
    return reason
  }

  /// Warns once for `section`, where it first stands, at the key path `path`.
  func notAvailable(_ section: String, at place: ConfigPlace, path: String) {
    let warning = ConfigError(
      .warning, at: place, keyPath: path,
      message: "not available yet; it is read and has no effect")
    note(Noted(warning: warning, section: section))
  }

  private func note(_ noted: Noted) {
    let found = Found(place: noted.warning.place, message: noted.warning.message)
    if let section = noted.section {
      guard unavailable.insert(section).inserted else { return }
    }
    guard known.insert(found).inserted else { return }
    self.noted.append(noted)
  }

  /// Adds the warnings of another report as if they were found now.
  func takeOver(_ warnings: [Noted]) {
    for warning in warnings { note(warning) }
  }

  /// Warnings about the table at `path`.
  func warn(_ warnings: [ConfigError], below path: String = "") {
    for var warning in warnings {
      if !path.isEmpty { warning.keyPath = "\(path).\(warning.keyPath)" }
      noted.append(Noted(warning: warning))
    }
  }

  func add(_ found: ConfigErrors) {
    for error in found.errors
    where known.insert(Found(place: error.place, message: error.message)).inserted {
      foundErrors.append(error)
    }
    noted += found.warnings.map { Noted(warning: $0) }
  }

  /// Whether nothing refuses the configuration so far.
  var isGood: Bool { foundErrors.isEmpty }

  /// The errors, file by file in the order of `files`, each from top to bottom.
  func errors(in files: [String]) -> [ConfigError] { Self.sorted(foundErrors, files) }

  /// The warnings in the same order.
  func warnings(in files: [String]) -> [ConfigError] { Self.sorted(noted.map(\.warning), files) }

  private static func sorted(_ issues: [ConfigError], _ files: [String]) -> [ConfigError] {
    let ranks = Dictionary(files.enumerated().map { ($1, $0) }) { first, _ in first }
    let keys = issues.enumerated().map { index, issue in
      (ranks[issue.file] ?? files.count, issue.line, issue.column, index)
    }
    return keys.sorted { $0 < $1 }.map { issues[$0.3] }
  }
}
