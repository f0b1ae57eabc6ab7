/// The `validation` table of a tool; `[server.validation]` gives the defaults.
public struct ValidationSettings: Sendable, Hashable {
  /// What follows from a structured result that breaks the tool's output schema.
  public enum Output: String, Sendable, CaseIterable {
    /// The call fails.
    case error
    /// The result goes out, and the log says what is wrong.
    case warn
    /// Nothing is checked.
    case off
  }

  /// Whether arguments are held against the input schema before a strategy sees them.
  public var input = true

  /// What happens to results that break the output schema.
  public var output = Output.error

  /// The settings of a file that says nothing.
  public init() {}
}

extension ValidationSettings {
  /// Reads a `validation` table; `defaults` hold where it says nothing. `output` may be `true`, for
  /// `"error"`, and `false`, for `"off"`.
  static func decode(_ reader: TableReader, defaults: ValidationSettings) -> ValidationSettings {
    var settings = defaults
    if let input = reader.bool("input") { settings.input = input }
    if let value = reader.value("output") {
      // A text of the environment may be a truth value as well.
      if let output = value.bool {
        settings.output = output ? .error : .off
      } else if let output = reader.choice("output") as Output? {
        settings.output = output
      }
    }
    return settings
  }
}
