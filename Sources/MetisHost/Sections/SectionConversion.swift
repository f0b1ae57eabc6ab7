import JSON
import MetisConfig

/// Which types a schema leaves for a value, whatever else it says: for texts that came from the
/// environment and stand for numbers or truth values.
struct WantedTypes {
  let walk: SchemaWalk

  /// `value` with the texts in it converted that came from the environment and stand where the schema
  /// wants no text.
  func converting(_ value: ConfigValue) -> ConfigValue {
    value.mappingSubstituted { path, value in
      value.string.flatMap { converted($0, at: path) }
    }
  }

  private func converted(_ text: String, at path: [String]) -> ConfigValue.Content? {
    let wanted = types(at: path[...], walk.root, 0)
    guard !wanted.contains(.string) else { return nil }
    if wanted.contains(.boolean), text == "true" || text == "false" { return .bool(text == "true") }
    // A fraction where an integer is wanted is converted too: the check then says so.
    guard !wanted.isDisjoint(with: [.integer, .number]), let number = try? JSONNumber(text: text)
    else { return nil }
    return .number(number)
  }

  /// The types that `place` leaves for the value at `path` below its own.
  private func types(
    at path: ArraySlice<String>, _ place: SchemaWalk.Place, _ depth: Int
  ) -> ValueTypes {
    guard depth < SchemaWalk.depth, walk.step(), place.schema.object != nil else { return .all }
    var types = own(at: path, place)
    if let target = walk.reference(of: place) {
      types.formIntersection(self.types(at: path, target, depth + 1))
    }
    for inner in place.list("allOf") {
      types.formIntersection(self.types(at: path, inner, depth + 1))
    }
    for name in ["anyOf", "oneOf"] {
      let branches = place.list(name)
      if branches.isEmpty { continue }
      types.formIntersection(union(at: path, branches, depth))
    }
    if place.schema["if"] != nil {
      let branches = ["then", "else"].map { place.child($0) }
      types.formIntersection(
        branches.contains { $0 == nil }
          ? .all : union(at: path, branches.compactMap { $0 }, depth))
    }
    return types
  }

  private func union(
    at path: ArraySlice<String>, _ places: [SchemaWalk.Place], _ depth: Int
  ) -> ValueTypes {
    places.reduce(into: []) { $0.formUnion(types(at: path, $1, depth + 1)) }
  }

  /// What the keywords of `place` itself leave, without what applies in place.
  private func own(
    at path: ArraySlice<String>, _ place: SchemaWalk.Place
  ) -> ValueTypes {
    guard let token = path.first else {
      if let type = place.schema["type"] { return ValueTypes(naming: type) }
      if let values = place.schema["enum"]?.array {
        return values.reduce(into: []) { $0.formUnion(ValueTypes(of: $1)) }
      }
      return place.schema["const"].map { ValueTypes(of: $0) } ?? .all
    }
    let rest = path.dropFirst()
    if let member = place.child("properties", token) { return types(at: rest, member, 0) }
    if Int(token) != nil, let elements = place.child("prefixItems", token) ?? place.child("items"),
      place.schema["properties"] == nil
    {
      return types(at: rest, elements, 0)
    }
    // Which patterns apply is left open: they would have to be searched.
    guard place.schema["patternProperties"] == nil,
      let others = place.child("additionalProperties")
    else { return .all }
    return types(at: rest, others, 0)
  }
}

extension SectionSchema {
  /// `value` with the texts in it converted that came from the environment and stand where the schema
  /// wants no text.
  func converting(_ value: ConfigValue) -> ConfigValue {
    guard value.holdsSubstituted else { return value }
    return WantedTypes(walk: SchemaWalk(source: source)).converting(value)
  }
}
