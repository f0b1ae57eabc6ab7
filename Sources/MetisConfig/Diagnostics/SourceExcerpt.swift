/// A file of a configuration as it is shown below a diagnostic: its lines without secrets.
struct SourceExcerpt {
  private let bytes: [UInt8]
  private let lineStarts: [Int]
  private let hidden: [Range<Int>]

  /// An excerpt of `raw`, the bytes of a file whose name ends with `format`; `secretNames` are keys that are
  /// declared to hold secrets.
  init(_ raw: [UInt8], format: String, secretNames: Set<String>) {
    // No column counts a byte order mark.
    let bytes = raw.starts(with: [0xef, 0xbb, 0xbf]) ? Array(raw.dropFirst(3)) : raw
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
    hidden = SecretLexing(bytes, format: format, names: secretNames).hidden
  }

  /// A line and what is underlined in it, in columns of the terminal from 0.
  struct Line {
    var text: String
    var underline: Range<Int>
  }

  /// One cell group of a line: what is shown for one scalar, or for all of a secret.
  private struct Piece {
    var text: String
    var width: Int
    /// The scalars of the source that it stands for, from 0.
    var columns: Range<Int>
  }

  /// The column after the token at `line` and `column`, both from 1; nil where there is no such
  /// line.
  func endColumn(line: Int, column: Int) -> Int? {
    guard let scalars = scalars(of: line) else { return nil }
    let start = min(max(column - 1, 0), scalars.count)
    return max(SourceToken.end(in: scalars, from: start), start + 1) + 1
  }

  /// The line with its token underlined, cut around it to at most `width` columns; nil where there
  /// is no such line.
  func line(_ line: Int, column: Int, width: Int) -> Line? {
    guard let scalars = scalars(of: line) else { return nil }
    let start = min(max(column - 1, 0), scalars.count)
    let end = max(SourceToken.end(in: scalars, from: start), start + 1)
    let pieces = pieces(of: line, scalars)
    var from = 0
    var to = 0
    var total = 0
    for piece in pieces {
      if piece.columns.upperBound <= start { from += piece.width }
      if piece.columns.lowerBound < end { to += piece.width }
      total += piece.width
    }
    // Behind the end of the line there is nothing to underline but the place itself.
    if start >= scalars.count { (from, to) = (total, total + 1) }
    return Self.cut(pieces, total, from..<max(to, from + 1), width)
  }

  private func bounds(of line: Int) -> Range<Int>? {
    guard line >= 1, line <= lineStarts.count else { return nil }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0d { end -= 1 }
    return start..<end
  }

  private func scalars(of line: Int) -> [Unicode.Scalar]? {
    bounds(of: line).map { Array(String(decoding: bytes[$0], as: UTF8.self).unicodeScalars) }
  }

  /// The pieces of a line: tabs go to the next multiple of four, a secret is three stars.
  private func pieces(of line: Int, _ scalars: [Unicode.Scalar]) -> [Piece] {
    guard let bounds = bounds(of: line) else { return [] }
    let secrets = hidden.drop { $0.upperBound <= bounds.lowerBound }
      .prefix { $0.lowerBound < bounds.upperBound }
    var secret = secrets.makeIterator()
    var next = secret.next()
    var pieces: [Piece] = []
    var offset = bounds.lowerBound
    var column = 0
    var total = 0
    for (index, scalar) in scalars.enumerated() {
      while let range = next, range.upperBound <= offset { next = secret.next() }
      if let range = next, range.contains(offset) {
        if range.lowerBound == offset || pieces.isEmpty {
          pieces.append(Piece(text: SecretText.stars, width: 3, columns: index..<(index + 1)))
          column += 3
        } else {
          pieces[pieces.count - 1].columns =
            pieces[pieces.count - 1].columns.lowerBound..<(index + 1)
        }
      } else if scalar == "\t" {
        let width = 4 - column % 4
        pieces.append(
          Piece(
            text: String(repeating: " ", count: width), width: width,
            columns: index..<(index + 1)))
        column += width
      } else {
        let isUnsafe = DisplayText.isUnsafe(scalar)
        let shown = isUnsafe ? DisplayText.picture(scalar) : scalar
        let width = isUnsafe ? 1 : DisplayText.width(scalar)
        pieces.append(Piece(text: String(shown), width: width, columns: index..<(index + 1)))
        column += width
      }
      total += 1
      offset += String(scalar).utf8.count
    }
    return pieces
  }

  /// The pieces as text, without those that are further than `width` columns around `underline`.
  private static func cut(
    _ pieces: [Piece], _ total: Int, _ underline: Range<Int>, _ width: Int
  ) -> Line {
    let width = max(width, 20)
    guard max(total, underline.lowerBound + 1) > width else {
      return Line(
        text: pieces.map(\.text).joined(),
        underline: underline
          .lowerBound..<min(underline.upperBound, max(total, underline.lowerBound + 1)))
    }
    let marked = min(underline.count, width / 2)
    let room = width - 2
    var first = max(0, underline.lowerBound - (room - marked) / 2)
    first = max(0, min(first, total - room))
    let last = first + room
    var text = first > 0 ? "…" : ""
    var column = 0
    var start: Int?
    for piece in pieces {
      if column >= first, column + piece.width <= last {
        start = start ?? column
        text += piece.text
      }
      column += piece.width
    }
    if last < total { text += "…" }
    let shift = (start ?? first) - (first > 0 ? 1 : 0)
    let from = max(0, underline.lowerBound - shift)
    let to = max(from + 1, min(underline.upperBound, last) - shift)
    return Line(text: text, underline: from..<to)
  }
}

/// The token of a line that a diagnostic is about.
enum SourceToken {
  /// Where the token that begins at `start` ends: a word or a key with dots, a string with its
  /// quotes, brackets with what is between them on this line, else one character.
  static func end(in scalars: [Unicode.Scalar], from start: Int) -> Int {
    guard start < scalars.count else { return start + 1 }
    switch scalars[start] {
    case "\"", "'": return endOfString(scalars, start)
    case "[", "{":
      var depth = 0
      var offset = start
      while offset < scalars.count {
        switch scalars[offset] {
        case "[", "{": depth += 1
        case "]", "}": depth -= 1
        case "\"", "'":
          offset = endOfString(scalars, offset)
          continue
        default: break
        }
        offset += 1
        if depth == 0 { return offset }
      }
      return endOfText(scalars, start)
    default:
      var end = start
      while end < scalars.count, isWord(scalars[end]) { end += 1 }
      return max(end, start + 1)
    }
  }

  private static func endOfString(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
    let quote = scalars[start]
    if start + 2 < scalars.count, scalars[start + 1] == quote, scalars[start + 2] == quote {
      return endOfText(scalars, start)
    }
    var offset = start + 1
    while offset < scalars.count {
      if scalars[offset] == quote { return offset + 1 }
      offset += scalars[offset] == "\\" && quote == "\"" ? 2 : 1
    }
    return endOfText(scalars, start)
  }

  private static func endOfText(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
    var end = scalars.count
    while end > start + 1, scalars[end - 1] == " " || scalars[end - 1] == "\t" { end -= 1 }
    return end
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || scalar.properties.generalCategory == .nonspacingMark
      || ["_", "-", ".", "+", "$", "%", "/", "@", "~"].contains(scalar)
  }
}
