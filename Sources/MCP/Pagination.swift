public import JSON

/// The lists of a server.
public enum ListKind: UInt8, CaseIterable, Sendable {
  case tools
  case resources
  case resourceTemplates
  case prompts

  /// The list that a method asks for.
  public init?(_ method: Method) {
    switch method {
    case .toolsList: self = .tools
    case .resourcesList: self = .resources
    case .resourceTemplatesList: self = .resourceTemplates
    case .promptsList: self = .prompts
    default: return nil
    }
  }

  /// The member of the result that holds the entries.
  public var member: StaticString {
    switch self {
    case .tools: "tools"
    case .resources: "resources"
    case .resourceTemplates: "resourceTemplates"
    case .prompts: "prompts"
    }
  }
}

/// What a cacheable result says about itself (2026-07-28, `CacheableResult`).
public struct CacheHints: Sendable, Hashable {
  /// For how many milliseconds it is fresh.
  public var ttlMs: Int64
  /// `public` or `private`.
  public var scope: String

  /// Hints; without any the result is stale at once and nobody's but the asker's.
  public init(ttlMs: Int64 = 0, scope: String = "private") {
    self.ttlMs = ttlMs
    self.scope = scope
  }

  /// Adds the hints where a revision has them.
  public func add(to object: inout JSONObject, _ revision: ProtocolRevision) {
    guard RevisionTraits.of(revision).isStateless else { return }
    if object["ttlMs"] == nil { object["ttlMs"] = JSONValue(ttlMs) }
    if object["cacheScope"] == nil { object["cacheScope"] = .string(scope) }
  }
}

/// One page of a list, encoded for a revision; without `resultType` and `_meta`.
public struct ListPage: Sendable {
  /// The whole result of a last page.
  public let last: [UInt8]

  /// Where each entry stands in ``last``.
  public let entries: [Range<Int>]

  /// Encodes `entries` in their order.
  public init(
    _ kind: ListKind, _ entries: some Sequence<JSONValue>, _ revision: ProtocolRevision,
    _ hints: CacheHints = CacheHints()
  ) {
    self.init(kind, of: entries, revision, hints) { entry, writer in writer.value(entry) }
  }

  /// Encodes what `write` makes of each of `elements`, in their order: one value each. `size` bytes
  /// are made room for.
  public init<Element>(
    _ kind: ListKind, of elements: some Sequence<Element>, _ revision: ProtocolRevision,
    _ hints: CacheHints = CacheHints(), size: Int = 0,
    write: (Element, inout JSONWriter<[UInt8]>) -> Void
  ) {
    var writer = JSONWriter([UInt8]())
    writer.sink.reserveCapacity(size)
    var places: [Range<Int>] = []
    places.reserveCapacity(elements.underestimatedCount)
    writer.beginObject()
    writer.key(kind.member)
    writer.beginArray()
    for element in elements {
      // A comma precedes all but the first.
      let start = writer.sink.count + (places.isEmpty ? 0 : 1)
      write(element, &writer)
      places.append(start..<writer.sink.count)
    }
    writer.endArray()
    if RevisionTraits.of(revision).isStateless {
      writer.key("ttlMs")
      writer.value(hints.ttlMs)
      writer.key("cacheScope")
      writer.value(hints.scope)
    }
    writer.endObject()
    last = writer.finish()
    entries = places
  }

  /// The result of a page that another one follows.
  public func result(nextCursor: String) -> [UInt8] {
    var text = Array(last.dropLast())
    text += Array(#","nextCursor":"#.utf8)
    text += JSONValue.string(nextCursor).jsonBytes()
    text.append(UInt8(ascii: "}"))
    return text
  }
}
