public import JSON

/// A JSON Schema of draft 2020-12 or draft-07, compiled once; validates any number of instances, on
/// any number of threads at the same time.
///
///     let schema = try Schema(compiling: try JSONValue(json: text))
///     let result = schema.validate(bytes)
///     if !result.isValid { print(result) }    // /age: found "old", expected an integer
///
/// Schemas of the common shape (types, bounds, lengths, patterns, formats, members, elements) run
/// over the bytes without a tree and without an allocation; what that cannot accept for sure is read
/// as a tree and evaluated in full, which also makes the messages.
public final class Schema: Sendable {
  /// What it was compiled from.
  public let source: JSONValue

  /// Whether the schema accepts every object, so that a host that validates nothing but objects can
  /// leave the validation out.
  public let isTrivial: Bool

  let compiled: CompiledSchema
  let program: StreamProgram?
  let options: SchemaOptions

  /// Compiles `source`. The error names the place in the schema, what was found there and what was
  /// expected. References are resolved within `source` and `options.resources`; nothing is fetched.
  public init(
    compiling source: JSONValue, options: SchemaOptions = SchemaOptions()
  ) throws(SchemaError) {
    self.source = source
    self.options = options
    compiled = try SchemaCompiler.compile(source, options: options)
    isTrivial = compiled.acceptsEveryObject(CompiledSchema.root)
    program = StreamProgram(compiled, limits: options.limits)
  }

  /// Validates the JSON text `bytes`.
  ///
  /// The text need not be known to be valid: one that is no JSON is a failure like another, at the
  /// place and with the message of its ``JSONError``. Of members with one name the last counts.
  /// `mostFailures` 1 stops at the first failure; nil takes the number of the limits.
  public func validate(
    _ bytes: UnsafeRawBufferPointer, mostFailures: Int? = nil
  ) -> Validation {
    if let program, program.accepts(bytes) { return .valid }
    return validateTree(bytes, mostFailures: mostFailures)
  }

  /// Whether `bytes` are JSON text that the schema accepts.
  public func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if let program, program.accepts(bytes) { return true }
    return validateTree(bytes, mostFailures: 1).isValid
  }

  /// Validates `value`, no deeper than ``SchemaLimits/instanceDepth``.
  public func validate(_ value: JSONValue, mostFailures: Int? = nil) -> Validation {
    var validator = TreeValidator(
      schema: compiled, limits: options.limits,
      mostFailures: mostFailures ?? options.limits.failures)
    return validator.validate(value)
  }

  func validateTree(_ bytes: UnsafeRawBufferPointer, mostFailures: Int?) -> Validation {
    let limits = JSONLimits(
      depth: options.limits.instanceDepth, bytes: options.limits.instanceBytes)
    do {
      return validate(try JSONValue(parsing: bytes, limits: limits), mostFailures: mostFailures)
    } catch {
      let root = JSONPointer(tokens: [])
      let failure = ValidationFailure(
        instancePath: root, keywordPath: root, message: error.description)
      let isLimit = error.limit != nil
      return Validation(
        failures: isLimit ? [] : [failure], isTruncated: false, limit: isLimit ? failure : nil)
    }
  }
}

extension CompiledSchema {
  /// Whether the subschema is sure to accept every object. Gives up, with false, on references that
  /// branch a lot: `budget` is how many subschemas are looked at.
  func acceptsEveryObject(_ index: Int) -> Bool {
    var budget = 1_000
    return acceptsEveryObject(index, &budget)
  }

  private func acceptsEveryObject(_ index: Int, _ budget: inout Int) -> Bool {
    budget -= 1
    guard budget > 0 else { return false }
    for (_, keyword) in nodes[index].keywords {
      let accepts: Bool
      switch keyword {
      case .types(let types): accepts = types.contains(.object)
      case .bound, .multiple, .minLength, .maxLength, .pattern, .format, .minItems, .maxItems,
        .uniqueItems, .items, .prefixItems, .contains, .unevaluatedItems:
        accepts = true
      case .minProperties(let least): accepts = least == 0
      case .properties(let members):
        accepts = members.allSatisfy { nodes[$0.node].keywords.isEmpty }
      case .patternProperties(let members):
        accepts = members.allSatisfy { nodes[$0.node].keywords.isEmpty }
      case .additionalProperties(let node, _, _), .propertyNames(let node),
        .unevaluatedProperties(let node):
        accepts = nodes[node].keywords.isEmpty
      case .dependentRequired(let rules): accepts = rules.allSatisfy(\.required.isEmpty)
      case .combination(.all, _), .dependentSchemas, .reference:
        accepts = keyword.inPlace.allSatisfy { acceptsEveryObject($0, &budget) }
      default: accepts = false
      }
      guard accepts else { return false }
    }
    return true
  }
}
