import Glibc
import JSON

/// Standard output and standard error.
enum Terminal {
  /// Writes a line to standard output.
  static func print(_ text: String, terminator: String = "\n") {
    write(text + terminator, to: STDOUT_FILENO)
  }

  /// Writes a line to standard error.
  static func printError(_ text: String) {
    write(text + "\n", to: STDERR_FILENO)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // There is nowhere left to complain.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes a JSON document, indented.
  static func print(json: JSONValue) {
    print(String(decoding: json.jsonBytes(pretty: true), as: UTF8.self))
  }

  /// Whether somebody can be asked.
  static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

  /// Whether standard output shows colours: a terminal, and the user did not object
  /// (https://no-color.org).
  static var hasColor: Bool {
    isatty(STDOUT_FILENO) == 1 && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
  }

  /// `text` in the colour of a state, where colours are shown.
  static func colored(_ text: String, state: String) -> String {
    guard hasColor else { return text }
    let code =
      switch state {
      case "active", "trusted": "32"
      case "failed", "invalid": "31"
      case "draining", "unsigned": "33"
      default: "2"
      }
    return "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }

  /// Text of others without control characters, which could steer a terminal.
  static func safe(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      out.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return String(out)
  }
}

/// Rows under headings, columns aligned, for people.
struct TextTable {
  private var rows: [[String]]

  /// A table with these headings.
  init(_ headings: [String]) { rows = [headings] }

  /// Adds a row with a cell for each heading.
  mutating func add(_ cells: [String]) { rows.append(cells.map(Terminal.safe)) }

  /// Prints it. `stateColumn` is the column whose cells are coloured by what they say.
  func print(stateColumn: Int? = nil) {
    let count = rows[0].count
    let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
    for (index, row) in rows.enumerated() {
      var line = ""
      for (column, cell) in row.enumerated() {
        let isLast = column == count - 1
        let space = isLast ? "" : String(repeating: " ", count: widths[column] - cell.count + 2)
        let isState = index > 0 && column == stateColumn
        line += (isState ? Terminal.colored(cell, state: cell) : cell) + space
      }
      while line.last == " " { line.removeLast() }
      Terminal.print(line)
    }
  }
}
