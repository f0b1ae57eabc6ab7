import JSON
import Patterns

/// A compiled subschema. Changed by the compiler only, before any validation.
final class Node: @unchecked Sendable {
  /// Which resource it belongs to: what enters the dynamic scope with it.
  let resource: Int

  /// What it asserts, in the order in which it is checked. Empty where every value is valid.
  var keywords: [(name: String, keyword: Keyword)] = []

  init(resource: Int) { self.resource = resource }
}

/// A set of the types of JSON Schema.
struct TypeSet: OptionSet, Hashable {
  let rawValue: UInt8
  static let null = TypeSet(rawValue: 1)
  static let boolean = TypeSet(rawValue: 2)
  static let object = TypeSet(rawValue: 4)
  static let array = TypeSet(rawValue: 8)
  static let string = TypeSet(rawValue: 16)
  static let number = TypeSet(rawValue: 32)
  static let integer = TypeSet(rawValue: 64)

  static let names: [(name: String, type: TypeSet, words: String)] = [
    ("null", .null, "null"), ("boolean", .boolean, "true or false"),
    ("object", .object, "an object"), ("array", .array, "an array"),
    ("string", .string, "a string"), ("number", .number, "a number"),
    ("integer", .integer, "an integer"),
  ]

  /// The types in words: "a string or null".
  var words: String {
    let words = Self.names.filter { contains($0.type) }.map(\.words)
    guard words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
  }
}

/// A number of a schema, in the forms that comparisons want.
struct SchemaNumber {
  let number: JSONNumber
  let exact: ExactDecimal
  let small: SmallDecimal?

  init(_ number: JSONNumber) {
    self.number = number
    exact = ExactDecimal(number)
    small = SmallDecimal(number)
  }

  /// Whether this is less than `other`.
  func isLess(than other: SchemaNumber) -> Bool {
    if let small, let otherSmall = other.small { return small.isLess(than: otherSmall) }
    return exact.isLess(than: other.exact)
  }
}

extension SmallDecimal {
  /// The number where it fits.
  init?(_ number: JSONNumber) {
    var text = number.description
    guard let small = text.withUTF8({ SmallDecimal(UnsafeRawBufferPointer($0)) }) else {
      return nil
    }
    self = small
  }
}

/// One keyword with what the compiler made of its value. Numbers of nodes are indices.
enum Keyword {
  enum Bound: UInt8 {
    case minimum, maximum, exclusiveMinimum, exclusiveMaximum
  }

  /// A member of `patternProperties`.
  struct PatternMember {
    let pattern: Pattern
    let node: Int
  }

  /// Several subschemas for the same value.
  enum Combination: UInt8 {
    case all, any, one
  }

  /// The schema `false`.
  case never
  case types(TypeSet)
  case enumeration([JSONValue], Set<JSONValue>)
  case constant(JSONValue)
  case bound(Bound, SchemaNumber)
  case multiple(SchemaNumber)
  case minLength(Int)
  case maxLength(Int)
  case pattern(Pattern)
  case format(Format)
  case minItems(Int)
  case maxItems(Int)
  case uniqueItems
  /// `items` in 2020-12, `additionalItems` and `items` with one schema in draft-07: for the elements
  /// from an index on.
  case items(Int, from: Int)
  case prefixItems([Int])
  case contains(Int, least: Int, most: Int?)
  case minProperties(Int)
  case maxProperties(Int)
  case required([String])
  case properties([(name: String, node: Int)])
  case patternProperties([PatternMember])
  case additionalProperties(Int, names: JSONObject, patterns: [Pattern])
  case propertyNames(Int)
  case dependentRequired([(name: String, required: [String])])
  case dependentSchemas([(name: String, node: Int)])
  case combination(Combination, [Int])
  case not(Int)
  case conditional(condition: Int, then: Int?, otherwise: Int?)
  case reference(Int)
  case dynamicReference(name: String, initial: Int)
  case unevaluatedItems(Int)
  case unevaluatedProperties(Int)

  /// The subschemas that apply to the same value as this keyword.
  var inPlace: [Int] {
    switch self {
    case .dependentSchemas(let members): members.map(\.node)
    case .combination(_, let nodes): nodes
    case .not(let node), .reference(let node): [node]
    case .conditional(let condition, let then, let otherwise):
      [condition] + [then, otherwise].compactMap(\.self)
    default: []
    }
  }
}

/// A schema as its validators see it. Immutable.
struct CompiledSchema: Sendable {
  var nodes: [Node] = []
  /// The subschemas that a dynamic anchor names, by resource.
  var dynamicAnchors: [String: [Int: Int]] = [:]
  /// Whether a keyword wants to know what its neighbours have evaluated.
  var needsEvaluated = false
  /// The root's node.
  static let root = 0
}
