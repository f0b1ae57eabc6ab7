import JSON

/// Which keywords count in a schema resource, as its `$schema` says.
struct Dialect: Hashable {
  var draft: Draft
  /// Whether the vocabulary of `type`, `minimum` and their likes is in use.
  var validates = true
  /// Whether the metaschema demands that formats are checked.
  var assertsFormats = false
}

/// A place in one of the documents.
struct Location: Hashable {
  var document: Int
  var pointer: JSONPointer
}

/// A schema resource: a document's root, or what stands inside one under an `$id` of its own.
struct Resource {
  var uri: URIReference
  var location: Location
  var dialect: Dialect
  /// `$anchor`, `$dynamicAnchor`, and in draft-07 `$id` with nothing but a fragment.
  var anchors: [String: JSONPointer] = [:]
  /// `$dynamicAnchor` only.
  var dynamicAnchors: [String: JSONPointer] = [:]
}

/// The documents that a schema consists of, and what can be referred to in them.
struct SchemaDocuments {
  private(set) var documents: [(uri: String, root: JSONValue)] = []
  private(set) var resources: [Resource] = []
  private var byURI: [String: Int] = [:]
  private var roots: [Location: Int] = [:]
  private let handedIn: [String: JSONValue]
  private let options: SchemaOptions

  init(_ schema: JSONValue, options: SchemaOptions) throws(SchemaError) {
    self.options = options
    var handedIn: [String: JSONValue] = [:]
    for (uri, document) in options.resources { handedIn[URIReference(uri).absolute] = document }
    self.handedIn = handedIn
    try add(
      schema, uri: URIReference(options.baseURI), dialect: Dialect(draft: options.defaultDraft))
  }

  /// The error with `message` at `location`.
  func error(_ message: String, _ location: Location) -> SchemaError {
    SchemaError(
      message, at: location.pointer,
      in: location.document == 0 ? nil : documents[location.document].uri)
  }

  // MARK: Finding what can be referred to

  private mutating func add(
    _ root: JSONValue, uri: URIReference, dialect: Dialect
  ) throws(SchemaError) {
    documents.append((uri.absolute, root))
    let location = Location(document: documents.count - 1, pointer: JSONPointer(tokens: []))
    let dialect = try self.dialect(of: root, location) ?? dialect
    let index = addResource(uri, location, dialect)
    try scan(root, location, index, depth: 0)
  }

  private mutating func addResource(
    _ uri: URIReference, _ location: Location, _ dialect: Dialect
  ) -> Int {
    resources.append(Resource(uri: uri, location: location, dialect: dialect))
    byURI[uri.absolute] = resources.count - 1
    roots[location] = resources.count - 1
    return resources.count - 1
  }

  /// Registers what `value`, a schema at `location`, and the schemas inside it are called.
  private mutating func scan(
    _ value: JSONValue, _ location: Location, _ owner: Int, depth: Int
  ) throws(SchemaError) {
    guard depth <= options.limits.schemaDepth else {
      throw error(
        "schemas stand more than \(options.limits.schemaDepth) deep; the limit is "
          + "\(options.limits.schemaDepth) (schemaDepth)", location)
    }
    guard case .object(let schema) = value else { return }
    var owner = owner
    let draft = resources[owner].dialect.draft
    if let id = schema["$id"], draft != .draft7 || !schema.contains("$ref") {
      owner = try identify(id, value, location, owner)
    }
    if resources[owner].dialect.draft == .draft2020 {
      for name in ["$anchor", "$dynamicAnchor"] {
        guard let anchor = schema[name] else { continue }
        let place = Location(document: location.document, pointer: location.pointer.appending(name))
        guard case .string(let text) = anchor, Keywords.isAnchor(text) else {
          throw error(
            "found \(anchor.summary), expected a name of letters, digits, '-', '_' and '.'", place)
        }
        resources[owner].anchors[text] = location.pointer
        if name == "$dynamicAnchor" { resources[owner].dynamicAnchors[text] = location.pointer }
      }
    }
    try scanMembers(schema, location, owner, depth: depth + 1)
  }

  private mutating func scanMembers(
    _ schema: JSONObject, _ location: Location, _ owner: Int, depth: Int
  ) throws(SchemaError) {
    let draft = resources[owner].dialect.draft
    for (keyword, value) in schema {
      let place = Location(
        document: location.document, pointer: location.pointer.appending(keyword))
      switch (Keywords.holds(keyword, draft), value) {
      case (.schema, .object), (.schemaOrList, .object):
        try scan(value, place, owner, depth: depth)
      case (.list, .array(let elements)), (.schemaOrList, .array(let elements)):
        for (index, element) in elements.enumerated() {
          try scan(element, place.appending(String(index)), owner, depth: depth)
        }
      case (.map, .object(let members)):
        for (name, member) in members {
          try scan(member, place.appending(name), owner, depth: depth)
        }
      default: break
      }
    }
  }

