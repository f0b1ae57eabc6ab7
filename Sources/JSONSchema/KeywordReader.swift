import JSON
import Patterns

/// Reads the keywords of one schema object and checks the shapes of their values.
struct KeywordReader {
  let object: JSONObject
  let location: Location
  let dialect: Dialect

  // MARK: Shapes

  func string(
    _ value: JSONValue, _ place: Location, _ documents: SchemaDocuments
  ) throws(SchemaError) -> String {
    guard case .string(let text) = value else {
      throw documents.error("found \(value.summary), expected a string", place)
    }
    return text
  }

  private func strings(
    _ value: JSONValue, _ place: Location, _ documents: SchemaDocuments
  ) throws(SchemaError) -> [String] {
    guard case .array(let elements) = value else {
      throw documents.error("found \(value.summary), expected an array of strings", place)
    }
    var strings: [String] = []
    for (index, element) in elements.enumerated() {
      strings.append(try string(element, place.appending(String(index)), documents))
    }
    return strings
  }

  private func members(
    _ value: JSONValue, _ place: Location, _ documents: SchemaDocuments
  ) throws(SchemaError) -> JSONObject {
    guard case .object(let members) = value else {
      throw documents.error("found \(value.summary), expected an object", place)
    }
    return members
  }

  private func number(
    _ value: JSONValue, _ place: Location, _ documents: SchemaDocuments
  ) throws(SchemaError) -> SchemaNumber {
    guard case .number(let number) = value else {
      throw documents.error("found \(value.summary), expected a number", place)
    }
    return SchemaNumber(number)
  }

  /// A count of zero or more; what no memory could hold counts as the greatest there is.
  private func count(_ name: String, _ documents: SchemaDocuments) throws(SchemaError) -> Int? {
    guard let value = object[name] else { return nil }
    let place = location.appending(name)
    guard case .number(let number) = value, number.isInteger, !ExactDecimal(number).isNegative
    else { throw documents.error("found \(value.summary), expected an integer from 0 on", place) }
    return number.int.map(Int.init) ?? .max
  }

  // MARK: Assertions

  func assertions(into compiler: inout SchemaCompiler, _ node: Node) throws(SchemaError) {
    let documents = compiler.documents
    if let value = object["type"] {
      node.keywords.append(("type", .types(try types(value, documents))))
    }
    if let value = object["enum"] {
      guard case .array(let values) = value else {
        throw documents.error(
          "found \(value.summary), expected an array of values", location.appending("enum"))
      }
      node.keywords.append(("enum", .enumeration(values, Set(values))))
    }
    if let value = object["const"] { node.keywords.append(("const", .constant(value))) }
    for (name, bound) in [
      ("minimum", Keyword.Bound.minimum), ("maximum", .maximum),
      ("exclusiveMinimum", .exclusiveMinimum), ("exclusiveMaximum", .exclusiveMaximum),
    ] {
      guard let value = object[name] else { continue }
      let number = try number(value, location.appending(name), documents)
      node.keywords.append((name, .bound(bound, number)))
    }
    if let value = object["multipleOf"] {
      let place = location.appending("multipleOf")
      let number = try number(value, place, documents)
      guard !number.exact.isNegative, (1...18).contains(number.exact.digits.count) else {
        throw documents.error(
          "found \(value.summary), expected a number above 0 with at most 18 digits", place)
      }
      node.keywords.append(("multipleOf", .multiple(number)))
    }
    try counts(documents, node)
    if let value = object["pattern"] {
      let place = location.appending("pattern")
      let pattern = try compiler.pattern(try string(value, place, documents), place)
      node.keywords.append(("pattern", .pattern(pattern)))
    }
    if let value = object["uniqueItems"] {
      guard case .bool(let isUnique) = value else {
        throw documents.error(
          "found \(value.summary), expected true or false", location.appending("uniqueItems"))
      }
      if isUnique { node.keywords.append(("uniqueItems", .uniqueItems)) }
    }
    if let value = object["required"] {
      let names = try strings(value, location.appending("required"), documents)
      if !names.isEmpty { node.keywords.append(("required", .required(names))) }
    }
    if dialect.draft == .draft2020, let value = object["dependentRequired"] {
      let place = location.appending("dependentRequired")
      var rules: [(name: String, required: [String])] = []
      for (name, value) in try members(value, place, documents) {
        rules.append((name, try strings(value, place.appending(name), documents)))
      }
      node.keywords.append(("dependentRequired", .dependentRequired(rules)))
    }
  }

