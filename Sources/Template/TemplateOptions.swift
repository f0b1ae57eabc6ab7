/// How templates are read and evaluated.
public struct TemplateOptions: Sendable {
  /// What a name means that the scope does not know.
  public enum Undefined: Sendable {
    /// An error. Conditions (`if`, `and`, `or`, `not`) take it as false, as Tera does.
    case refused
    /// `null`, which renders as nothing.
    case null
  }

  /// Matches one text against a compiled regular expression.
  public typealias Matcher = @Sendable (String) throws(TemplateError) -> Bool

  /// Compiles a regular expression for `matching`.
  public typealias PatternCompiler = @Sendable (String) throws(TemplateError) -> Matcher

  /// What an undefined name means.
  public var undefined: Undefined

  /// What bounds reading and evaluating.
  public var limits: TemplateLimits

  /// Compiles the patterns of `is matching`; without it the test is refused when it is parsed. A
  /// pattern that is a literal is compiled once.
  public var patterns: PatternCompiler?

  /// Options of the given parts.
  public init(
    undefined: Undefined = .refused, limits: TemplateLimits = TemplateLimits(),
    patterns: PatternCompiler? = nil
  ) {
    self.undefined = undefined
    self.limits = limits
    self.patterns = patterns
  }
}

/// What bounds reading and evaluating one template.
public struct TemplateLimits: Sendable {
  /// How many bytes a source may have.
  public var source: Int

  /// How deep expressions and blocks may nest.
  public var depth: Int

  /// How many operations and turns of loops one evaluation may take.
  public var operations: Int

  /// How many bytes of texts and values one evaluation may make in all.
  public var output: Int

  /// Limits of the given sizes.
  public init(
    source: Int = 1 << 20, depth: Int = 64, operations: Int = 1_000_000, output: Int = 8 << 20
  ) {
    self.source = source
    self.depth = depth
    self.operations = operations
    self.output = output
  }
}
