import JSON
import MetisConfig

/// What a schema says about a value beyond its shape.
enum SectionAnnotation: Equatable {
  /// `"format": "metis-path"`: a file that has to exist.
  case file
  /// `"format": "metis-glob"`: a pattern of files, of which there has to be one.
  case glob
  /// `"format": "metis-directory"`: a folder that has to exist.
  case directory
  /// `"writeOnly": true`: a secret.
  case secret
  /// `"x-metis-strategy": true`: a table such as `mock`, for another strategy.
  case strategy

  /// The annotations of a subschema.
  static func all(in schema: JSONValue) -> [SectionAnnotation] {
    guard let object = schema.object else { return [] }
    var found: [SectionAnnotation] = []
    switch object["format"]?.string {
    case "metis-path": found.append(.file)
    case "metis-glob": found.append(.glob)
    case "metis-directory": found.append(.directory)
    default: break
    }
    if object["writeOnly"]?.bool == true { found.append(.secret) }
    if object["x-metis-strategy"]?.bool == true { found.append(.strategy) }
    return found
  }
}

/// The names of members whose schemas have annotations, by which sections without any are passed
/// over: a configuration may have ten thousand.
struct AnnotatedNames {
  private var names: Set<String> = []
  /// Whether an annotation stands where no name leads.
  private var isAnywhere = false

  /// Looks for annotations in `source`.
  init(of source: JSONValue) { look(source, name: nil, depth: 0) }

  private mutating func look(_ schema: JSONValue, name: String?, depth: Int) {
    guard depth < 256 else {
      isAnywhere = true
      return
    }
    if let elements = schema.array {
      for element in elements { look(element, name: nil, depth: depth + 1) }
    }
    guard let object = schema.object else { return }
    if !SectionAnnotation.all(in: schema).isEmpty {
      if let name { names.insert(name) } else { isAnywhere = true }
    }
    for (key, value) in object {
      if key == "properties", let members = value.object {
        for (name, member) in members { look(member, name: name, depth: depth + 1) }
      } else {
        look(value, name: nil, depth: depth + 1)
      }
    }
  }

  /// Whether a section with `value` may have annotations.
  func mayStand(in value: ConfigValue) -> Bool {
    if isAnywhere { return true }
    return !names.isEmpty && stand(in: value)
  }

  private func stand(in value: ConfigValue) -> Bool {
    switch value.content {
    case .array(let elements): elements.contains { stand(in: $0) }
    case .table(let entries):
      entries.contains { names.contains($0.key) || stand(in: $0.value) }
    default: false
    }
  }
}

/// Goes through a value together with the subschemas that apply to it.
struct AnnotationWalk {
  let schema: SectionSchema
  let walk: SchemaWalk

  init(_ schema: SectionSchema) {
    self.schema = schema
    walk = SchemaWalk(source: schema.source)
  }

  /// Calls `visit` for each subschema that applies to something in `value`.
  func visit(
    _ value: ConfigValue, _ body: (SchemaWalk.Place, ConfigValue, [String]) -> Void
  ) {
    visit(walk.root, value, [], 0, body)
  }

  /// The annotations of what is in `value`, each once, with the way to it.
  func annotations(
    of value: ConfigValue
  ) -> [(annotation: SectionAnnotation, value: ConfigValue, path: [String])] {
    guard schema.annotated.mayStand(in: value) else { return [] }
    var found: [(annotation: SectionAnnotation, value: ConfigValue, path: [String])] = []
    visit(value) { place, value, path in
      for annotation in SectionAnnotation.all(in: place.schema)
      where !found.contains(where: { $0.annotation == annotation && $0.path == path }) {
        found.append((annotation, value, path))
      }
    }
    return found
  }

  private func visit(
    _ place: SchemaWalk.Place, _ value: ConfigValue, _ path: [String], _ depth: Int,
    _ body: (SchemaWalk.Place, ConfigValue, [String]) -> Void
  ) {
    guard depth < SchemaWalk.depth, walk.step(), place.schema.object != nil else { return }
    body(place, value, path)
    for inner in applying(place, value) { visit(inner, value, path, depth + 1, body) }
    switch value.content {
    case .table(let entries):
      for entry in entries {
        for inner in member(entry.key, place) {
          visit(inner, entry.value, path + [entry.key], 0, body)
        }
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        let inner = place.child("prefixItems", String(index)) ?? place.child("items")
        if let inner { visit(inner, element, path + [String(index)], 0, body) }
      }
    default: break
    }
  }

  private func member(_ name: String, _ place: SchemaWalk.Place) -> [SchemaWalk.Place] {
    if let named = place.child("properties", name) { return [named] }
    // Annotations under patterns apply to all members that no other keyword names: patterns are
    // not searched here.
    let patterns = place.schema["patternProperties"]?.object?.keys ?? []
    let matched = patterns.compactMap { place.child("patternProperties", $0) }
    return matched + [place.child("additionalProperties")].compactMap { $0 }
  }

  /// The subschemas of `place` that apply to `value` as well.
  private func applying(
    _ place: SchemaWalk.Place, _ value: ConfigValue
  ) -> [SchemaWalk.Place] {
    var found: [SchemaWalk.Place] = place.list("allOf")
    if let reference = walk.reference(of: place) { found.append(reference) }
    guard let object = place.schema.object else { return found }
    let choices = ["anyOf", "oneOf"].flatMap { place.list($0) }
    if choices.isEmpty, object["if"] == nil, object["dependentSchemas"] == nil { return found }
    let json = value.toJSON()
    found += choices.filter { schema.accepts(json, at: $0.pointer) }
    if let condition = place.child("if") {
      let holds = schema.accepts(json, at: condition.pointer)
      if let inner = place.child(holds ? "then" : "else") { found.append(inner) }
    }
    for name in object["dependentSchemas"]?.object?.keys ?? [] where json[name] != nil {
      if let inner = place.child("dependentSchemas", name) { found.append(inner) }
    }
    return found
  }
}
