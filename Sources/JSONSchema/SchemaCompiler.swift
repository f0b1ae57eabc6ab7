import JSON
import Patterns

/// Turns documents into nodes, each place once, from the root to all that it leads to.
struct SchemaCompiler {
  var documents: SchemaDocuments
  var compiled = CompiledSchema()
  let options: SchemaOptions
  private var known: [Location: Int] = [:]
  private var waiting: [(node: Int, value: JSONValue, location: Location)] = []
  private var locations: [Location] = []
  private var patterns: [String: Pattern] = [:]

  static func compile(_ schema: JSONValue, options: SchemaOptions) throws(SchemaError)
    -> CompiledSchema
  {
    var compiler = SchemaCompiler(
      documents: try SchemaDocuments(schema, options: options), options: options)
    let root = Location(document: 0, pointer: JSONPointer(tokens: []))
    _ = try compiler.node(schema, root)
    try compiler.compileWaiting()
    try compiler.refuseCycles()
    return compiler.compiled
  }

  private init(documents: SchemaDocuments, options: SchemaOptions) {
    self.documents = documents
    self.options = options
  }

  /// The node of the schema `value` at `location`.
  mutating func node(_ value: JSONValue, _ location: Location) throws(SchemaError) -> Int {
    if let node = known[location] { return node }
    guard compiled.nodes.count < options.limits.subschemas else {
      throw documents.error(
        "found more than \(options.limits.subschemas) subschemas; the limit is "
          + "\(options.limits.subschemas) (subschemas)", location)
    }
    let node = compiled.nodes.count
    compiled.nodes.append(Node(resource: documents.owner(of: location)))
    locations.append(location)
    known[location] = node
    waiting.append((node, value, location))
    return node
  }

  private mutating func compileWaiting() throws(SchemaError) {
    repeat {
      while let (node, value, location) = waiting.popLast() {
        try compile(value, location, into: compiled.nodes[node])
      }
      // Resources that came in late may hold anchors that dynamic references look for.
      for name in compiled.dynamicAnchors.keys {
        for (index, resource) in documents.resources.enumerated() {
          guard let pointer = resource.dynamicAnchors[name],
            compiled.dynamicAnchors[name]?[index] == nil
          else { continue }
          let place = Location(document: resource.location.document, pointer: pointer)
          let node = try node(documents.value(at: place), place)
          compiled.dynamicAnchors[name]?[index] = node
        }
      }
    } while !waiting.isEmpty
  }

  private mutating func compile(
    _ value: JSONValue, _ location: Location, into node: Node
  ) throws(SchemaError) {
    let object: JSONObject
    switch value {
    case .bool(let everything):
      node.keywords = everything ? [] : [("", .never)]
      return
    case .object(let found): object = found
    default:
      throw documents.error(
        "found \(value.summary), expected a schema: an object, true or false", location)
    }
    let dialect = documents.resources[node.resource].dialect
    var reader = KeywordReader(object: object, location: location, dialect: dialect)
    if let reference = object["$ref"] {
      let place = location.appending("$ref")
      let text = try reader.string(reference, place, documents)
      let target = try documents.resolve(text, from: node.resource, place).location
      let index = try self.node(documents.value(at: target), target)
      node.keywords.append(("$ref", .reference(index)))
      // In draft-07 a `$ref` stands for itself and its neighbours mean nothing.
      if dialect.draft == .draft7 { return }
    }
    if dialect.draft == .draft2020, let reference = object["$dynamicRef"] {
      try compileDynamic(reference, &reader, node)
    }
    if dialect.validates { try reader.assertions(into: &self, node) }
    if let name = object["format"] {
      let text = try reader.string(name, location.appending("format"), documents)
      if options.assertsFormats || dialect.assertsFormats, let format = Format(name: text) {
        node.keywords.append(("format", .format(format)))
      }
    }
    try reader.applicators(into: &self, node)
  }

  private mutating func compileDynamic(
    _ reference: JSONValue, _ reader: inout KeywordReader, _ node: Node
  ) throws(SchemaError) {
    let place = reader.location.appending("$dynamicRef")
    let text = try reader.string(reference, place, documents)
    let (target, anchor) = try documents.resolve(text, from: node.resource, place)
    let index = try self.node(documents.value(at: target), target)
    let owner = documents.resources[compiled.nodes[index].resource]
    if let anchor, owner.dynamicAnchors[anchor] == target.pointer {
      if compiled.dynamicAnchors[anchor] == nil { compiled.dynamicAnchors[anchor] = [:] }
      node.keywords.append(("$dynamicRef", .dynamicReference(name: anchor, initial: index)))
    } else {
      node.keywords.append(("$dynamicRef", .reference(index)))
    }
  }

  /// The compiled form of `source`; equal sources share one.
  mutating func pattern(_ source: String, _ place: Location) throws(SchemaError) -> Pattern {
    if let pattern = patterns[source] { return pattern }
    do {
      let pattern = try Pattern(compiling: source, dialect: .ecma262)
      patterns[source] = pattern
      return pattern
    } catch {
      throw documents.error(
        "found \(JSONValue.string(source).summary), expected a regular expression of ECMA-262: "
          + error.description, place)
    }
  }

  /// Refuses references that lead back to themselves without going on to another value.
  private func refuseCycles() throws(SchemaError) {
    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: compiled.nodes.count)
    for start in compiled.nodes.indices where marks[start] == .new {
      var stack: [(node: Int, next: [Int])] = [(start, inPlace(start))]
      marks[start] = .open
      while let top = stack.last {
        guard let next = top.next.last else {
          marks[top.node] = .done
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next.removeLast()
        switch marks[next] {
        case .done: break
        case .new:
          marks[next] = .open
          stack.append((next, inPlace(next)))
        case .open:
          throw documents.error(
            "found a reference that leads back here for the same value, so that no validation "
              + "would end", locations[next])
        }
      }
    }
  }

  private func inPlace(_ node: Int) -> [Int] {
    compiled.nodes[node].keywords.flatMap(\.keyword.inPlace)
  }
}