  private func counts(_ documents: SchemaDocuments, _ node: Node) throws(SchemaError) {
    let makers: [(String, (Int) -> Keyword)] = [
      ("minLength", Keyword.minLength), ("maxLength", Keyword.maxLength),
      ("minItems", Keyword.minItems), ("maxItems", Keyword.maxItems),
      ("minProperties", Keyword.minProperties), ("maxProperties", Keyword.maxProperties),
    ]
    for (name, make) in makers {
      if let count = try count(name, documents) { node.keywords.append((name, make(count))) }
    }
  }

  private func types(_ value: JSONValue, _ documents: SchemaDocuments) throws(SchemaError)
    -> TypeSet
  {
    let place = location.appending("type")
    let values = value.array ?? [value]
    var types: TypeSet = []
    for value in values {
      guard let name = value.string, let type = TypeSet.names.first(where: { $0.name == name })
      else {
        throw documents.error(
          "found \(value.summary), expected null, boolean, object, array, string, number or "
            + "integer, or an array of them", place)
      }
      types.insert(type.type)
    }
    guard !types.isEmpty else {
      throw documents.error("found an empty array, expected at least one type", place)
    }
    return types
  }

  // MARK: Applicators

  func applicators(into compiler: inout SchemaCompiler, _ node: Node) throws(SchemaError) {
    try arrays(&compiler, node)
    try objects(&compiler, node)
    for (name, combination) in [
      ("allOf", Keyword.Combination.all), ("anyOf", .any), ("oneOf", .one),
    ] {
      guard let value = object[name] else { continue }
      let nodes = try list(value, name, &compiler)
      node.keywords.append((name, .combination(combination, nodes)))
    }
    if let schema = try schema("not", &compiler) { node.keywords.append(("not", .not(schema))) }
    let (then, otherwise) = (try schema("then", &compiler), try schema("else", &compiler))
    if let condition = try schema("if", &compiler) {
      let keyword = Keyword.conditional(condition: condition, then: then, otherwise: otherwise)
      node.keywords.append(("if", keyword))
    }
    guard dialect.draft == .draft2020 else { return }
    if let schema = try schema("unevaluatedItems", &compiler) {
      node.keywords.append(("unevaluatedItems", .unevaluatedItems(schema)))
      compiler.compiled.needsEvaluated = true
    }
    if let schema = try schema("unevaluatedProperties", &compiler) {
      node.keywords.append(("unevaluatedProperties", .unevaluatedProperties(schema)))
      compiler.compiled.needsEvaluated = true
    }
  }

  private func schema(_ name: String, _ compiler: inout SchemaCompiler) throws(SchemaError) -> Int?
  {
    guard let value = object[name] else { return nil }
    return try compiler.node(value, location.appending(name))
  }

  private func list(
    _ value: JSONValue, _ name: String, _ compiler: inout SchemaCompiler
  ) throws(SchemaError) -> [Int] {
    let place = location.appending(name)
    guard case .array(let elements) = value, !elements.isEmpty || name == "items" else {
      throw compiler.documents.error(
        "found \(value.summary), expected an array of at least one schema", place)
    }
    var nodes: [Int] = []
    for (index, element) in elements.enumerated() {
      nodes.append(try compiler.node(element, place.appending(String(index))))
    }
    return nodes
  }

