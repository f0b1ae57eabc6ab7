import JSON
import Patterns

/// What a subschema asks of a value, flat: numbers and offsets only, so that the hot path counts no
/// references. A node is a subschema that the stream can decide on its way through the text.
struct StreamNode {
  /// A node that accepts every value, and one that accepts none: no index into the nodes.
  static let anything: Int32 = -1
  static let nothing: Int32 = -2

  var types: TypeSet = [.null, .boolean, .object, .array, .string, .number, .integer]
  var hasOwnRules = false

  /// The only kind of value that ``types`` let through, where there is one: the cursor is then asked
  /// for it without a look ahead.
  var only: JSONKind?

  // Numbers. The bounds that are absent lie beyond all numbers.
  var hasNumberRules = false
  var minimum: SmallDecimal?
  var maximum: SmallDecimal?
  var minimumIsExclusive = false
  var maximumIsExclusive = false
  var divisor: SmallDecimal?

  // Strings.
  var hasStringRules = false
  var format: Format?
  var minLength = 0
  var maxLength = Int.max
  var patterns: Range<Int32> = 0..<0

  // `enum` and `const`.
  var hasConstants = false
  var constants: Range<Int32> = 0..<0

  // Arrays.
  var prefix: Range<Int32> = 0..<0
  var items = anything
  var minItems = 0
  var maxItems = Int.max

  // Objects. Bit n of `required` is for member n.
  var members: Range<Int32> = 0..<0
  var required: UInt64 = 0
  var additional = anything
  var minProperties = 0
  var maxProperties = Int.max

  // Subschemas for the same value: all of `all`, and of each group at least one.
  var all: Range<Int32> = 0..<0
  var groups: Range<Int32> = 0..<0

  var combines: Bool { !all.isEmpty || !groups.isEmpty }
}

/// A member that a schema names.
struct StreamMember {
  let name: UnsafeRawBufferPointer
  let node: Int32
}

/// A value of `enum` or `const`.
enum StreamConstant {
  case string(UnsafeRawBufferPointer)
  case number(SmallDecimal)
  case kind(JSONKind)
}

/// A schema, all of whose subschemas can be decided in one pass over the text.
///
/// It answers "accepted for sure" or "not sure": what it does not accept is left to the
/// ``TreeValidator``, so nothing it leaves out can turn a verdict. Members with one name are all
/// checked, of which the tree checks the last, so it accepts no more than the tree does; the keywords
/// for which that would not follow (`not`, `oneOf`, `minProperties` above 1) are not streamed.
final class StreamProgram: @unchecked Sendable {
  // Filled by the initializer, read by all threads, freed by deinit.
  let nodes: UnsafeBufferPointer<StreamNode>
  let members: UnsafeBufferPointer<StreamMember>
  let constants: UnsafeBufferPointer<StreamConstant>
  /// Nodes that ``StreamNode/prefix`` and ``StreamNode/all`` list.
  let lists: UnsafeBufferPointer<Int32>
  /// The groups of `anyOf`, ranges of ``lists``.
  let groups: UnsafeBufferPointer<Range<Int32>>
  let patterns: UnsafeBufferPointer<Unmanaged<Pattern>>
  let root: Int32
  let limits: SchemaLimits
  let jsonLimits: JSONLimits
  /// The names and strings that the buffers point into.
  private let texts: [UnsafeRawBufferPointer]

  /// Nil where a subschema that the root leads to cannot be streamed.
  init?(_ schema: CompiledSchema, limits: SchemaLimits) {
    var builder = StreamBuilder(schema: schema)
    guard let root = builder.build() else {
      for text in builder.texts { text.deallocate() }
      return nil
    }
    self.root = root
    self.limits = limits
    jsonLimits = JSONLimits(depth: limits.instanceDepth, bytes: limits.instanceBytes)
    texts = builder.texts
    nodes = Self.copy(builder.nodes)
    members = Self.copy(builder.members)
    constants = Self.copy(builder.constants)
    lists = Self.copy(builder.lists)
    groups = Self.copy(builder.groups)
    patterns = Self.copy(builder.patterns.map { Unmanaged.passRetained($0) })
  }

  deinit {
    for pattern in patterns { pattern.release() }
    for text in texts { text.deallocate() }
    nodes.deallocate()
    members.deallocate()
    constants.deallocate()
    lists.deallocate()
    groups.deallocate()
    patterns.deallocate()
  }

  private static func copy<T>(_ values: [T]) -> UnsafeBufferPointer<T> {
    let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: values.count)
    _ = buffer.initialize(from: values)
    return UnsafeBufferPointer(buffer)
  }
}
