/// Why a template or an expression cannot be parsed or evaluated, and where.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found, what was expected and what to do.
  public let message: String

  /// The line of the source, from 1; 0 where the error has no place in one.
  public let line: Int

  /// The column in Unicode scalars, from 1; 0 where the error has no place in a source.
  public let column: Int

  /// An error without a place: a ``TemplateScope`` throws it, and gets it the place of the call.
  public init(_ message: String) { self.init(message, line: 0, column: 0) }

  init(_ message: String, line: Int, column: Int) {
    self.message = message
    self.line = line
    self.column = column
  }

  /// The error at its place in `source`.
  init(_ fault: Fault, in source: String) {
    var line = 1
    var column = 1
    var offset = 0
    for scalar in source.unicodeScalars {
      guard offset < fault.offset else { break }
      offset += UTF8.width(scalar)
      if scalar == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    self.init(fault.message, line: line, column: column)
  }

  /// `line 3, column 9: found …, expected …`.
  public var description: String {
    line == 0 ? message : "line \(line), column \(column): \(message)"
  }
}

/// A failure at a byte of the source: the line is counted only when the error leaves the module.
struct Fault: Error {
  let offset: Int
  let message: String

  init(_ offset: Int, _ message: String) {
    self.offset = offset
    self.message = message
  }
}