  /// Applies an `$id`; gives the resource that the schema belongs to.
  private mutating func identify(
    _ id: JSONValue, _ value: JSONValue, _ location: Location, _ owner: Int
  ) throws(SchemaError) -> Int {
    let place = location.appending("$id")
    guard case .string(let text) = id else {
      throw error("found \(id.summary), expected a URI reference", place)
    }
    var reference = URIReference(text)
    let draft = resources[owner].dialect.draft
    if draft == .draft7, text.hasPrefix("#"), text.utf8.count > 1 {
      resources[owner].anchors[String(text.dropFirst())] = location.pointer
      return owner
    }
    if draft == .draft7, let fragment = reference.fragment, !fragment.isEmpty {
      resources[owner].anchors[fragment] = location.pointer
    }
    guard draft == .draft7 || (reference.fragment ?? "").isEmpty else {
      throw error("found \"\(text)\", expected a URI reference without a fragment", place)
    }
    reference.fragment = nil
    let uri = reference.resolved(against: resources[owner].uri)
    if location.pointer.tokens.isEmpty {
      // The document keeps the name that it was handed in with.
      resources[owner].uri = uri
      byURI[uri.absolute] = byURI[uri.absolute] ?? owner
      return owner
    }
    let dialect = try self.dialect(of: value, location) ?? resources[owner].dialect
    return addResource(uri, location, dialect)
  }

  /// What the `$schema` of `value` says; nil where it has none.
  private func dialect(of value: JSONValue, _ location: Location) throws(SchemaError) -> Dialect? {
    guard let schema = value["$schema"] else { return nil }
    let place = location.appending("$schema")
    guard case .string(let text) = schema else {
      throw error("found \(schema.summary), expected the URI of a metaschema", place)
    }
    return try metaschema(text, place, depth: 0)
  }

  private func metaschema(
    _ text: String, _ place: Location, depth: Int
  ) throws(SchemaError) -> Dialect {
    let uri = URIReference(text).absolute
    switch uri {
    case Draft.draft2020.metaschema: return Dialect(draft: .draft2020)
    case Draft.draft7.metaschema, "https://json-schema.org/draft-07/schema",
      "http://json-schema.org/draft-06/schema":
      return Dialect(draft: .draft7)
    default: break
    }
    guard let document = handedIn[uri], depth < 8 else {
      throw error(
        "found \"\(text)\", expected \"\(Draft.draft2020.metaschema)\", "
          + "\"\(Draft.draft7.metaschema)#\" or a metaschema that was handed in", place)
    }
    var dialect = Dialect(draft: options.defaultDraft)
    if case .string(let above) = document["$schema"], URIReference(above).absolute != uri {
      dialect = try metaschema(above, place, depth: depth + 1)
    }
    guard case .object(let vocabularies) = document["$vocabulary"] else { return dialect }
    let prefix = "https://json-schema.org/draft/2020-12/vocab/"
    for (vocabulary, isRequired) in vocabularies
    where isRequired == true
      && !Keywords.vocabularies.contains(where: { prefix + $0 == vocabulary })
    {
      throw error(
        "found a metaschema that requires the vocabulary \"\(vocabulary)\", expected those of "
          + "draft 2020-12 only", place)
    }
    dialect.validates = vocabularies.contains(prefix + "validation")
    dialect.assertsFormats = vocabularies.contains(prefix + "format-assertion")
    return dialect
  }

  // MARK: Following references

  /// The schema resource that what stands at `location` belongs to.
  func owner(of location: Location) -> Int {
    var ancestor = location
    while true {
      if let index = roots[ancestor] { return index }
      guard ancestor.pointer.tokens.popLast() != nil else { return 0 }
    }
  }

  /// The value at `location`, which is known to be there.
  func value(at location: Location) -> JSONValue {
    documents[location.document].root[location.pointer] ?? .null
  }

  /// What `reference`, which stands at `place` in the resource `owner`, leads to; and the name of
  /// the anchor where it is one.
  mutating func resolve(
    _ reference: String, from owner: Int, _ place: Location
  ) throws(SchemaError) -> (location: Location, anchor: String?) {
    let target = URIReference(reference).resolved(against: resources[owner].uri)
    let uri = target.absolute
    if byURI[uri] == nil { try load(uri, reference, place) }
    guard let index = byURI[uri], let fragment = target.decodedFragment else {
      throw error("found the reference \"\(reference)\", expected a valid fragment", place)
    }
    let resource = resources[index]
    guard !fragment.isEmpty else { return (resource.location, nil) }
    guard fragment.hasPrefix("/") else {
      guard let pointer = resource.anchors[fragment] else {
        throw error(
          "found the reference \"\(reference)\", expected an anchor that is there: \(uri) has none "
            + "called \"\(fragment)\"", place)
      }
      return (Location(document: resource.location.document, pointer: pointer), fragment)
    }
    do {
      let inner = try JSONPointer(fragment)
      let pointer = JSONPointer(tokens: resource.location.pointer.tokens + inner.tokens)
      _ = try pointer.evaluate(documents[resource.location.document].root)
      return (Location(document: resource.location.document, pointer: pointer), nil)
    } catch {
      throw self.error("the reference \"\(reference)\" leads nowhere: \(error.message)", place)
    }
  }

  private mutating func load(
    _ uri: String, _ reference: String, _ place: Location
  ) throws(SchemaError) {
    let base = URIReference(uri)
    if let document = handedIn[uri] {
      try add(document, uri: base, dialect: Dialect(draft: options.defaultDraft))
    } else if let text = Metaschemas.text(uri), let document = try? JSONValue(json: text) {
      try add(document, uri: base, dialect: Dialect(draft: .draft2020))
    } else {
      throw error(
        "found the reference \"\(reference)\" to \(uri), which is no part of this schema; "
          + "documents are never fetched: hand it in as a resource, or move it under $defs", place)
    }
  }
}

extension Location {
  func appending(_ token: String) -> Location {
    Location(document: document, pointer: pointer.appending(token))
  }
}
