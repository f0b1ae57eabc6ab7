import JSON

/// Finding one's way in the text of a schema: references, the subschemas of a keyword, the names
/// that an object may have.
struct SchemaWalk {
  let source: JSONValue
  private let steps = Steps()

  init(source: JSONValue) { self.source = source }

  /// Bounds what one look at a schema may cost: references may branch without end.
  private final class Steps {
    var left = 200_000
  }

  /// Counts a step; false where there have been too many.
  func step() -> Bool {
    steps.left -= 1
    return steps.left > 0
  }

  /// A subschema and where it stands.
  struct Place {
    let pointer: JSONPointer
    let schema: JSONValue

    func child(_ tokens: String...) -> Place? {
      var schema = schema
      for token in tokens {
        if let array = schema.array {
          guard let index = Int(token), array.indices.contains(index) else { return nil }
          schema = array[index]
        } else if let member = schema[token] {
          schema = member
        } else {
          return nil
        }
      }
      return Place(pointer: JSONPointer(tokens: pointer.tokens + tokens), schema: schema)
    }

    /// The elements of the keyword `name`, an array of subschemas.
    func list(_ name: String) -> [Place] {
      guard let elements = schema[name]?.array else { return [] }
      return elements.enumerated().map { index, element in
        Place(
          pointer: JSONPointer(tokens: pointer.tokens + [name, String(index)]), schema: element)
      }
    }

    /// The description of what the subschema is about.
    var words: String? { schema["description"]?.string ?? schema["title"]?.string }
  }

  /// How deep subschemas that apply to one value are followed: references may go in circles.
  static let depth = 32

  var root: Place { Place(pointer: JSONPointer(tokens: []), schema: source) }

  /// What `reference` leads to: a pointer into this schema, or a name that it gives to a part.
  /// Other documents lead nowhere.
  func target(of reference: String) -> Place? {
    let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let document = String(parts[0])
    guard document.isEmpty || document == source["$id"]?.string else { return nil }
    let fragment = parts.count > 1 ? PercentEncoding.decode(String(parts[1])) ?? "" : ""
    if fragment.isEmpty { return root }
    if fragment.hasPrefix("/") {
      guard let pointer = try? JSONPointer(fragment), let found = source[pointer] else {
        return nil
      }
      return Place(pointer: pointer, schema: found)
    }
    return anchor(fragment, source, [])
  }

  private func anchor(_ name: String, _ value: JSONValue, _ path: [String]) -> Place? {
    guard path.count < SchemaWalk.depth, step() else { return nil }
    if value["$anchor"]?.string == name || value["$dynamicAnchor"]?.string == name {
      return Place(pointer: JSONPointer(tokens: path), schema: value)
    }
    for (key, member) in value.object ?? [:] {
      if let found = anchor(name, member, path + [key]) { return found }
    }
    for (index, element) in (value.array ?? []).enumerated() {
      if let found = anchor(name, element, path + [String(index)]) { return found }
    }
    return nil
  }

  /// What `place` refers to, where it is a reference.
  func reference(of place: Place) -> Place? {
    (place.schema["$ref"]?.string ?? place.schema["$dynamicRef"]?.string).flatMap(target)
  }

  // MARK: The way of a failure

  /// Where a failing keyword stands.
  struct Keyword {
    /// The subschema that holds it.
    let holder: Place
    /// Its name; empty for a schema that is `false`.
    let name: String
    /// Whether what it is about is a secret: `writeOnly` stands on the way.
    let isSecret: Bool
  }

  /// Follows the keyword path of a failure from `start`.
  func keyword(_ path: [String], from start: Place) -> Keyword? {
    var place = start
    var isSecret = place.schema["writeOnly"]?.bool == true
    var rest = path[...]
    while let token = rest.popFirst() {
      guard !rest.isEmpty else {
        return Keyword(holder: place, name: token, isSecret: isSecret)
      }
      let next: Place?
      switch token {
      case "$ref", "$dynamicRef": next = reference(of: place)
      case "properties", "patternProperties", "dependentSchemas", "allOf", "anyOf", "oneOf",
        "prefixItems":
        guard let name = rest.popFirst() else { return nil }
        next = place.child(token, name)
      default: next = place.child(token)
      }
      guard let next else { return nil }
      place = next
      if place.schema["writeOnly"]?.bool == true { isSecret = true }
    }
    return Keyword(holder: place, name: "", isSecret: isSecret)
  }

  // MARK: Names

  /// The names that an object may have by `place`, in the order of the schema, and whether it may
  /// have others as well that no list tells.
  func names(_ place: Place) -> (known: [String], isOpen: Bool) {
    var known: [String] = []
    var isOpen = false
    collect(place, 0, &known, &isOpen)
    return (known, isOpen)
  }

  private func collect(_ place: Place, _ depth: Int, _ known: inout [String], _ isOpen: inout Bool)
  {
    guard depth < SchemaWalk.depth, step(), let schema = place.schema.object else { return }
    for name in schema["properties"]?.object?.keys ?? [] where !known.contains(name) {
      known.append(name)
    }
    if schema["patternProperties"]?.object?.isEmpty == false { isOpen = true }
    if let others = schema["additionalProperties"], others.bool != false { isOpen = true }
    for inner in inPlace(place) { collect(inner, depth + 1, &known, &isOpen) }
  }

  /// The subschemas of `place` that apply, perhaps, to the same value.
  func inPlace(_ place: Place) -> [Place] {
    var found: [Place] = []
    if let reference = reference(of: place) { found.append(reference) }
    for name in ["allOf", "anyOf", "oneOf"] { found += place.list(name) }
    for name in ["then", "else"] {
      if let inner = place.child(name) { found.append(inner) }
    }
    for name in place.schema["dependentSchemas"]?.object?.keys ?? [] {
      if let inner = place.child("dependentSchemas", name) { found.append(inner) }
    }
    return found
  }
}
