public import JSON

/// Diagnostics as people and programs read them: an excerpt of the file with the culprit
/// underlined, and a JSON form. Shows no secret and no control character.
public enum ConfigDiagnostic {
  /// How an excerpt looks.
  public struct Style: Sendable, Hashable {
    /// Whether there are colours: ANSI's escape sequences (ECMA-48 SGR).
    public var isColored: Bool

    /// The columns of the terminal; longer lines of a file are cut around the culprit.
    public var width: Int

    /// A style.
    public init(isColored: Bool = false, width: Int = 100) {
      self.isColored = isColored
      self.width = width
    }

    /// Without colours, 100 columns wide.
    public static let plain = Style()
  }

  /// One diagnostic, without a line feed at its end:
  ///
  ///     metis.toml:12:1: error: server.prot: unknown key
  ///        |
  ///     12 | prot = 3000
  ///        | ^~~~
  ///        = help: did you mean "port"?
  ///
  /// `source` gives what a file holds, nil where it cannot be read: then there is no excerpt, and so
  /// for a place without a line, such as `--set server.port=x`. `declarations` tell which keys are
  /// secrets beyond those that sound so.
  public static func render(
    _ error: ConfigError, source: (String) -> [UInt8]?, style: Style = .plain,
    declarations: TableDeclaration = .root
  ) -> String {
    render([error], source: source, style: style, declarations: declarations)
  }

  /// Several diagnostics with an empty line between two, in their order. Each file is read once.
  public static func render(
    _ errors: [ConfigError], source: (String) -> [UInt8]?, style: Style = .plain,
    declarations: TableDeclaration = .root
  ) -> String {
    var sources = DiagnosticSources(declarations)
    return errors.map { text(of: $0, sources.excerpt(for: $0, source), style, declarations) }
      .joined(separator: "\n\n")
  }

  /// `2 errors, 1 warning`; `no errors` of none.
  public static func summary(of errors: [ConfigError]) -> String {
    let warnings = errors.count { $0.severity == .warning }
    let count = errors.count - warnings
    let words = { (count: Int, word: String) in "\(count) \(word)\(count == 1 ? "" : "s")" }
    let first = count == 0 ? "no errors" : words(count, "error")
    return warnings == 0 ? first : "\(first), \(words(warnings, "warning"))"
  }

  /// One diagnostic as JSON: `file`, `line`, `column`, `end_column` (the one after the culprit, where
  /// `source` knows the file), `severity` (`error` or `warning`), `key`, `message`, `hint`. Members
  /// that say nothing are left out; lines and columns are from 1, columns in Unicode scalars.
  public static func json(
    _ error: ConfigError, source: (String) -> [UInt8]? = { _ in nil },
    declarations: TableDeclaration = .root
  ) -> JSONValue {
    var sources = DiagnosticSources(declarations)
    return object(of: error, sources.excerpt(for: error, source), declarations)
  }

  /// Several as JSON: `diagnostics`, an array of ``json(_:source:declarations:)``, and their counts
  /// as `errors` and `warnings`.
  public static func json(
    _ errors: [ConfigError], source: (String) -> [UInt8]? = { _ in nil },
    declarations: TableDeclaration = .root
  ) -> JSONValue {
    var sources = DiagnosticSources(declarations)
    let warnings = errors.count { $0.severity == .warning }
    return [
      "errors": JSONValue(errors.count - warnings),
      "warnings": JSONValue(warnings),
      "diagnostics": .array(
        errors.map { object(of: $0, sources.excerpt(for: $0, source), declarations) }),
    ]
  }

  private static func object(
    of error: ConfigError, _ excerpt: SourceExcerpt?, _ declarations: TableDeclaration
  ) -> JSONValue {
    var object = JSONObject()
    if !error.file.isEmpty { object["file"] = .string(origin(of: error, declarations)) }
    if error.line > 0 {
      object["line"] = JSONValue(error.line)
      object["column"] = JSONValue(max(error.column, 1))
      let end = excerpt?.endColumn(line: error.line, column: error.column)
      object["end_column"] = end.map { JSONValue($0) }
    }
    object["severity"] = .string(error.severity.rawValue)
    if !error.keyPath.isEmpty { object["key"] = .string(error.keyPath) }
    object["message"] = .string(error.message)
    object["hint"] = error.hint.map(JSONValue.string)
    return .object(object)
  }

