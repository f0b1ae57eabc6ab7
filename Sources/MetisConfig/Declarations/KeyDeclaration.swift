/// What one key of a configuration is: the checks, the JSON Schema for editors and the reference
/// are all made from it.
public struct KeyDeclaration: Sendable {
  /// What a value may be.
  public indirect enum Kind: Sendable {
    /// `true` or `false`.
    case boolean
    /// A whole number.
    case integer(ClosedRange<Int64>)
    /// A whole number from 0 to 2⁶⁴ − 1.
    case unsigned
    /// A number with or without a fraction. `isAbove`: the lower bound itself is not allowed.
    case number(ClosedRange<Double>, isAbove: Bool = false)
    /// A text that says something.
    case text
    /// A text, which may be empty.
    case anyText
    /// One of several texts.
    case choice([String])
    /// A path of a file or folder, relative to the folder of the file that it stands in.
    case path
    /// A date, a time or both: TOML's own, or a text of ISO 8601.
    case dateTime
    /// An array.
    case array(of: Kind)
    /// A table with known keys.
    case table(TableDeclaration)
    /// An array of tables: `[[path]]`.
    case tables(TableDeclaration)
    /// A table with any keys, each of them of one kind.
    case map(of: Kind)
    /// A table that belongs to a plugin, whose own schema says what it may hold.
    case section
    /// Anything: passed on as it is.
    case any
    /// One of several kinds; the first that fits what is found counts.
    case oneOf([Kind])

    /// Some of `choices` in an array; also one alone, without the array.
    public static func several(_ choices: [String]) -> Kind {
      .oneOf([.array(of: .choice(choices)), .choice(choices)])
    }
  }

  /// When a change of it takes effect.
  public enum Effect: Sendable {
    /// With the next reload.
    case reload
    /// With the next start; a reload says so.
    case restart
    /// Not yet: it is read and checked, and a warning says that it has no effect. Holds for all
    /// that stands below it as well.
    case later
  }

  /// The key itself.
  public var name: String

  /// What it may be.
  public var kind: Kind

  /// What holds where it is left out, as it would be written in TOML, or in words; nil: nothing.
  public var fallback: String?

  /// What it means, in a phrase without a full stop.
  public var summary: String

  /// A value, as it would be written in TOML.
  public var example: String?

  /// Whether its table is refused without it.
  public var isRequired: Bool

  /// Whether it holds a secret: masked wherever it is shown, a warning where it stands in the clear.
  public var isSecret: Bool

  /// When a change takes effect.
  public var effect: Effect

  /// Another key of which this is an older or shorter spelling.
  public var aliasOf: String?

  /// Whether the host makes what a path names, so that nothing has to be there yet.
  public var isCreated: Bool

  /// A key.
  public init(
    _ name: String, _ kind: Kind, fallback: String? = nil, example: String? = nil,
    isRequired: Bool = false, isSecret: Bool = false, effect: Effect = .reload,
    aliasOf: String? = nil, isCreated: Bool = false, _ summary: String
  ) {
    self.name = name
    self.kind = kind
    self.fallback = fallback
    self.summary = summary
    self.example = example
    self.isRequired = isRequired
    self.isSecret = isSecret
    self.effect = effect
    self.aliasOf = aliasOf
    self.isCreated = isCreated
  }
}
