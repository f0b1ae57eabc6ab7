/// Where something stands in a configuration file.
public struct ConfigPlace: Sendable, Hashable, CustomStringConvertible {
  /// The file's path as it was given.
  public var file: String

  /// The line, from 1; 0 where the whole file is meant.
  public var line: Int

  /// The column in Unicode scalars, from 1; 0 where the whole file is meant.
  public var column: Int

  /// A place; without a line, the whole file.
  public init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, or the file alone: the form that editors follow.
  public var description: String { line > 0 ? "\(file):\(line):\(column)" : file }
}
