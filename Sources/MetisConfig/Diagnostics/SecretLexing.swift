/// Finds secrets in the text of a configuration file, also of one that does not parse: what an
/// excerpt of it must not show.
///
/// Works on the tokens that TOML, YAML and JSON share: keys before `=` or `:`, strings, brackets,
/// and YAML's blocks. In doubt it hides more, never less. Comments count like the rest: they often
/// hold what was in force before.
struct SecretLexing {
  /// The file.
  private let bytes: [UInt8]

  /// Names of keys that are secrets though they do not sound so.
  private let names: Set<String>

  /// What must not be shown, in order, as offsets into the file; none goes over the end of a line.
  private(set) var hidden: [Range<Int>] = []

  private var position = 0

  /// Whether what is read stands behind a `#`.
  private var isComment = false

  /// An open bracket, or the top.
  private struct Frame {
    /// Whether the value that is read belongs to a secret key.
    var isSecret = false
    /// Whether a string of that value was read: what follows on the line is a comment or a mistake.
    var hasString = false
    /// Whether it is an array: it inherits the secret of its key, which a comma does not end.
    var inherits = false
  }
  private var frames = [Frame()]

  /// The indentation of a secret key whose value goes on in the lines below; nil: none.
  private var block: (indent: Int, isText: Bool)?

  /// The format, by the ending of its files.
  private let format: String

  /// From where on the end of a line is known: a file may be one long line.
  private var looked = (start: 1, end: 0)

  /// The indentation of the line with the outermost open bracket.
  private var openIndent = 0

  /// Looks through `bytes` at once. `names` are declared secrets.
  init(_ bytes: [UInt8], format: String, names: Set<String>) {
    self.bytes = bytes
    self.format = format
    self.names = names
    while position < bytes.count { line() }
  }

