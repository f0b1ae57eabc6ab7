public import JSON

/// How a schema is compiled and what bounds hold for it and for its validations.
public struct SchemaOptions: Sendable {
  /// The documents that a `$ref` may lead to, by their absolute URIs. Nothing is ever fetched. The
  /// metaschemas of draft 2020-12 and draft-07 are known without being listed.
  public var resources: [String: JSONValue] = [:]

  /// The URI of the schema itself where it has no `$id`.
  public var baseURI = "schema:/"

  /// The draft of a schema without `$schema`.
  public var defaultDraft = Draft.draft2020

  /// Whether `format` is checked. Without, it says nothing, unless the schema's metaschema demands
  /// the vocabulary format-assertion.
  public var assertsFormats = true

  /// The bounds.
  public var limits = SchemaLimits()

  /// The defaults, with `resources`.
  public init(resources: [String: JSONValue] = [:]) { self.resources = resources }
}

/// Bounds, each of which names itself in the error that it causes.
public struct SchemaLimits: Sendable, Hashable {
  /// How many subschemas a schema may have, those that it refers to included.
  public var subschemas = 20_000

  /// How deep subschemas may stand in each other.
  public var schemaDepth = 128

  /// How deep arrays and objects of an instance may stand in each other.
  public var instanceDepth = 64

  /// How many bytes an instance may have.
  public var instanceBytes = 64 << 20

  /// How many subschemas may be under evaluation inside each other, references included. The tree
  /// recurses for each of them.
  public var nesting = 256

  /// How many steps a validation may take: a step is one subschema applied to one value, one member
  /// or element looked at, or 64 bytes of a string compared or searched.
  public var steps = 2_000_000

  /// How long the searches for patterns may take together, in nanoseconds.
  public var searchNanoseconds: UInt64 = 500_000_000

  /// How many failures are collected.
  public var failures = 20

  /// The defaults.
  public init() {}
}

/// A revision of JSON Schema.
public enum Draft: UInt8, Sendable, Hashable, CaseIterable {
  /// Draft-07, and draft-06, all of which it understands.
  case draft7
  /// Draft 2020-12.
  case draft2020

  /// The URI of the metaschema, without an empty fragment.
  public var metaschema: String {
    switch self {
    case .draft7: "http://json-schema.org/draft-07/schema"
    case .draft2020: "https://json-schema.org/draft/2020-12/schema"
    }
  }
}
