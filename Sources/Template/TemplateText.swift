/// A template, compiled: text with `{{ expressions }}`, `{% if %}`, `{% for %}`, `{% raw %}` and
/// `{# comments #}`, as Tera writes them.
public struct TemplateText: Sendable {
  /// The text that was parsed.
  public let source: String

  private let pieces: [Piece]
  private let options: TemplateOptions

  /// The whole output where it needs no scope.
  private let constant: String?

  /// Parses the whole of `source`.
  public init(
    parsing source: String, options: TemplateOptions = TemplateOptions()
  ) throws(TemplateError) {
    self.source = source
    self.options = options
    do throws(Fault) {
      pieces = try TemplateParser.parse(source, options)
    } catch {
      throw TemplateError(error, in: source)
    }
    var text = ""
    var isConstant = true
    for piece in pieces {
      if case .text(let part) = piece { text += part } else { isConstant = false }
    }
    constant = isConstant ? text : nil
  }

  /// Whether the output is the same in every scope.
  public var isConstant: Bool { constant != nil }

  /// The output in `scope`. Texts render as they are, null as nothing, arrays and objects as JSON.
  public func render(_ scope: some TemplateScope) throws(TemplateError) -> String {
    if let constant { return constant }
    var evaluation = Evaluation(scope, options)
    var output = ""
    do throws(Fault) {
      try evaluation.render(pieces, into: &output)
    } catch {
      throw TemplateError(error, in: source)
    }
    return output
  }

  /// The value in `scope`: of any JSON type where the template is exactly one expression
  /// (`"{{ arguments.count }}"` gives a number), else the output as a text.
  public func value(_ scope: some TemplateScope) throws(TemplateError) -> JSONValue {
    guard pieces.count == 1, case .output(let node)? = pieces.first else {
      return .string(try render(scope))
    }
    var evaluation = Evaluation(scope, options)
    do throws(Fault) {
      return try evaluation.value(node)
    } catch {
      throw TemplateError(error, in: source)
    }
  }
}