  private static func text(
    of error: ConfigError, _ excerpt: SourceExcerpt?, _ style: Style,
    _ declarations: TableDeclaration
  ) -> String {
    let paint = Paint(isOn: style.isColored)
    let severity = paint(error.severity == .error ? .error : .warning, error.severity.rawValue)
    var head = ""
    if !error.file.isEmpty {
      let place = error.line > 0 ? ":\(error.line):\(max(error.column, 1))" : ""
      head = paint(.place, DisplayText.safe(origin(of: error, declarations)) + place) + ": "
    }
    head += "\(severity): "
    if !error.keyPath.isEmpty { head += paint(.place, DisplayText.safe(error.keyPath)) + ": " }
    head += DisplayText.safe(error.message)
    var lines = [head]
    let number = error.line > 0 ? "\(error.line)" : ""
    let gutter = String(repeating: " ", count: max(number.utf8.count, 1) + 1)
    if error.line > 0,
      let line = excerpt?.line(
        error.line, column: error.column, width: style.width - gutter.utf8.count - 2)
    {
      let bar = paint(.gutter, "|")
      let marks = "^" + String(repeating: "~", count: line.underline.count - 1)
      let space = String(repeating: " ", count: line.underline.lowerBound)
      let painted = paint(error.severity == .error ? .error : .warning, marks)
      lines.append("\(gutter)\(bar)")
      let text = line.text.isEmpty ? "" : " \(line.text)"
      lines.append("\(paint(.gutter, number)) \(bar)\(text)")
      lines.append("\(gutter)\(bar) \(space)\(painted)")
    }
    if let hint = error.hint {
      lines.append(
        "\(gutter)\(paint(.gutter, "=")) \(paint(.help, "help")): \(DisplayText.safe(hint))")
    }
    return lines.joined(separator: "\n")
  }

  /// The file; of a setting of the command line its text, without the value of a secret.
  private static func origin(of error: ConfigError, _ declarations: TableDeclaration) -> String {
    let file = error.file
    guard file.hasPrefix("--"), let equals = file.firstIndex(of: "=") else { return file }
    let key = file[..<equals].split(separator: " ").last.map(String.init) ?? ""
    let isSecret =
      SecretRules.isSecret(path: error.keyPath, in: declarations)
      || SecretRules.isSecret(path: key, in: declarations)
    if isSecret { return file[...equals] + SecretText.stars }
    return SecretText.withoutPasswords(file)
  }
}

/// The files of diagnostics, each read and looked through once.
private struct DiagnosticSources {
  private let secretNames: Set<String>
  private var excerpts: [String: SourceExcerpt?] = [:]

  init(_ declarations: TableDeclaration) {
    secretNames = declarations.secretNames
  }

  mutating func excerpt(
    for error: ConfigError, _ source: (String) -> [UInt8]?
  ) -> SourceExcerpt? {
    guard error.line > 0 else { return nil }
    if let known = excerpts[error.file] { return known }
    let excerpt = source(error.file).map {
      SourceExcerpt($0, format: FilePath.fileExtension(of: error.file), secretNames: secretNames)
    }
    excerpts[error.file] = .some(excerpt)
    return excerpt
  }
}

/// Colours of a terminal, or none.
private struct Paint {
  enum Ink: String {
    case error = "1;31"
    case warning = "1;33"
    case help = "1;36"
    case gutter = "1;34"
    case place = "1"
  }

  let isOn: Bool

  func callAsFunction(_ ink: Ink, _ text: String) -> String {
    isOn && !text.isEmpty ? "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m" : text
  }
}
