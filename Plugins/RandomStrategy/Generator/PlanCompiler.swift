import MetisKit

extension Plan {
  /// Compiles a section such as
  /// `{"type":"object","schema":{"age":{"type":"integer","min":18,"max":80}}}`.
  ///
  /// An error names the setting: `schema.age.min: found …, expected …`.
  public convenience init(_ section: JSONValue) throws(ConfigError) {
    var compiler = PlanCompiler()
    let root = try compiler.value(section, path: [], depth: 0)
    self.init(compiler.parts, root: root)
  }
}

/// Compiles descriptions into the tables of a plan.
struct PlanCompiler {
  /// The types that a plan makes, as a configuration names them.
  static let types = [
    "array", "boolean", "choice", "float", "integer", "object", "string", "uuid",
  ]

  /// How deep arrays and objects may stand in each other.
  static let depthLimit = 32

  /// How many values one section may describe.
  static let nodeLimit = 10_000

  var parts = PlanParts()

  /// Compiles one value and gives its node.
  mutating func value(
    _ value: JSONValue, path: [String], depth: Int
  ) throws(ConfigError) -> Int {
    guard depth < Self.depthLimit else {
      throw ConfigError(path, "found more than \(Self.depthLimit) levels of arrays and objects")
    }
    guard parts.nodes.count < Self.nodeLimit else {
      throw ConfigError(path, "found more than \(Self.nodeLimit) values in one section")
    }
    let settings = try Settings(value, path: path)
    guard let type = settings.members["type"]?.string else {
      return try short(settings, depth)
    }
    let null = try settings.probability("nullable") ?? 0
    let kind: Plan.Kind
    switch type {
    case "uuid":
      try settings.allow(type, [])
      kind = .uuid
    case "integer": kind = try integer(settings)
    case "float": kind = try float(settings)
    case "string": kind = try string(settings)
    case "boolean":
      try settings.allow(type, ["probability"])
      kind = .boolean(try settings.probability("probability") ?? 0.5)
    case "choice": kind = try choice(settings)
    case "array": kind = try array(settings, depth)
    case "object":
      try settings.allow(type, ["schema"])
      guard let schema = settings.members["schema"] else {
        throw settings.refusal(
          "schema", "found nothing, expected the fields: schema = { id = { type = \"uuid\" } }")
      }
      kind = try object(Settings(schema, path: path + ["schema"]), depth)
    default:
      throw settings.refusal(
        "type",
        "found \"\(type)\", which the random strategy does not make; it makes "
          + Self.types.joined(separator: ", "))
    }
    return parts.add(kind, null: null)
  }

  /// An object without `type` whose members are all objects stands for its fields.
  private mutating func short(_ settings: Settings, _ depth: Int) throws(ConfigError) -> Int {
    let isShort =
      !settings.members.isEmpty && settings.members.allSatisfy { $0.value.object != nil }
    guard isShort else {
      let found = settings.members["type"].map { $0.kind.description } ?? "nothing"
      throw settings.refusal(
        "type", "found \(found), expected one of \(Self.types.joined(separator: ", "))")
    }
    return parts.add(try object(settings, depth), null: 0)
  }

  private mutating func object(_ schema: Settings, _ depth: Int) throws(ConfigError) -> Plan.Kind {
    var fields: [Plan.Field] = []
    for (name, member) in schema.members {
      let node = try value(member, path: schema.path + [name], depth: depth + 1)
      let (start, count) = parts.keep(name.utf8)
      fields.append(Plan.Field(start: start, count: count, node: node))
    }
    // Fields of one object stand together; those of inner objects came before.
    let first = parts.fields.count
    parts.fields.append(contentsOf: fields)
    return .object(first: first, count: fields.count)
  }

  private mutating func array(_ settings: Settings, _ depth: Int) throws(ConfigError) -> Plan.Kind {
    try settings.allow("array", ["items", "item", "min_length", "max_length", "unique"])
    let names = ["items", "item"].filter { settings.members.contains($0) }
    guard names.count < 2 else {
      throw settings.refusal("item", "found beside items, which means the same; keep one")
    }
    guard let name = names.first, let items = settings.members[name] else {
      throw settings.refusal(
        "items", "found nothing, expected what the array holds: items = { type = \"uuid\" }")
    }
    let lengths = try settings.lengths(default: 1...10, limit: 100_000)
    let unique = try settings.flag("unique") ?? false
    let item = try value(items, path: settings.path + [name], depth: depth + 1)
    if unique, let count = distinct(item), UInt64(lengths.lowerBound) > count {
      throw settings.refusal(
        "unique",
        "found min_length \(lengths.lowerBound), but the items have only \(count) "
          + "different values")
    }
    return .array(
      item: item, length: lengths.lowerBound, span: UInt64(lengths.count), unique: unique)
  }

  /// How many different values a node has, where that is few enough to matter.
  private func distinct(_ node: Int) -> UInt64? {
    let null: UInt64 = parts.nodes[node].nullProbability > 0 ? 1 : 0
    switch parts.nodes[node].kind {
    case .integer(_, let span) where span != 0: return span &+ null
    case .decimal(_, let span, _): return span &+ null
    case .boolean(let probability): return (probability > 0 && probability < 1 ? 2 : 1) + null
    case .choice(let first, let count), .weighted(let first, let count):
      let pieces = parts.pieces[first..<first + count]
      return UInt64(Set(pieces.map { parts.text[$0.start..<$0.start + $0.count] }).count) + null
    default: return nil
    }
  }
}
