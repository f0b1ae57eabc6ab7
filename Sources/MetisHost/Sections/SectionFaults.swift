import JSON
import JSONSchema
import MetisConfig

/// Says in the words of configurations what a schema finds wrong with a section.
struct SectionFaults {
  /// One thing that is wrong.
  struct Fault: Equatable {
    /// The way to the culprit.
    var path: [String]
    var message: String
    var hint: String?
    /// The key that is missing at `path`, or those of which one is.
    var missing: [String] = []
    /// The key that an unknown one was probably meant to be.
    var meant: String?

    /// The fault where it stands.
    func error(in section: ConfigSection) -> ConfigError {
      section.error(
        at: JSONPointer(tokens: path).description, message: message, hint: hint)
    }
  }

  let schema: SectionSchema
  let walk: SchemaWalk
  let value: ConfigValue
  private(set) var faults: [Fault] = []

  init(_ schema: SectionSchema, _ value: ConfigValue) {
    self.schema = schema
    self.value = value
    walk = SchemaWalk(source: schema.source)
  }

  /// Everything that is wrong with `value`, each once, in the order of the schema.
  static func all(_ schema: SectionSchema, _ value: ConfigValue) -> [Fault] {
    var faults = SectionFaults(schema, value)
    let validation = schema.validate(value.toJSON())
    faults.explain(validation, at: [], from: faults.walk.root)
    faults.findUnevaluated()
    return faults.distinct()
  }

  /// A key that is probably misspelt is not missing as well.
  private func distinct() -> [Fault] {
    var kept: [Fault] = []
    for fault in faults where !kept.contains(fault) {
      let isMeant = faults.contains { other in
        Array(other.path.dropLast()) == fault.path
          && other.meant.map(fault.missing.contains) == true
      }
      if !isMeant { kept.append(fault) }
    }
    return kept
  }

  /// Adds the failures of a validation of the value at `path` against the subschema `start`.
  mutating func explain(
    _ validation: Validation, at path: [String], from start: SchemaWalk.Place
  ) {
    for failure in validation.failures {
      explain(
        failure.instancePath.tokens, failure.keywordPath.tokens, failure.message, path, start)
    }
    if let limit = validation.limit {
      faults.append(Fault(path: path + limit.instancePath.tokens, message: limit.message))
    }
  }

  /// Adds one failure: `instance` is the way from `above` to the culprit, `keywords` that from
  /// `start` to the keyword that fails.
  mutating func explain(
    _ instance: [String], _ keywords: [String], _ message: String, _ above: [String],
    _ start: SchemaWalk.Place
  ) {
    let path = above + instance
    guard let keyword = walk.keyword(keywords, from: start) else {
      faults.append(Fault(path: path, message: plain(message, path, isSecret: false)))
      return
    }
    let place = keyword.holder
    let argument = place.schema[keyword.name] ?? .null
    switch keyword.name {
    case "additionalProperties", "unevaluatedProperties":
      guard let name = Self.unknownName(message, value.value(at: path)) else { break }
      let own = place.schema["properties"]?.object?.keys ?? []
      let known = keyword.name == "additionalProperties" ? own : walk.names(place).known
      return unknown(name, path, known)
    case "required", "dependentRequired":
      guard let name = Self.quoted(message) else { break }
      return missing(name, path, place, message)
    case "type":
      return add(path, keyword, "expected \(ValueTypes(naming: argument).words)")
    case "enum": return choice(argument.array ?? [], path, keyword)
    case "const": return add(path, keyword, "expected \(argument)")
    case "anyOf", "oneOf":
      let branches = Branches(self, keyword, path)
      return branches.explain(into: &self)
    case "not": return refused(path, keyword, argument)
    case "minProperties" where value.value(at: path)?.table?.isEmpty == true:
      return add(path, keyword, "expected at least one key", found: "an empty table")
    case "pattern", "format":
      return append(
        Fault(
          path: path, message: plain(message, path, isSecret: keyword.isSecret),
          hint: place.words))
    case "": return add(path, keyword, "expected nothing here")
    default: break
    }
    faults.append(
      Fault(path: path, message: plain(message, path, isSecret: keyword.isSecret)))
  }

  /// Adds a fault.
  mutating func append(_ fault: Fault) { faults.append(fault) }

  // MARK: Messages

  /// Adds `found …, expected …` for the value at `path`.
  mutating func add(
    _ path: [String], _ keyword: SchemaWalk.Keyword, _ expected: String, found: String? = nil,
    hint: String? = nil
  ) {
    let found = found ?? self.found(path, isSecret: keyword.isSecret)
    faults.append(Fault(path: path, message: "found \(found), \(expected)", hint: hint))
  }

  /// What stands at `path`, without quoting what is nobody's to see.
  func found(_ path: [String], isSecret: Bool) -> String {
    guard let value = value.value(at: path) else { return "nothing" }
    if isSecret { return "another value (a secret)" }
    if value.isSubstituted { return "a value from the environment" }
    return value.shown
  }

