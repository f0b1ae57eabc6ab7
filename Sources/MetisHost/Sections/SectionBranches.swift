import JSON
import JSONSchema
import MetisConfig

/// A value that fits none, or too many, of the subschemas of `anyOf` or `oneOf`: what is said is what
/// is wrong by the nearest of them.
struct Branches {
  private let keyword: SchemaWalk.Keyword
  private let path: [String]
  private let branches: [(place: SchemaWalk.Place, validation: Validation)]
  private let isExclusive: Bool

  init(_ faults: SectionFaults, _ keyword: SchemaWalk.Keyword, _ path: [String]) {
    self.keyword = keyword
    self.path = path
    isExclusive = keyword.name == "oneOf"
    let value = faults.value.value(at: path)?.toJSON() ?? .null
    branches = keyword.holder.list(keyword.name).compactMap { place in
      faults.schema.validate(value, at: place.pointer).map { (place, $0) }
    }
  }

  func explain(into faults: inout SectionFaults) {
    let fitting = branches.filter { $0.validation.isValid }
    if !fitting.isEmpty { return tooMany(fitting.map(\.place), &faults) }
    let names = branches.map { Self.requiredAlone($0.place.schema) }
    if names.allSatisfy({ $0 != nil }) {
      let names = names.flatMap { $0 ?? [] }
      let count = isExclusive ? "exactly one" : "at least one"
      return faults.append(
        SectionFaults.Fault(
          path: path, message: "found none of \(Self.list(names)), expected \(count) of them",
          missing: names))
    }
    let candidates = branches.filter { !Self.isOfAnotherType($0.validation) }
    guard let nearest = candidates.min(by: { Self.distance($0) < Self.distance($1) }) else {
      let types = branches.reduce(into: ValueTypes()) {
        $0.formUnion(Self.types($1.place, faults.walk))
      }
      return faults.add(path, keyword, "expected \(types.words)")
    }
    faults.explain(nearest.validation, at: path, fromPart: nearest.place)
  }

  private func tooMany(_ fitting: [SchemaWalk.Place], _ faults: inout SectionFaults) {
    let names = fitting.flatMap { Self.requiredAlone($0.schema) ?? [] }
    if names.count > 1 {
      return faults.add(
        path, keyword, "expected one of them", found: names.joined(separator: " and ") + " together"
      )
    }
    let titles = fitting.compactMap(\.words)
    faults.add(
      path, keyword, "expected one that fits exactly one form",
      hint: titles.count > 1 ? "it fits: " + titles.joined(separator: "; ") : nil)
  }

  /// The names that a subschema asks for where it asks for nothing else.
  private static func requiredAlone(_ schema: JSONValue) -> [String]? {
    guard let object = schema.object,
      object.keys.allSatisfy({ ["required", "title", "description"].contains($0) })
    else { return nil }
    return object["required"]?.array?.compactMap(\.string)
  }

  private static func list(_ names: [String]) -> String {
    guard names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
  }

  /// Whether the value's own type is wrong for a branch.
  private static func isOfAnotherType(_ validation: Validation) -> Bool {
    validation.failures.contains {
      $0.instancePath.tokens.isEmpty && ($0.keywordPath.tokens.last == "type")
    }
  }

  /// The types that a branch is for.
  private static func types(_ place: SchemaWalk.Place, _ walk: SchemaWalk) -> ValueTypes {
    if let type = place.schema["type"] { return ValueTypes(naming: type) }
    if let values = place.schema["enum"]?.array {
      return values.reduce(into: []) { $0.formUnion(ValueTypes(of: $1)) }
    }
    guard walk.step(), let target = walk.reference(of: place) else { return .all }
    return types(target, walk)
  }

  /// How far a value is from a branch: by what tells branches apart first, then by the number of
  /// things that are wrong.
  private static func distance(
    _ branch: (place: SchemaWalk.Place, validation: Validation)
  ) -> (Int, Int) {
    var telling = 0
    for failure in branch.validation.failures where failure.instancePath.tokens.count <= 1 {
      switch failure.keywordPath.tokens.last {
      case "const", "enum", "required": telling += 2
      case "additionalProperties", "unevaluatedProperties": telling += 1
      default: break
      }
    }
    return (telling, branch.validation.failures.count)
  }
}

extension SectionFaults {
  /// The same for a validation against one part of the schema: its keyword paths begin with the
  /// reference to that part.
  mutating func explain(
    _ validation: Validation, at path: [String], fromPart start: SchemaWalk.Place
  ) {
    let failures = validation.failures.map { failure in
      (failure.instancePath, Array(failure.keywordPath.tokens.dropFirst()), failure.message)
    }
    for (instance, keywords, message) in failures {
      explain(instance.tokens, keywords, message, path, start)
    }
    if let limit = validation.limit {
      append(Fault(path: path + limit.instancePath.tokens, message: limit.message))
    }
  }
}
