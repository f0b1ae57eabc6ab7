/// A format that configurations are read from and written in.
public enum ConfigFormat: String, Sendable, Hashable, CaseIterable {
  /// TOML 1.1.
  case toml
  /// YAML 1.2, core schema, one document.
  case yaml
  /// JSON (RFC 8259).
  case json

  /// The extensions of its files, without a dot, the usual one first.
  public var fileExtensions: [String] {
    switch self {
    case .toml: ["toml"]
    case .yaml: ["yaml", "yml"]
    case .json: ["json"]
    }
  }

  /// The format of files with the given extension, without a dot and in lower case.
  public init?(fileExtension: String) {
    guard let format = Self.allCases.first(where: { $0.fileExtensions.contains(fileExtension) })
    else { return nil }
    self = format
  }
}
