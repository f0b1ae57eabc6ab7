/// What a table of a configuration may hold.
public struct TableDeclaration: Sendable {
  /// What keys that are not declared mean.
  public enum Others: Sendable {
    /// They are errors.
    case refused
    /// They belong to a plugin, which checks them.
    case plugin
    /// Each is of this kind: `[auth.<name>]`.
    case each(KeyDeclaration.Kind)
  }

  /// Its key path: `server.tls`, `tools[]` for one tool; empty for the top.
  public var path: String

  /// What it is about, in a sentence or two.
  public var summary: String

  /// Its keys, in the order in which they are explained.
  public var keys: [KeyDeclaration]

  /// What other keys mean.
  public var others: Others

  /// A table.
  public init(
    _ path: String, _ summary: String, others: Others = .refused, _ keys: [KeyDeclaration]
  ) {
    self.path = path
    self.summary = summary
    self.keys = keys
    self.others = others
  }

  /// The key `name`; nil where it is not declared.
  public subscript(name: String) -> KeyDeclaration? { keys.first { $0.name == name } }
}
