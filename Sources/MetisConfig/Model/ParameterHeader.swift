/// A property of a tool's input schema that clients repeat in a header (MCP 2026-07-28,
/// `x-mcp-header`): `Mcp-Param-<name>`.
public struct ParameterHeader: Sendable, Hashable {
  /// What the property's value is.
  public enum Kind: String, Sendable, CaseIterable {
    case string, integer, boolean
  }

  /// What follows `Mcp-Param-`: a token (RFC 9110, section 5.6.2), unique without regard to case.
  public var name: String

  /// The names of the properties from the arguments down to the value.
  public var path: [String]

  /// What the value is.
  public var kind: Kind
}
