import JSON
import Patterns

/// Lays the nodes of a schema out flat, from the root to all that it leads to.
struct StreamBuilder {
  let schema: CompiledSchema
  private(set) var nodes: [StreamNode] = []
  private(set) var members: [StreamMember] = []
  private(set) var constants: [StreamConstant] = []
  private(set) var lists: [Int32] = []
  private(set) var groups: [Range<Int32>] = []
  private(set) var patterns: [Pattern] = []
  private(set) var texts: [UnsafeRawBufferPointer] = []
  private var places: [Int: Int32] = [:]
  private var waiting: [(source: Int, place: Int32)] = []

  /// How many members a schema may name: the bits of ``StreamNode/required``.
  private static let mostMembers = 64

  /// How many values are searched one by one.
  private static let mostConstants = 64

  init(schema: CompiledSchema) { self.schema = schema }

  /// The place of the root; nil where the schema cannot be streamed.
  mutating func build() -> Int32? {
    let root = place(CompiledSchema.root)
    while let (source, place) = waiting.popLast() {
      guard let node = node(schema.nodes[source]) else { return nil }
      nodes[Int(place)] = node
    }
    return root
  }

  private mutating func place(_ source: Int) -> Int32 {
    var source = source
    // A subschema that is nothing but a reference is what it refers to. No cycle: the compiler
    // refuses those.
    while schema.nodes[source].keywords.count == 1,
      case .reference(let target) = schema.nodes[source].keywords[0].keyword
    { source = target }
    let keywords = schema.nodes[source].keywords
    if keywords.isEmpty { return StreamNode.anything }
    if case .never = keywords[0].keyword { return StreamNode.nothing }
    if let place = places[source] { return place }
    let place = Int32(nodes.count)
    nodes.append(StreamNode())
    places[source] = place
    waiting.append((source, place))
    return place
  }

  private mutating func list(_ sources: [Int]) -> Range<Int32> {
    let list = sources.map { place($0) }
    let start = Int32(lists.count)
    lists += list
    return start..<Int32(lists.count)
  }

  private mutating func copy(_ text: String) -> UnsafeRawBufferPointer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
    bytes.copyBytes(from: text.utf8)
    texts.append(UnsafeRawBufferPointer(bytes))
    return UnsafeRawBufferPointer(bytes)
  }

  private mutating func node(_ source: Node) -> StreamNode? {
    var node = StreamNode()
    var all: [Int] = []
    var choices: [[Int]] = []
    for (_, keyword) in source.keywords {
      switch keyword {
      case .reference(let target): all.append(target)
      case .combination(.all, let targets): all += targets
      case .combination(.any, let targets): choices.append(targets)
      default:
        guard own(keyword, &node) else { return nil }
        node.hasOwnRules = true
      }
    }
    guard objects(source, &node) else { return nil }
    switch node.types {
    case .string: node.only = .string
    case .number, .integer, [.number, .integer]: node.only = .number
    case .object where !node.hasConstants: node.only = .object
    case .array where !node.hasConstants: node.only = .array
    default: break
    }
    if !all.isEmpty { node.all = list(all) }
    if !choices.isEmpty {
      let ranges = choices.map { list($0) }
      node.groups = Int32(groups.count)..<Int32(groups.count + ranges.count)
      groups += ranges
    }
    return node
  }

  /// Adds a keyword that asserts something itself; false where it cannot be streamed.
  private mutating func own(_ keyword: Keyword, _ node: inout StreamNode) -> Bool {
    switch keyword {
    case .types(let types): node.types = types
    case .enumeration(let values, _): return add(values, &node)
    case .constant(let value): return add([value], &node)
    case .bound(let bound, let number):
      guard let small = number.small else { return false }
      add(bound, small, &node)
    case .multiple(let number):
      guard let small = number.small else { return false }
      node.divisor = small
      node.hasNumberRules = true
    case .minLength(let count):
      node.minLength = count
      node.hasStringRules = true
    case .maxLength(let count):
      node.maxLength = count
      node.hasStringRules = true
    case .pattern(let pattern):
      node.patterns = Int32(patterns.count)..<Int32(patterns.count + 1)
      patterns.append(pattern)
      node.hasStringRules = true
    case .format(let format):
      node.format = format
      node.hasStringRules = true
    case .minItems(let count): node.minItems = count
    case .maxItems(let count): node.maxItems = count
    case .prefixItems(let sources): node.prefix = list(sources)
    case .items(let source, _): node.items = place(source)
    case .minProperties(let count):
      // The stream counts members with one name each time.
      guard count <= 1 else { return false }
      node.minProperties = count
    case .maxProperties(let count): node.maxProperties = count
    case .required, .properties, .additionalProperties: break
    default: return false
    }
    return true
  }

  private func add(_ bound: Keyword.Bound, _ number: SmallDecimal, _ node: inout StreamNode) {
    node.hasNumberRules = true
    switch bound {
    case .minimum, .exclusiveMinimum:
      let isExclusive = bound == .exclusiveMinimum
      if let other = node.minimum {
        guard other.isLess(than: number) || isExclusive && !number.isLess(than: other) else {
          return
        }
      }
      node.minimum = number
      node.minimumIsExclusive = isExclusive
    case .maximum, .exclusiveMaximum:
      let isExclusive = bound == .exclusiveMaximum
      if let other = node.maximum {
        guard number.isLess(than: other) || isExclusive && !other.isLess(than: number) else {
          return
        }
      }
      node.maximum = number
      node.maximumIsExclusive = isExclusive
    }
  }

  private mutating func add(_ values: [JSONValue], _ node: inout StreamNode) -> Bool {
    guard !node.hasConstants, values.count <= Self.mostConstants else { return false }
    let start = Int32(constants.count)
    for value in values {
      switch value {
      case .string(let text): constants.append(.string(copy(text)))
      case .number(let number):
        guard let small = SmallDecimal(number) else { return false }
        constants.append(.number(small))
      case .bool, .null: constants.append(.kind(value.kind))
      case .array, .object: return false
      }
    }
    node.hasConstants = true
    node.constants = start..<Int32(constants.count)
    return true
  }

  /// Brings `properties`, `required` and `additionalProperties` together in one table.
  private mutating func objects(_ source: Node, _ node: inout StreamNode) -> Bool {
    var named = JSONObject()
    var required: [String] = []
    for (_, keyword) in source.keywords {
      switch keyword {
      case .properties(let properties):
        for (name, target) in properties { named.set(name, JSONValue(place(target))) }
      case .required(let names): required = names
      case .additionalProperties(let target, _, let patterns):
        guard patterns.isEmpty else { return false }
        node.additional = place(target)
      default: break
      }
    }
    // A member that is required but has no schema is an additional one.
    for name in required where !named.contains(name) {
      named.set(name, JSONValue(node.additional))
    }
    guard named.count <= Self.mostMembers else { return false }
    let start = Int32(members.count)
    for (name, place) in named {
      members.append(StreamMember(name: copy(name), node: Int32(place.int ?? -1)))
    }
    node.members = start..<Int32(members.count)
    for name in required {
      guard let place = named.place(of: name) else { return false }
      node.required |= 1 << UInt64(place)
    }
    return true
  }
}
