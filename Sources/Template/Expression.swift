/// An expression, compiled: `arguments.n > 3 and arguments.name is starting_with("a")`.
///
/// The syntax is Tera's. Evaluating never changes the expression: one value serves many threads.
public struct Expression: Sendable {
  /// The text that was parsed.
  public let source: String

  private let root: Node
  private let options: TemplateOptions

  /// Parses the whole of `source`.
  public init(
    parsing source: String, options: TemplateOptions = TemplateOptions()
  ) throws(TemplateError) {
    self.source = source
    self.options = options
    do throws(Fault) {
      let bytes = Array(source.utf8)
      guard bytes.count <= options.limits.source else {
        throw Fault(
          0,
          "found an expression of \(bytes.count) bytes, expected at most "
            + "\(options.limits.source)")
      }
      root = try ExpressionParser.parse(bytes[...], options)
    } catch {
      throw TemplateError(error, in: source)
    }
  }

  /// The value of the expression where it needs no scope.
  public var constant: JSONValue? { root.constant }

  /// The value in `scope`. Throws where a name is not defined, a value has the wrong kind or a limit
  /// is reached.
  public func evaluate(_ scope: some TemplateScope) throws(TemplateError) -> JSONValue {
    if let constant = root.constant { return constant }
    var evaluation = Evaluation(scope, options)
    do throws(Fault) {
      return try evaluation.value(root)
    } catch {
      throw TemplateError(error, in: source)
    }
  }

  /// Whether the value counts as true: defined, and not null, false, zero or empty.
  public func isTrue(_ scope: some TemplateScope) throws(TemplateError) -> Bool {
    var evaluation = Evaluation(scope, options)
    do throws(Fault) {
      return try evaluation.isTrue(root)
    } catch {
      throw TemplateError(error, in: source)
    }
  }
}