  /// A message of the validator without the value that it quotes, where that is a secret.
  private func plain(_ message: String, _ path: [String], isSecret: Bool) -> String {
    let isOpen = !isSecret && value.value(at: path)?.holdsSubstituted != true
    if isOpen { return message }
    let found = isSecret ? "found another value (a secret)" : "found a value from the environment"
    let parts = message.split(separator: ", expected ", omittingEmptySubsequences: false)
    guard parts.count > 1, let expected = parts.last else {
      return "\(found) that does not fit"
    }
    return "\(found), expected \(expected)"
  }

  private mutating func unknown(_ name: String, _ path: [String], _ known: [String]) {
    let meant = nearest(to: name, among: known.filter { value.value(at: path)?[$0] == nil })
    let listed = known.prefix(24).joined(separator: ", ") + (known.count > 24 ? ", …" : "")
    let others = known.isEmpty ? "no key is known here" : "known here: \(listed)"
    faults.append(
      Fault(
        path: path + [name], message: "unknown key",
        hint: meant.map { "did you mean \"\($0)\"?" } ?? others, meant: meant))
  }

  private mutating func missing(
    _ name: String, _ path: [String], _ place: SchemaWalk.Place, _ message: String
  ) {
    let reason = message.range(of: ", since there is ").map { message[$0.lowerBound...] } ?? ""
    let words = property(name, place)?.words
    faults.append(
      Fault(
        path: path, message: "the key \"\(name)\" is missing\(reason)", hint: words, missing: [name]
      ))
  }

  /// The subschema of a key, by the one that asks for it.
  private func property(_ name: String, _ place: SchemaWalk.Place) -> SchemaWalk.Place? {
    if let own = place.child("properties", name) { return own }
    return walk.reference(of: place)?.child("properties", name)
  }

  private mutating func choice(
    _ values: [JSONValue], _ path: [String], _ keyword: SchemaWalk.Keyword
  ) {
    let shown = values.prefix(16).map(\.description).joined(separator: ", ")
    let more = values.count > 16 ? " and \(values.count - 16) more" : ""
    let words = values.compactMap(\.string)
    let text = value.value(at: path).flatMap { $0.isSubstituted ? nil : $0.string }
    let meant = keyword.isSecret ? nil : text.flatMap { nearest(to: $0, among: words) }
    add(
      path, keyword,
      values.count == 1 ? "expected \(shown)" : "expected one of \(shown)\(more)",
      hint: meant.map { "did you mean \"\($0)\"?" })
  }

  private mutating func refused(
    _ path: [String], _ keyword: SchemaWalk.Keyword, _ argument: JSONValue
  ) {
    let names = argument["required"]?.array?.compactMap(\.string) ?? []
    if names.count > 1 {
      let list = names.joined(separator: " and ")
      faults.append(Fault(path: path, message: "found \(list) together", hint: "keep one of them"))
    } else if let name = names.first {
      faults.append(Fault(path: path + [name], message: "found where it is not allowed"))
    } else {
      let words = argument["description"]?.string ?? keyword.holder.words
      add(path, keyword, "expected another value", hint: words)
    }
  }

  // MARK: What the validator leaves out

  /// The validator looks for unevaluated members only where all else is right; the keys that no
  /// subschema knows are told at once.
  private mutating func findUnevaluated() {
    guard !faults.isEmpty else { return }
    var found: [(name: String, path: [String], known: [String])] = []
    AnnotationWalk(schema).visit(value) { place, value, path in
      guard place.schema["unevaluatedProperties"]?.bool == false else { return }
      let names = walk.names(place)
      guard !names.isOpen else { return }
      for entry in value.table ?? [] where !names.known.contains(entry.key) {
        found.append((entry.key, path, names.known))
      }
    }
    for (name, path, known) in found where !faults.contains(where: { $0.path == path + [name] }) {
      unknown(name, path, known)
    }
  }

  // MARK: What messages of the validator name

  /// The member that a message refuses. Long names are cut in it.
  private static func unknownName(_ message: String, _ value: ConfigValue?) -> String? {
    let start = "found the member "
    guard message.hasPrefix(start), let end = message.range(of: ", expected none", last: true)
    else { return nil }
    let text = String(
      message[message.index(message.startIndex, offsetBy: start.count)..<end.lowerBound])
    if let name = (try? JSONValue(json: text))?.string { return name }
    guard text.hasSuffix("…\""), let begin = (try? JSONValue(json: text.dropLast(2) + "\""))?.string
    else { return nil }
    return value?.table?.first { $0.key.hasPrefix(begin) }?.key
  }

  /// The name between the first quotation mark and `", expected one`.
  private static func quoted(_ message: String) -> String? {
    guard let start = message.firstIndex(of: "\""),
      let end = message.range(of: "\", expected one", last: false)
    else { return nil }
    let after = message.index(after: start)
    return after <= end.lowerBound ? String(message[after..<end.lowerBound]) : nil
  }
}

extension String {
  /// Where `text` stands, first or last.
  fileprivate func range(of text: String, last: Bool = false) -> Range<String.Index>? {
    let found = ranges(of: text)
    return last ? found.last : found.first
  }
}
