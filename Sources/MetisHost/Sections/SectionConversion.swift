import JSON
import MetisConfig

/// Which types a schema leaves for a value, whatever else it says: for texts that came from the
/// environment and stand for numbers or truth values.
private struct WantedTypes {
  let schema: SectionSchema
  let walk: SchemaWalk

  init(_ schema: SectionSchema) {
    self.schema = schema
    walk = SchemaWalk(source: schema.source)
  }

  /// What the text at `path` of `section` becomes; nil where it stays a text.
  func converted(
    _ text: String, at path: [String], of section: ConfigValue
  ) -> ConfigValue.Content? {
    let wanted = types(at: path[...], walk.root, section, 0)
    guard !wanted.contains(.string) else { return nil }
    if wanted.contains(.boolean), text == "true" || text == "false" { return .bool(text == "true") }
    // A fraction where an integer is wanted is converted too: the check then says so.
    guard !wanted.isDisjoint(with: [.integer, .number]), let number = try? JSONNumber(text: text)
    else { return nil }
    return .number(number)
  }

  /// The types that `place`, which is about `value`, leaves for what stands at `path` below it.
  private func types(
    at path: ArraySlice<String>, _ place: SchemaWalk.Place, _ value: ConfigValue, _ depth: Int
  ) -> ValueTypes {
    guard depth < SchemaWalk.depth, walk.step(), let object = place.schema.object else {
      return .all
    }
    var types = own(at: path, place, value)
    func meet(_ inner: SchemaWalk.Place) {
      types.formIntersection(self.types(at: path, inner, value, depth + 1))
    }
    if let target = walk.reference(of: place) { meet(target) }
    for inner in place.list("allOf") { meet(inner) }
    for name in ["anyOf", "oneOf"] {
      let branches = place.list(name)
      if branches.isEmpty { continue }
      types.formIntersection(
        branches.reduce(into: []) { $0.formUnion(self.types(at: path, $1, value, depth + 1)) })
    }
    // Conditions are about keys that tell what a table is, which are no texts of the environment.
    if object["then"] != nil || object["else"] != nil, let condition = place.child("if") {
      let holds = schema.accepts(value.toJSON(), at: condition.pointer)
      if let inner = place.child(holds ? "then" : "else") { meet(inner) }
    }
    return types
  }

  /// What the keywords of `place` itself leave, without what applies in place.
  private func own(
    at path: ArraySlice<String>, _ place: SchemaWalk.Place, _ value: ConfigValue
  ) -> ValueTypes {
    guard let token = path.first else {
      if let type = place.schema["type"] { return ValueTypes(naming: type) }
      if let values = place.schema["enum"]?.array {
        return values.reduce(into: []) { $0.formUnion(ValueTypes(of: $1)) }
      }
      return place.schema["const"].map { ValueTypes(of: $0) } ?? .all
    }
    guard let child = value.value(at: [token]) else { return .all }
    let rest = path.dropFirst()
    if value.array != nil {
      guard let elements = place.child("prefixItems", token) ?? place.child("items") else {
        return .all
      }
      return types(at: rest, elements, child, 0)
    }
    if let member = place.child("properties", token) { return types(at: rest, member, child, 0) }
    // Which patterns apply is left open: they would have to be searched.
    guard place.schema["patternProperties"] == nil,
      let others = place.child("additionalProperties")
    else { return .all }
    return types(at: rest, others, child, 0)
  }
}

extension SectionSchema {
  /// `section` with the texts in it converted that came from the environment and stand where the
  /// schema wants no text.
  func converting(_ section: ConfigValue) -> ConfigValue {
    guard section.holdsSubstituted else { return section }
    let wanted = WantedTypes(self)
    return section.mappingSubstituted { path, value in
      value.string.flatMap { wanted.converted($0, at: path, of: section) }
    }
  }
}