  private func arrays(_ compiler: inout SchemaCompiler, _ node: Node) throws(SchemaError) {
    var prefix = 0
    if dialect.draft == .draft2020 {
      if let value = object["prefixItems"] {
        let nodes = try list(value, "prefixItems", &compiler)
        prefix = nodes.count
        node.keywords.append(("prefixItems", .prefixItems(nodes)))
      }
      if case .array = object["items"] {
        throw compiler.documents.error(
          "found an array, expected a schema; draft 2020-12 calls an array of schemas prefixItems",
          location.appending("items"))
      }
      if let schema = try schema("items", &compiler) {
        node.keywords.append(("items", .items(schema, from: prefix)))
      }
    } else if let value = object["items"], case .array = value {
      let nodes = try list(value, "items", &compiler)
      node.keywords.append(("items", .prefixItems(nodes)))
      if let schema = try schema("additionalItems", &compiler) {
        node.keywords.append(("additionalItems", .items(schema, from: nodes.count)))
      }
    } else if let schema = try schema("items", &compiler) {
      node.keywords.append(("items", .items(schema, from: 0)))
    }
    guard let contained = try schema("contains", &compiler) else { return }
    var least: Int?
    var most: Int?
    if dialect.draft == .draft2020, dialect.validates {
      least = try count("minContains", compiler.documents)
      most = try count("maxContains", compiler.documents)
    }
    node.keywords.append(("contains", .contains(contained, least: least ?? 1, most: most)))
  }

  private func map(
    _ name: String, _ compiler: inout SchemaCompiler
  ) throws(SchemaError) -> [(name: String, node: Int)]? {
    guard let value = object[name] else { return nil }
    let place = location.appending(name)
    var nodes: [(name: String, node: Int)] = []
    for (member, value) in try members(value, place, compiler.documents) {
      nodes.append((member, try compiler.node(value, place.appending(member))))
    }
    return nodes
  }

  private func objects(_ compiler: inout SchemaCompiler, _ node: Node) throws(SchemaError) {
    let properties = try map("properties", &compiler)
    if let properties { node.keywords.append(("properties", .properties(properties))) }
    var patterns: [Keyword.PatternMember] = []
    for (source, schema) in try map("patternProperties", &compiler) ?? [] {
      let place = location.appending("patternProperties").appending(source)
      patterns.append(.init(pattern: try compiler.pattern(source, place), node: schema))
    }
    if !patterns.isEmpty {
      node.keywords.append(("patternProperties", .patternProperties(patterns)))
    }
    if let schema = try schema("additionalProperties", &compiler) {
      let keyword = Keyword.additionalProperties(
        schema, names: JSONObject((properties ?? []).map { ($0.name, .null) }),
        patterns: patterns.map(\.pattern))
      node.keywords.append(("additionalProperties", keyword))
    }
    if let schema = try schema("propertyNames", &compiler) {
      node.keywords.append(("propertyNames", .propertyNames(schema)))
    }
    if dialect.draft == .draft2020, let rules = try map("dependentSchemas", &compiler) {
      node.keywords.append(("dependentSchemas", .dependentSchemas(rules)))
    }
    try dependencies(&compiler, node)
  }

  /// Draft-07's `dependencies`, which 2020-12 keeps for compatibility.
  private func dependencies(_ compiler: inout SchemaCompiler, _ node: Node) throws(SchemaError) {
    guard let value = object["dependencies"] else { return }
    let place = location.appending("dependencies")
    var schemas: [(name: String, node: Int)] = []
    var names: [(name: String, required: [String])] = []
    for (member, value) in try members(value, place, compiler.documents) {
      if case .array = value {
        names.append((member, try strings(value, place.appending(member), compiler.documents)))
      } else {
        schemas.append((member, try compiler.node(value, place.appending(member))))
      }
    }
    if !names.isEmpty { node.keywords.append(("dependencies", .dependentRequired(names))) }
    if !schemas.isEmpty { node.keywords.append(("dependencies", .dependentSchemas(schemas))) }
  }
}
