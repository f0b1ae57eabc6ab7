/// What a strategy's instance answers for: one tool, resource or prompt of the configuration.
public struct Target: Sendable {
  /// The kinds of targets.
  public enum Kind: UInt32, Sendable {
    /// Answers `tools/call`.
    case tool = 1
    /// Answers `resources/read`.
    case resource = 2
    /// Answers `prompts/get`.
    case prompt = 3
  }

  /// What kind of target.
  public let kind: Kind
  /// The tool's or prompt's name, or the resource's URI or URI template.
  public let name: String
  /// The whole definition of the target: an object.
  public let definition: JSONValue
  /// The folder that relative paths of the section stand against: absolute, no slash at its end.
  public let directory: String
  /// The instance's seed; the seeds of its calls derive from it.
  public let seed: UInt64
  /// The host's services.
  public let host: Host

  /// A target of the given parts, for tests of a strategy.
  public init(
    kind: Kind, name: String, definition: JSONValue = [:], directory: String = "/",
    seed: UInt64 = 0, host: Host
  ) {
    self.kind = kind
    self.name = name
    self.definition = definition
    self.directory = directory
    self.seed = seed
    self.host = host
  }

  /// `path` against ``directory`` unless it is absolute.
  public func resolve(_ path: String) -> String {
    path.utf8.first == UInt8(ascii: "/") ? path : "\(directory)/\(path)"
  }

  /// Copies what `create` lends.
  init(_ setup: metis_instance_v1, host: Host) throws {
    guard let kind = Kind(rawValue: setup.kind) else {
      throw ConfigError(
        "the host asks for a target of kind \(setup.kind); this plugin knows 1 (tool), "
          + "2 (resource) and 3 (prompt)")
    }
    self.kind = kind
    name = setup.target.string
    definition =
      setup.definition.count == 0 ? [:] : try JSONValue(parsing: setup.definition.buffer)
    directory = setup.directory.string
    seed = setup.seed
    self.host = host
  }
}
