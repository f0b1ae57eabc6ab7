/// A stretch of a template's source.
enum Segment {
  /// What goes to the output as it stands.
  case text(String)
  /// The bytes between `{{` and `}}`.
  case output(Range<Int>)
  /// The bytes between `{%` and `%}`.
  case statement(Range<Int>)
}

/// Cuts a template into texts, expressions and statements: comments, `{% raw %}` and the minus
/// signs that take whitespace away are resolved here.
struct Segmenter {
  private let bytes: [UInt8]
  private var segments: [Segment] = []
  private var position = 0

  /// Whether the delimiter before `position` takes away the whitespace after it.
  private var trimsStart = false

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The segments of `bytes` in order, without empty texts.
  static func split(_ bytes: [UInt8]) throws(Fault) -> [Segment] {
    var segmenter = Segmenter(bytes)
    try segmenter.run()
    return segmenter.segments
  }

  private mutating func run() throws(Fault) {
    while let open = nextOpening(position) {
      addText(position..<open, trimsEnd: has(UInt8(ascii: "-"), at: open + 2))
      switch bytes[open + 1] {
      case UInt8(ascii: "#"): try comment(open)
      case UInt8(ascii: "{"): segments.append(.output(try inside(open, "}}", quotes: true)))
      default: try statement(open)
      }
    }
    addText(position..<bytes.count, trimsEnd: false)
  }

  private func nextOpening(_ start: Int) -> Int? {
    var index = start
    while index + 1 < bytes.count {
      if bytes[index] == UInt8(ascii: "{"), Self.marks.contains(bytes[index + 1]) { return index }
      index += 1
    }
    return nil
  }

  private static let marks: [UInt8] = [UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "#")]

  private func has(_ byte: UInt8, at index: Int) -> Bool {
    index < bytes.count && bytes[index] == byte
  }

  private mutating func addText(_ range: Range<Int>, trimsEnd: Bool) {
    var slice = bytes[range]
    if trimsStart { slice = slice.drop(while: Lexer.isSpace) }
    if trimsEnd {
      while let last = slice.last, Lexer.isSpace(last) { slice.removeLast() }
    }
    trimsStart = false
    if !slice.isEmpty { segments.append(.text(String(decoding: slice, as: UTF8.self))) }
  }

  /// The bytes between the delimiter at `open` and `close`, and the place after it.
  private mutating func inside(
    _ open: Int, _ close: StaticString, quotes: Bool
  ) throws(Fault) -> Range<Int> {
    let start = open + (has(UInt8(ascii: "-"), at: open + 2) ? 3 : 2)
    let (first, second) = (close.utf8Start[0], close.utf8Start[1])
    var index = start
    var quote: UInt8?
    while index + 1 < bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == UInt8(ascii: "\\") { index += 1 } else if byte == open { quote = nil }
      } else if quotes, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == 0x60 {
        quote = byte
      } else if byte == first, bytes[index + 1] == second {
        let minus = index > start && bytes[index - 1] == UInt8(ascii: "-")
        trimsStart = minus
        position = index + 2
        return start..<(minus ? index - 1 : index)
      }
      index += 1
    }
    throw Fault(
      open,
      "found \(String(decoding: bytes[open..<open + 2], as: UTF8.self)) without its \(close)"
        + (quote == nil ? "" : "; a text inside it is not closed"))
  }

  private mutating func comment(_ open: Int) throws(Fault) {
    _ = try inside(open, "#}", quotes: false)
  }

  private mutating func statement(_ open: Int) throws(Fault) {
    let range = try inside(open, "%}", quotes: true)
    guard word(range) == "raw" else {
      segments.append(.statement(range))
      return
    }
    // The text of the raw block is trimmed by its own delimiters.
    let start = position
    var search = start
    while let next = nextOpening(search) {
      search = next + 2
      guard let end = endOfRaw(next) else { continue }
      addText(start..<next, trimsEnd: has(UInt8(ascii: "-"), at: next + 2))
      position = end
      trimsStart = has(UInt8(ascii: "-"), at: end - 3)
      return
    }
    throw Fault(open, "found {% raw %} without its {% endraw %}")
  }

  /// The place after `{% endraw %}` where it stands at `open`.
  private func endOfRaw(_ open: Int) -> Int? {
    var index = open + (has(UInt8(ascii: "-"), at: open + 2) ? 3 : 2)
    func take(_ text: StaticString) -> Bool {
      let rest = bytes[min(index, bytes.count)...].prefix(text.utf8CodeUnitCount)
      guard text.withUTF8Buffer({ rest.elementsEqual($0) }) else { return false }
      index += text.utf8CodeUnitCount
      return true
    }
    func skipSpace() { while index < bytes.count, Lexer.isSpace(bytes[index]) { index += 1 } }
    guard has(UInt8(ascii: "%"), at: open + 1) else { return nil }
    skipSpace()
    guard take("endraw") else { return nil }
    skipSpace()
    _ = take("-")
    return take("%}") ? index : nil
  }

  private func word(_ range: Range<Int>) -> String {
    String(decoding: bytes[range].filter { !Lexer.isSpace($0) }.prefix(8), as: UTF8.self)
  }
}
