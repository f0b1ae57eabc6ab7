/// Who may share a cached result (MCP 2026-07-28, `cacheScope`).
public enum CacheScope: String, Sendable, CaseIterable {
  /// Anyone.
  case `public`
  /// Those with the same authorization.
  case `private`
}

/// What a cacheable result says about itself (MCP 2026-07-28, `CacheableResult`).
public struct CacheHint: Sendable, Hashable {
  /// For how many milliseconds it is fresh; 0 says that it is stale at once.
  public var ttlMs: Int64

  /// Who may share it.
  public var scope: CacheScope

  /// A hint.
  public init(ttlMs: Int64 = 0, scope: CacheScope = .private) {
    self.ttlMs = ttlMs
    self.scope = scope
  }
}

/// The `[server.caching]` table: a hint for each kind of result, where the kind's own table says
/// nothing that of the table itself.
public struct CachingSettings: Sendable, Hashable {
  /// `tools/list`.
  public var tools = CacheHint()

  /// `resources/list`.
  public var resources = CacheHint()

  /// `resources/templates/list`.
  public var resourceTemplates = CacheHint()

  /// `prompts/list`.
  public var prompts = CacheHint()

  /// `server/discover`.
  public var discover = CacheHint()

  /// `resources/read`, where the resource says nothing itself.
  public var resource = CacheHint()

  /// The settings of a file that says nothing.
  public init() {}
}

extension CachingSettings {
  /// Reads `[server.caching]`.
  static func decode(_ reader: TableReader) -> CachingSettings {
    let base = CacheHint.decode(reader, defaults: CacheHint())
    var settings = CachingSettings()
    settings.resource = base
    let hint = { (key: String) in
      reader.table(key).map { CacheHint.decode($0, defaults: base) } ?? base
    }
    settings.tools = hint("tools")
    settings.resources = hint("resources")
    settings.resourceTemplates = hint("resource_templates")
    settings.prompts = hint("prompts")
    settings.discover = hint("discover")
    return settings
  }
}

extension CacheHint {
  fileprivate static func decode(_ reader: TableReader, defaults: CacheHint) -> CacheHint {
    CacheHint(
      ttlMs: reader.integer("ttl_ms") ?? defaults.ttlMs,
      scope: reader.choice("scope") ?? defaults.scope)
  }
}
