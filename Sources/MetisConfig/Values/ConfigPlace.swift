/// Where something stands in a configuration file. Small: all places of a file share its name.
public struct ConfigPlace: Sendable, Hashable, CustomStringConvertible {
  private var origin: ConfigOrigin
  private var storedLine: Int32
  private var storedColumn: Int32

  /// The file's path as it was given; for a setting of the command line how it was given:
  /// `--set server.port=3001`.
  public var file: String {
    get { origin.name }
    set { origin = ConfigOrigin(newValue) }
  }

  /// The line, from 1; 0 where the whole file is meant.
  public var line: Int {
    get { Int(storedLine) }
    set { storedLine = Int32(clamping: newValue) }
  }

  /// The column in Unicode scalars, from 1; 0 where the whole file is meant.
  public var column: Int {
    get { Int(storedColumn) }
    set { storedColumn = Int32(clamping: newValue) }
  }

  /// The absolute folder that relative paths at this place stand against, without a slash at its
  /// end: that of the file, for a setting of the command line the working directory.
  public var directory: String { origin.directory }

  /// A place; without a line, the whole file.
  public init(file: String, line: Int = 0, column: Int = 0) {
    self.init(in: ConfigOrigin(file), line: line, column: column)
  }

  init(in origin: ConfigOrigin, line: Int = 0, column: Int = 0) {
    self.origin = origin
    storedLine = Int32(clamping: line)
    storedColumn = Int32(clamping: column)
  }

  /// Another place in the same file, which costs no memory of its own.
  public func at(line: Int, column: Int) -> ConfigPlace {
    ConfigPlace(in: origin, line: line, column: column)
  }

  /// `file:line:column`, or the file alone: the form that editors follow.
  public var description: String { line > 0 ? "\(file):\(line):\(column)" : file }

  /// Whether both are the same line and column of files of the same name.
  public static func == (left: ConfigPlace, right: ConfigPlace) -> Bool {
    left.storedLine == right.storedLine && left.storedColumn == right.storedColumn
      && (left.origin === right.origin || left.origin.name == right.origin.name)
  }

  /// Hashes name, line and column.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(origin.name)
    hasher.combine(storedLine)
    hasher.combine(storedColumn)
  }
}

/// What places stand in. Immutable, shared by all places of one reading.
final class ConfigOrigin: Sendable {
  /// How it is called in messages.
  let name: String

  /// What relative paths stand against: absolute, without a slash at its end.
  let directory: String

  /// The file `name`; `directory` nil for its own folder.
  init(_ name: String, directory: String? = nil) {
    self.name = name
    self.directory = directory ?? FilePath.directory(of: name)
  }
}