  private func at(_ offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

  private static let newline = UInt8(ascii: "\n")

  /// Reads one line, or several where a string goes over its end.
  private mutating func line() {
    let end = endOfLine(position)
    var start = position
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    let indent = start - position
    if let block, frames.count == 1 {
      if start >= end || bytes[start] == 0x0d {
        position = end + 1
        return
      }
      let isItem = at(start) == UInt8(ascii: "-") && indent >= block.indent
      if isItem || (indent > block.indent && (block.isText || key(at: start, before: end) == nil)) {
        hide(start + (isItem ? 1 : 0), end)
        position = end + 1
        return
      }
      self.block = nil
    }
    // In YAML what is in brackets stands further right: an odd bracket in a text opened nothing.
    let isOver =
      format != "toml" && format != "json" && start < end && indent <= openIndent
      && !"]}".utf8.contains(bytes[start])
    if frames.count == 1 || isOver { frames = [Frame()] }
    while position < bytes.count, bytes[position] != Self.newline {
      if bytes[position] == UInt8(ascii: "#") { comment(indent) } else { token(indent) }
    }
    if position < bytes.count { position += 1 }
  }

  /// Reads the rest of a line behind `#`, whose brackets and quotes mean nothing for the lines below.
  private mutating func comment(_ indent: Int) {
    let before = (frames, block, openIndent)
    let isBehindString =
      frames[frames.count - 1].hasString && position > 0 && bytes[position - 1] <= 0x20
    if isBehindString { frames[frames.count - 1] = Frame() }
    isComment = true
    position += 1
    while position < bytes.count, bytes[position] != Self.newline { token(indent) }
    isComment = false
    (frames, block, openIndent) = before
  }

  private mutating func token(_ indent: Int) {
    let byte = bytes[position]
    switch byte {
    case 0x20, 0x09, 0x0d: position += 1
    case UInt8(ascii: ","):
      if !frames[frames.count - 1].inherits { frames[frames.count - 1].isSecret = false }
      position += 1
    case UInt8(ascii: "["):
      let isSecret = frames[frames.count - 1].isSecret
      if frames.count == 1 { openIndent = indent }
      frames.append(Frame(isSecret: isSecret, inherits: true))
      position += 1
    case UInt8(ascii: "{"):
      if frames.count == 1 { openIndent = indent }
      frames.append(Frame())
      position += 1
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      if frames.count > 1 { frames.removeLast() }
      position += 1
    default:
      let end = endOfLine(position)
      if let key = key(at: position, before: end) {
        open(key, indent, end)
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        string(byte, indent)
        frames[frames.count - 1].hasString = !frames[frames.count - 1].inherits
      } else {
        word(end)
      }
    }
  }

  /// The key that begins at `start`, where a key stands there, and where its value begins.
  private func key(at start: Int, before end: Int) -> (isSecret: Bool, value: Int)? {
    var last: ArraySlice<UInt8> = []
    var offset = start
    if at(offset) == UInt8(ascii: "-"), at(offset + 1) == 0x20 { offset += 2 }
    while offset < end {
      if bytes[offset] == UInt8(ascii: "\"") || bytes[offset] == UInt8(ascii: "'") {
        let quote = bytes[offset]
        var close = offset + 1
        while close < end, bytes[close] != quote {
          close += quote == UInt8(ascii: "\"") && bytes[close] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard close < end else { return nil }
        last = bytes[(offset + 1)..<close]
        offset = close + 1
      } else {
        let begin = offset
        while offset < end, Self.isWord(bytes[offset]) { offset += 1 }
        guard offset > begin else { return nil }
        last = bytes[begin..<offset]
      }
      while offset < end, bytes[offset] == 0x20 || bytes[offset] == 0x09 { offset += 1 }
      guard offset < end else { return nil }
      switch bytes[offset] {
      case UInt8(ascii: "."):
        offset += 1
        while offset < end, bytes[offset] == 0x20 || bytes[offset] == 0x09 { offset += 1 }
      case UInt8(ascii: "="), UInt8(ascii: ":"):
        // The colon of a URL makes no key.
        if bytes[offset] == UInt8(ascii: ":"), at(offset + 1) == UInt8(ascii: "/") { return nil }
        let name = String(decoding: last, as: UTF8.self)
        return (names.contains(name) || SecretRules.isSecretName(name), offset + 1)
      default: return nil
      }
    }
    return nil
  }

  private mutating func open(_ key: (isSecret: Bool, value: Int), _ indent: Int, _ end: Int) {
    frames[frames.count - 1].isSecret = key.isSecret
    frames[frames.count - 1].inherits = false
    frames[frames.count - 1].hasString = false
    position = key.value
    guard key.isSecret, frames.count == 1 else { return }
    var start = position
    while start < end, bytes[start] <= 0x20 { start += 1 }
    // A value of YAML may go on below, with more space before it.
    let isText =
      start < end && (bytes[start] == UInt8(ascii: "|") || bytes[start] == UInt8(ascii: ">"))
    block = (indent, isText)
    if isText { position = end }
  }

  /// A string; one in three quotes goes over lines.
  private mutating func string(_ quote: UInt8, _ indent: Int) {
    // YAML has no long strings; `''''` is one with a quote in it.
    let isLong =
      format == "toml" && !isComment && at(position + 1) == quote && at(position + 2) == quote
    var offset = position + (isLong ? 3 : 1)
    let start = offset
    while offset < bytes.count {
      if bytes[offset] == Self.newline, !isLong { break }
      let isEscape = quote == UInt8(ascii: "\"") && bytes[offset] == UInt8(ascii: "\\")
      if bytes[offset] == quote,
        !isLong || (at(offset + 1) == quote && at(offset + 2) == quote)
      {
        break
      }
      offset += isEscape && (isLong || at(offset + 1) != Self.newline) ? 2 : 1
    }
    let end = min(offset, bytes.count)
    content(start, end)
    position = end
    let isClosed = end < bytes.count && bytes[end] == quote
    if !isClosed, frames.count == 1, frames[0].isSecret { block = (indent, true) }
    if isClosed { position += isLong ? 3 : 1 }
    position = min(position, bytes.count)
  }

  /// A value without quotes: up to what ends one, or to the end of the line where it is a secret.
  private mutating func word(_ end: Int) {
    var offset = position
    let isSecret = frames[frames.count - 1].isSecret
    while offset < end {
      let byte = bytes[offset]
      if bytes[offset...].starts(with: "${".utf8),
        let close = bytes[offset..<end].firstIndex(of: UInt8(ascii: "}"))
      {
        offset = close + 1
        continue
      }
      if frames.count > 1, ",]}".utf8.contains(byte) { break }
      if !isSecret, byte <= 0x20 || ",[]{}\"'".utf8.contains(byte) { break }
      offset += 1
    }
    offset = max(offset, min(position + 1, end))
    var stop = offset
    while stop > position, bytes[stop - 1] <= 0x20 { stop -= 1 }
    content(position, stop)
    position = offset
  }

  /// What stands between `start` and `end` is a value.
  private mutating func content(_ start: Int, _ end: Int) {
    guard start < end else { return }
    if frames[frames.count - 1].isSecret {
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      if text != "true", text != "false", !SecretText.isHarmless(text) { hide(start, end) }
    } else {
      for range in SecretText.passwords(in: bytes[start..<end]) {
        hide(range.lowerBound, range.upperBound)
      }
    }
  }

  /// Hides what stands between, line by line, without the space around it.
  private mutating func hide(_ start: Int, _ end: Int) {
    var begin = start
    while begin < end {
      let stop = min(endOfLine(begin), end)
      var first = begin
      var last = stop
      while first < last, bytes[first] <= 0x20 { first += 1 }
      while last > first, bytes[last - 1] <= 0x20 { last -= 1 }
      if first < last { hidden.append(first..<last) }
      begin = stop + 1
    }
  }

  private mutating func endOfLine(_ start: Int) -> Int {
    if start >= looked.start, start <= looked.end { return looked.end }
    var end = start
    while end < bytes.count, bytes[end] != Self.newline { end += 1 }
    looked = (start, end)
    return end
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...0xff:
      true
    default: false
    }
  }
}
