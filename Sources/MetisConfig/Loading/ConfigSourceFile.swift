/// A file as it was when a configuration was read from it. Immutable: configurations that follow
/// each other share those that did not change.
public final class ConfigSourceFile: Sendable {
  /// Its absolute path.
  public let path: String

  /// What it held.
  public let bytes: [UInt8]

  /// A file.
  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// What has to be watched to notice that a configuration has changed.
public struct WatchedPaths: Sendable, Hashable {
  /// Files, absolute: they may not exist (an overlay that may appear).
  public var files: Set<String> = []

  /// Folders of definitions, absolute: files that come and go in them count.
  public var folders: Set<String> = []

  /// Nothing.
  public init() {}
}
