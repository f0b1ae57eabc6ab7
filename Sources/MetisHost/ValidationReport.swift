import Glibc
public import JSON
public import MetisConfig

/// What was found wrong with a configuration, for people and for programs: the same from
/// `metis-host --validate` and `metis config validate`.
public struct ValidationReport {
  /// Errors and warnings where they stand.
  public var diagnostics: [ConfigError]

  /// What is wrong with plugins, or keeps a host from starting: not of a place in a file.
  public var problems: [String]

  /// Whether a host would start, and with the wish for it has nothing to warn of.
  public var isValid: Bool

  /// What is there: `2 tools, 1 resource, transport http`; empty where it could not be read.
  public var summary: String

  /// A report; `isStrict` makes errors of warnings and of plugins that do not load.
  public init(_ validation: HostValidation, isStrict: Bool = false) {
    diagnostics = validation.errors + validation.warnings
    problems =
      validation.pluginFailures.map { "plugin: \($0.description)" }
      + (validation.failure.map { [$0.description] } ?? [])
    let isClean = validation.warnings.isEmpty && validation.pluginFailures.isEmpty
    isValid = validation.isValid && (isClean || !isStrict)
    summary = validation.configuration.map(Self.summary) ?? ""
  }

  /// Why a host did not start, where that is its configuration.
  public init(_ error: StartError) {
    diagnostics = error.diagnostics
    problems = error.diagnostics.isEmpty ? [error.description] : []
    isValid = false
    summary = ""
  }

  /// What is written to standard error, without a line feed at its end; empty where nothing was found.
  public func text(_ style: ConfigDiagnostic.Style) -> String {
    var parts: [String] = []
    if !diagnostics.isEmpty {
      parts.append(
        ConfigDiagnostic.render(
          diagnostics, source: Self.source, style: style, declarations: .root))
    }
    parts += problems
    if !diagnostics.isEmpty { parts.append(ConfigDiagnostic.summary(of: diagnostics)) }
    return parts.joined(separator: "\n\n")
  }

  /// `valid`, `errors`, `warnings`, `diagnostics` (see ``ConfigDiagnostic``) and `problems`, an array
  /// of texts.
  public var json: JSONValue {
    var object = JSONObject()
    object["valid"] = .bool(isValid)
    let found = ConfigDiagnostic.json(diagnostics, source: Self.source, declarations: .root)
    for (key, value) in found.object ?? JSONObject() { object[key] = value }
    object["problems"] = .array(problems.map(JSONValue.string))
    return .object(object)
  }

  /// What a file holds; nil where it cannot be read.
  public static func source(_ file: String) -> [UInt8]? { try? PluginStore.read(file) }

  private static func summary(_ configuration: Configuration) -> String {
    let counts = [
      (configuration.tools.count, "tool"), (configuration.resources.count, "resource"),
      (configuration.prompts.count, "prompt"),
    ]
    let parts = counts.filter { $0.0 > 0 || $0.1 == "tool" }.map { count, word in
      "\(count) \(word)\(count == 1 ? "" : "s")"
    }
    return (parts + ["transport \(configuration.transport.type)"]).joined(separator: ", ")
  }
}

extension ConfigDiagnostic.Style {
  /// The style for an open file: colours only on a terminal and where the user did not object
  /// (https://no-color.org), as wide as the terminal.
  public static func of(descriptor: Int32) -> ConfigDiagnostic.Style {
    guard isatty(descriptor) == 1 else { return .plain }
    let isColored = getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
    var size = winsize()
    let hasSize = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col >= 40
    return ConfigDiagnostic.Style(isColored: isColored, width: hasSize ? Int(size.ws_col) : 100)
  }
}
