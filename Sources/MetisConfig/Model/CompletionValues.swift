/// What `completion/complete` suggests for an argument of a prompt or a variable of a URI template.
public struct CompletionValues: Sendable, Hashable {
  /// Which values belong to what the user typed. Case does not matter.
  public enum Match: String, Sendable, CaseIterable {
    /// Those that begin with it.
    case prefix
    /// Those that contain it.
    case contains
    /// All, whatever was typed.
    case all
  }

  /// Values that hold while other arguments have certain values (MCP 2025-06-18 and later,
  /// `context.arguments`).
  public struct Variant: Sendable, Hashable {
    /// The values of other arguments that all have to be there, compared as they are.
    public var when: [String: String]

    /// The values in order.
    public var values: [String]

    /// MCP's `total`; nil for the count of what matches.
    public var total: Int?

    /// MCP's `hasMore`; nil for whether matches were left out.
    public var hasMore: Bool?

    /// How they are chosen.
    public var match: Match

    /// Values under a condition.
    public init(
      when: [String: String], values: [String], total: Int? = nil, hasMore: Bool? = nil,
      match: Match = .prefix
    ) {
      self.when = when
      self.values = values
      self.total = total
      self.hasMore = hasMore
      self.match = match
    }
  }

  /// The values in order, where no variant holds.
  public var values: [String]

  /// MCP's `total`; nil for the count of what matches.
  public var total: Int?

  /// MCP's `hasMore`; nil for whether matches were left out.
  public var hasMore: Bool?

  /// How they are chosen.
  public var match: Match

  /// Values under conditions. The first whose condition holds takes the place of all others.
  public var variants: [Variant]

  /// Values of an argument.
  public init(
    _ values: [String], total: Int? = nil, hasMore: Bool? = nil, match: Match = .prefix,
    variants: [Variant] = []
  ) {
    self.values = values
    self.total = total
    self.hasMore = hasMore
    self.match = match
    self.variants = variants
  }
}
